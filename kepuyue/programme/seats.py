"""Whether there is still a seat. The one place where that is decided."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from kepuyue.activities.models import Session
from kepuyue.bookings.offers import Offer, offers
from kepuyue.bookings.queries import booked_out
from kepuyue.programme.days import Slot


def seats_left(sessions: Iterable[Session]) -> dict[int, int | None]:
    """Free seats by session. Where one books here: those that nobody holds or waits for; elsewhere the capacity,
    and none where the unit says that it is full. None where it is not limited or not held. One query.
    """
    sessions = list(sessions)
    booked = first_come(offers(session.pk for session in sessions))
    return {session.pk: left(session, booked.get(session.pk)) for session in sessions}


def first_come(offered: dict[int, Offer]) -> dict[int, Offer]:
    """Those of the offers of which one can say what is left; where lots are drawn nobody can."""
    return {session: offer for session, offer in offered.items() if offer.draws_at is None}


def left(session: Session, booked: Offer | None) -> int | None:
    """The free seats of one session, see `seats_left`."""
    if session.is_cancelled:
        return None
    if session.is_full:
        return 0
    return booked.to_have if booked else session.capacity


def with_seats(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """The sessions with what `is_full` asks of them."""
    return sessions.annotate(is_booked_out=Exists(booked_out(terms__session=OuterRef("pk"))))


def is_full(session: Session) -> bool:
    """Whether the unit says that no seat is left, or all that are given out here are gone; read by `with_seats`."""
    return session.is_full or session.is_booked_out  # type: ignore[attr-defined]


def has_seats(slot: Slot) -> bool:
    """Whether one can still get into a session that takes place as announced."""
    return not (slot.is_full or slot.is_postponed)
