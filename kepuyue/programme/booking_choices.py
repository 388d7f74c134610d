"""Sessions that are booked here, as pages offer them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities.models import Activity, Session, State
from kepuyue.bookings.offers import Offer, offers
from kepuyue.core import wording
from kepuyue.programme.cards import moment, place_of

# So few seats are shown as few
FEW = 5
TONES = {"not-open": "waiting", "open": "bookable", "waitlist": "few", "full": "full"}


@dataclass(frozen=True)
class Choice:
    """A session that is booked here, as a list of them shows it."""

    offer: Offer
    state: str
    "As `Offer.state` has it"
    label: str
    when: str
    place: str
    href: str

    @property
    def tone(self) -> str:
        """How its state looks (`ui.tones`)."""
        is_few = self.offer.free <= FEW and not self.offer.draws_at
        return "few" if self.state == "open" and is_few else TONES.get(self.state, "closed")

    @property
    def can_be_booked(self) -> bool:
        """Whether it is worth a press: now, or once it opens."""
        return self.state in ("open", "waitlist", "not-open")


def choices(activity: Activity, sessions: Iterable[Session], *, at: datetime) -> dict[int, Choice]:
    """The sessions of an activity that are booked here, in the order of their beginning. One query."""
    rows = sorted(sessions, key=lambda one: one.starts_at)
    found = offers(one.pk for one in rows)
    zone = activity.edition.zone
    return {one.pk: _choice(activity, one, found[one.pk], zone, at) for one in rows if one.pk in found}


def _choice(activity: Activity, session: Session, offer: Offer, zone: ZoneInfo, at: datetime) -> Choice:
    if activity.state != State.PUBLISHED:
        offer = replace(offer, is_stopped=True)
    state = offer.state(at)
    return Choice(
        offer=offer,
        state=state,
        label=_label(offer, state, zone),
        when=moment(session, zone).text,
        place=place_of(session),
        href=reverse("programme:booking", args=[session.pk]),
    )


def _label(offer: Offer, state: str, zone: ZoneInfo) -> str:
    if state == "not-open":
        opens = offer.opens_at.astimezone(zone)
        seconds = f":{opens:%S}" if opens.second else ""
        return _("%(when)s开约") % {
            "when": wording.at(wording.day_text(opens.date(), weekday=False), f"{opens:%H:%M}{seconds}")
        }
    if state == "open" and offer.draws_at:
        return _("报名后抽签")
    if state == "open":
        return ngettext("还有%(free)s个名额", "还有%(free)s个名额", offer.free) % {"free": offer.free}
    return {
        "waitlist": _("已满，可以候补"),
        "full": _("已约满"),
        "closed": _("预约已截止"),
        "stopped": _("暂停预约"),
    }[state]
