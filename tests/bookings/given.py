"""Sessions that can be booked, and people who ask."""

from datetime import datetime, timedelta
from typing import Any

from kepuyue.activities.models import BookingMode, Session, State
from kepuyue.bookings import door
from kepuyue.bookings.admission import Asked
from kepuyue.bookings.models import HOLDING, Booking, BookingTerms, Channel, CheckIn, Quota
from kepuyue.core.time import now
from tests.factories import ActivityFactory, SessionFactory


def bookable(seats: int = 10, *, in_days: float = 10, helper: int = 0, **terms: Any) -> Session:
    """A session of a published activity whose booking is open."""
    activity = ActivityFactory(
        state=State.PUBLISHED, published_at=now(), sessions=0, booking_mode=BookingMode.FIRST_COME
    )
    starts = now() + timedelta(days=in_days)
    session = SessionFactory(activity=activity, starts_at=starts, ends_at=starts + timedelta(hours=2))
    made = BookingTerms.objects.create(session=session, **{"opens_at": now() - timedelta(minutes=1), **terms})
    Quota.objects.create(terms=made, channel=Channel.ONLINE, capacity=seats)
    Quota.objects.create(terms=made, channel=Channel.HELPER, capacity=helper)
    return session


def asks(session: Session, number: int, *, seats: int = 1, key: str = "", at: datetime | None = None,
         channel: str = Channel.ONLINE) -> Asked:  # fmt: skip
    """The person of this number asks for seats."""
    return door.asked(session.pk, name=f"观众{number}", phone=f"+852{number:08d}", seats=seats, key=key or f"key-{number}",
                      at=at or now(), channel=channel)  # fmt: skip


def recount(session: Session) -> dict[str, tuple[int, int]]:
    """By channel: the seats that bookings and walk-ins hold and the parties that wait, counted one by one."""
    found = {}
    for quota in Quota.objects.filter(terms__session=session):
        rows = Booking.objects.filter(session=session, channel=quota.channel)
        held = sum(row.seats for row in rows if row.state in HOLDING)
        if quota.channel == Channel.WALK_IN:
            came = CheckIn.objects.filter(session=session, result=CheckIn.Result.WALK_IN, undone_at=None)
            held += sum(row.seats - row.beyond for row in came)
        found[quota.channel] = (held, sum(row.state == "waitlisted" for row in rows))
    return found


def counters(session: Session) -> dict[str, tuple[int, int]]:
    """By channel what the counters say."""
    return {one.channel: (one.taken, one.waiting) for one in Quota.objects.filter(terms__session=session)}
