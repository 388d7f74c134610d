"""What the public reads of bookings: how a session is offered, and what somebody has booked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from kepuyue.activities.models import Activity
from kepuyue.bookings.models import ACTIVE, Booking, Channel, Quota
from kepuyue.core import ciphers, wording
from kepuyue.core.time import now

# What has no stated end counts for so long, as in the programme
UNKNOWN_LENGTH = timedelta(hours=2)
# So long the same form without a key of its own is taken for a second press of the first
SAME_PRESS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Offer:
    """How a session can be booked online, as a page tells it; as old as the page is."""

    session: int
    opens_at: datetime
    closes_at: datetime
    most_seats: int
    group_most: int
    per_day: int
    accept_minutes: int
    free: int
    "Seats that nobody holds"
    waiting: int
    "Parties on the waiting list"
    waitlist_most: int
    is_stopped: bool
    "Paused, cancelled or postponed"
    draws_at: datetime | None
    "When lots are drawn; None: first come, first served"

    @property
    def to_have(self) -> int:
        """Seats that somebody who comes now can have: none while parties wait, since nobody passes those."""
        return 0 if self.waiting else self.free

    @property
    def can_wait(self) -> bool:
        """Whether one more party may wait."""
        return self.waiting < self.waitlist_most

    def state(self, at: datetime) -> str:
        """What can be done at a moment: `stopped`, `not-open`, `closed`, `open`, `waitlist` or `full`."""
        if self.is_stopped:
            return "stopped"
        if at >= self.closes_at:
            return "closed"
        if at < self.opens_at:
            return "not-open"
        # Everybody may enter
        if self.draws_at:
            return "open"
        if self.to_have:
            return "open"
        return "waitlist" if self.can_wait else "full"


def offers(sessions: Iterable[int]) -> dict[int, Offer]:
    """How these sessions can be booked online; those that are not booked here are left out. One query."""
    rows = Quota.objects.filter(terms__session__in=list(sessions), channel=Channel.ONLINE)
    return {
        quota.terms.session_id: Offer(
            session=quota.terms.session_id,
            opens_at=quota.terms.opens_at,
            closes_at=quota.terms.closing,
            most_seats=quota.terms.most_seats,
            group_most=quota.terms.group_most,
            per_day=quota.terms.per_day,
            accept_minutes=quota.terms.accept_minutes,
            free=quota.free,
            waiting=quota.waiting,
            waitlist_most=quota.terms.waitlist_most,
            is_stopped=quota.terms.is_paused
            or quota.terms.session.is_cancelled
            or quota.terms.session.is_postponed,
            draws_at=quota.terms.draws_at,
        )
        for quota in rows.select_related("terms__session")
    }


def ahead_of(booking: Booking) -> int:
    """Parties that wait before this one."""
    return Booking.objects.filter(
        session=booking.session_id,
        channel=booking.channel,
        state=Booking.State.WAITLISTED,
        position__lt=booking.position,
    ).count()


def clashing(booking: Booking) -> list[Booking]:
    """Other bookings of the same number whose hours touch this one's."""
    session = booking.session
    ends_at = session.ends_at or session.starts_at + UNKNOWN_LENGTH
    others = (
        Booking.objects.filter(
            person=booking.person,
            state__in=ACTIVE,
            session__is_cancelled=False,
            session__starts_at__lt=ends_at,
        )
        .exclude(pk=booking.pk)
        .select_related("session")
    )
    return [
        one
        for one in others
        if (one.session.ends_at or one.session.starts_at + UNKNOWN_LENGTH) > session.starts_at
    ]


def key_of_form(session: int, phone: str, body: bytes) -> str:
    """A key for a form that brings none: pressed twice it is answered once, sent again after a booking ended it is
    a new one. `phone` is as it is kept.
    """
    ended = Booking.objects.filter(
        session=session, person=ciphers.digest(phone, "booking.person"), ended_at__isnull=False
    ).count()
    return f"form-{ciphers.digest(f'{session} {ended} {body.decode()}', 'booking.form')}"


def is_new(code: str) -> bool:
    """Whether the booking was made a moment ago."""
    return Booking.objects.filter(code=code, created_at__gt=now() - SAME_PRESS).exists()


def of_person(person: str) -> QuerySet[Booking]:
    """The bookings of a number (its digest), those that begin last first."""
    return (
        Booking.objects.filter(person=person)
        .select_related("session__activity__edition", "session__venue")
        .order_by("-session__starts_at", "-pk")
    )


def as_kept(booking: Booking) -> dict[str, Any]:
    """All that is kept of a booking, for the person themselves."""
    session = booking.session
    return {
        "code": booking.code,
        "activity": session.activity.title,
        "starts_at": session.starts_at.astimezone(session.activity.edition.zone).isoformat(),
        "state": booking.state,
        "seats": booking.seats,
        "children": booking.children,
        "school": booking.school,
        "adults": booking.adults,
        "name": booking.plain_name,
        "phone": booking.plain_phone,
        "roster": booking.plain_roster.splitlines(),
        "consent": booking.consent,
        "channel": booking.channel,
        "position": booking.position,
        "booked_at": booking.created_at.isoformat(),
        "ended_at": booking.ended_at and booking.ended_at.isoformat(),
        "end_reason": booking.end_reason,
    }


def notice_of(activity: Activity) -> str:
    """What who books is told of their personal data, as the edition words it."""
    rules = activity.edition.rules.booking
    text = rules.notice_en if wording.is_english() else rules.notice
    return text.replace("{unit}", activity.organization.name).replace("{days}", str(rules.kept_days))
