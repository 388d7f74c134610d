"""Whether there is still a seat. The one place where that is decided."""

from collections.abc import Iterable

from kepuyue.activities.models import Session
from kepuyue.bookings.queries import free_online
from kepuyue.programme.days import Slot


def seats_left(sessions: Iterable[Session]) -> dict[int, int | None]:
    """Free seats by session. Where one books here: those that nobody holds or waits for; elsewhere the capacity,
    and none where the unit says that it is full. None where it is not limited or not held. One query.
    """
    sessions = list(sessions)
    booked = free_online(session.pk for session in sessions)
    return {
        session.pk: None
        if session.is_cancelled
        else 0
        if session.is_full
        else booked.get(session.pk, session.capacity)
        for session in sessions
    }


def has_seats(slot: Slot) -> bool:
    """Whether one can still get into a session that takes place as announced."""
    return not (slot.is_full or slot.is_postponed)
