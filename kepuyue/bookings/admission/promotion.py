"""Seats that came free go to those who wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kepuyue.bookings import telling
from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.deciding import Standing
from kepuyue.bookings.models import Booking
from kepuyue.core import audit
from kepuyue.core.time import now

# Until so long before booking ends nobody is passed. From then on a party that finds too few seats is passed by the
# next one that fits, or seats would stay empty for the sake of the order
STRICT_UNTIL = timedelta(hours=24)
# Later than this before booking ends nobody is asked to confirm: the seat is theirs at once
NO_TIME_TO_ASK = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A party on the waiting list."""

    booking: int
    seats: int


def next_ones(parties: Iterable[Waiting], free: int, *, is_strict: bool) -> list[Waiting]:
    """Who gets the free seats: in the order of their numbers, each party as a whole or not at all."""
    chosen = []
    for party in parties:
        if not free:
            break
        if party.seats <= free:
            chosen.append(party)
            free -= party.seats
        elif is_strict:
            break
    return chosen


def promote(standing: Standing, *, accept_minutes: int) -> list[Booking]:
    """Give the free seats of a locked session to those who wait; the bookings that got some. They are told.

    A seat is kept for `accept_minutes`, and not beyond the end of booking (of a ballot: the session's beginning);
    where that leaves no time it is theirs at once.
    """
    moment, until = now(), standing.promotes_until
    if standing.is_stopped or moment >= until:
        return []
    is_strict = moment < until - STRICT_UNTIL
    ends_at = min(moment + timedelta(minutes=accept_minutes), until)
    is_asked = accept_minutes > 0 and ends_at - moment >= min(
        NO_TIME_TO_ASK, timedelta(minutes=accept_minutes)
    )
    promoted: list[Booking] = []
    for channel, free in standing.free.items():
        if not free or not standing.waiting[channel]:
            continue
        rows = Booking.objects.filter(session=standing.session, channel=channel, state="waitlisted")
        parties = (Waiting(*row) for row in rows.order_by("position").values_list("pk", "seats"))
        for party in next_ones(parties, free, is_strict=is_strict):
            promoted.append(_give(party.booking, standing, is_asked=is_asked, ends_at=ends_at))
    return promoted


def _give(pk: int, standing: Standing, *, is_asked: bool, ends_at: datetime) -> Booking:
    booking = Booking.objects.get(pk=pk)
    booking.state = Booking.State.OFFERED if is_asked else Booking.State.CONFIRMED
    booking.offer_ends_at = ends_at if is_asked else None
    booking.save(update_fields=["state", "offer_ends_at"])
    standing.free[booking.channel] -= booking.seats
    standing.waiting[booking.channel] -= 1
    ledger.count_up([(standing.terms, booking.channel, booking.seats, -1)])
    audit.record(
        "booking.promote", booking, by=None, changes={"state": ["waitlisted", booking.state]}, is_quiet=True
    )
    telling.offered(booking)
    return booking
