"""What other programs are told of. Payloads are thin: what happened and to which record; the interface has the rest."""

import json
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kepuyue.core.links import whole

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


def example() -> dict[str, Any]:
    """One event as it is sent, for the reference: its code, the seconds of its sending, and its body on many lines."""
    at = datetime.fromisoformat("2024-09-03T02:30:00+00:00")
    data = {
        "code": "K7M2P4", "key": "lib-7", "edition": "shenzhen-2024", "title": "古籍修复体验", "status": "returned",
        "version": 3, "url": whole(reverse("programme:activity", args=["K7M2P4"])), "unit": "ft-library",
        "decision": "returned", "note": "请补充简介", "round": "new",
    }  # fmt: skip
    body = {"type": "review.decided", "timestamp": at.isoformat(), "data": data}
    return {
        "code": "msg_5f0c2b7d9e4a41c6b8d3e2f1a0978654",
        "timestamp": int(at.timestamp()) + 1,
        "body": json.dumps(body, ensure_ascii=False, indent=2),
    }
