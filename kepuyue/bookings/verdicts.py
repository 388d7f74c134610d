"""What the screen at a door says of a ticket, in words that are read at arm's length; the server and the phone say the
same ones (`frontend/check-in`)."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from kepuyue.bookings.actions.checking_in import Answer, Why
from kepuyue.bookings.models import CheckIn

# How it looks: come in; was in already; nobody comes in on this
TONES = {"in": "in", "counted": "in", "again": "again"}
REFUSED = "no"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer to one ticket."""

    kind: str
    title: str
    seats: int = 0
    "How many come in; 0: nobody"
    detail: str = ""

    @property
    def tone(self) -> str:
        """The look of it."""
        return TONES.get(self.kind, REFUSED)


def titles() -> dict[str, str]:
    """{kind: what stands there in large letters}."""
    return {
        "in": _("可以入场"),
        "counted": _("现场放行"),
        "again": _("已经进过"),
        Why.UNKNOWN: _("没有这张票"),
        Why.ELSEWHERE: _("别的场次"),
        Why.CANCELLED: _("预约已取消"),
        Why.NOT_YET: _("还没有名额"),
        Why.SEATS: _("人数不对"),
        Why.FULL: _("现场名额已满"),
        "forged": _("无效的码"),
    }


def verdict(answer: Answer) -> Verdict:
    """What is said of a scan that the server has taken in."""
    row, first = answer.row, answer.first
    if row is None:
        kind = answer.why or Why.UNKNOWN
        return Verdict(kind, titles()[kind], detail=answer.refusal)
    if row.result == CheckIn.Result.WALK_IN:
        return Verdict("counted", titles()["counted"], row.seats)
    if row.result == CheckIn.Result.FIRST:
        return Verdict("in", titles()["in"], row.seats)
    return Verdict("again", titles()["again"], detail=said_of(first) if first else "")


def said_of(first: CheckIn) -> str:
    """When and where somebody came in on the ticket."""
    facts: dict[str, Any] = {
        "time": timezone.localtime(first.scanned_at).strftime("%H:%M"), "door": first.door, "count": first.seats
    }  # fmt: skip
    if first.door:
        return _("%(time)s在%(door)s进了%(count)s人") % facts
    return _("%(time)s进了%(count)s人") % facts
