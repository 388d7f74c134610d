"""Second factors set up, taken away, and reset by an operator."""

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.accounts.actions import letters, stays
from kepuyue.core import audit

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

LABELS = {
    Authenticator.Type.TOTP: gettext_lazy("验证器应用"),
    Authenticator.Type.WEBAUTHN: gettext_lazy("通行密钥"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("恢复码"),
}


@transaction.atomic
def added(user: "User", kind: str, *, keep: int) -> None:
    """A factor was set up: sessions that began without it end, and the person is told."""
    audit.record("account.factor_add", user, by=user, changes={"factor": [None, str(LABELS[kind])]})
    if kind != Authenticator.Type.RECOVERY_CODES:
        stays.end_others(user, by=user, keep=keep)
        letters.security_changed(user, _("账号添加了%(factor)s。") % {"factor": LABELS[kind]})


@transaction.atomic
def removed(user: "User", kind: str, *, keep: int) -> None:
    """A factor was taken away by its owner."""
    audit.record("account.factor_remove", user, by=user, changes={"factor": [str(LABELS[kind]), None]})
    if kind != Authenticator.Type.RECOVERY_CODES:
        stays.end_others(user, by=user, keep=keep)
        letters.security_changed(user, _("账号移除了%(factor)s。") % {"factor": LABELS[kind]})


@transaction.atomic
def renewed(user: "User") -> None:
    """New recovery codes were made; the old ones are worth nothing."""
    audit.record("account.codes_renew", user, by=user)
    letters.security_changed(user, _("账号换了一组新的恢复码，旧的不能再用。"))


@transaction.atomic
def reset(user: "User", *, why: str) -> int:
    """An operator takes away every second factor of a person who has lost them; returns how many.

    Every session ends. Who must have a second factor sets up a new one before the desk opens: there is no new grace.
    """
    if not why.strip():
        raise ValidationError(_("请写明原因，操作记录里要留下。"))
    count = Authenticator.objects.filter(user=user).count()
    Authenticator.objects.filter(user=user).delete()
    user.second_factor_due = timezone.now()
    user.save(update_fields=["second_factor_due"])
    stays.end_others(user, by=None, reason=why.strip())
    audit.record("account.factor_reset", user, by=None, changes={"factors": [count, 0]}, reason=why.strip())
    letters.security_changed(user, _("管理员清除了您的第二步验证，所有设备已退出。"))
    return count
