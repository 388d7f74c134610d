"""What a token can be good for. A scope is a set of permissions of `organizations`; nothing else is granted by it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Scope:
    """One scope: how its owner reads it, and the permissions that it lends."""

    label: Any
    permissions: frozenset[str]


SCOPES: dict[str, Scope] = {
    "programme:read-drafts": Scope(_("读取本单位的活动，草稿和审核意见在内"), frozenset({"activity.see"})),
    "activities:write": Scope(
        _("填报和修改本单位的活动，上传图片"), frozenset({"activity.see", "activity.edit"})
    ),
    "activities:submit": Scope(_("签审转达、提交审核、撤回"), frozenset({"activity.see", "activity.submit"})),
    "activities:cancel": Scope(
        _("取消活动，取消或延期场次"),
        frozenset({"activity.see", "activity.edit", "activity.cancel"}),
    ),
    "bookings:read-counts": Scope(
        _("读取各场次的预约和到场人数，不含个人信息"), frozenset({"booking.see", "activity.see"})
    ),
    "summaries:read": Scope(_("读取本单位的总结和采纳情况"), frozenset({"summary.file", "activity.see"})),
    "figures:read": Scope(_("读取本单位已采纳总结的汇总数字"), frozenset({"summary.file"})),
}


def permissions_of(scopes: list[str]) -> frozenset[str]:
    """All that these scopes lend together; one that is no longer known lends nothing."""
    return frozenset().union(*(SCOPES[code].permissions for code in scopes if code in SCOPES))
