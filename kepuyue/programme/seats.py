"""Whether there is still a seat. The one place where that is decided; booking on this platform will count in here."""

from collections.abc import Iterable

from kepuyue.activities.models import Session
from kepuyue.programme.days import Slot


def seats_left(sessions: Iterable[Session]) -> dict[int, int | None]:
    """Free seats by session: none where the unit says that it is full, else the capacity as long as nothing can be
    booked here; None where it is not limited or not held.
    """
    return {
        session.pk: None if session.is_cancelled else 0 if session.is_full else session.capacity
        for session in sessions
    }


def has_seats(slot: Slot) -> bool:
    """Whether one can still get into a session that takes place as announced."""
    return not (slot.is_full or slot.is_postponed)
