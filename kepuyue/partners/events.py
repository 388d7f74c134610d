"""What other programs are told of. Payloads are thin: what happened and to which record; the interface has the rest."""

from typing import Any

from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, Any] = {
    "activity.published": _("活动发布"),
    "activity.changed": _("已发布的活动有变动"),
    "activity.cancelled": _("活动取消"),
    "activity.taken_down": _("活动下架"),
    "session.cancelled": _("场次取消"),
    "session.postponed": _("场次延期"),
    "session.retimed": _("场次改期"),
    "session.moved": _("场次换地点"),
    "session.full": _("场次约满"),
    "session.open": _("场次又有名额"),
    "review.decided": _("审核有结果"),
    "summary.accepted": _("总结已采纳"),
}
