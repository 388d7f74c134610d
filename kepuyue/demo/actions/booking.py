"""Booking in the demonstration: how seats of some sessions are given out, and people who have booked.

Everything is invented: the names say that they are, the numbers are 138 0000 with a number behind. One activity is
open, one opens a minute after the month's demonstration day begins, one is full with parties waiting, one takes
classes.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from kepuyue.activities.models import Activity, BookingMode, Mode, Origin, Session, State
from kepuyue.bookings import door
from kepuyue.bookings.actions import terms
from kepuyue.bookings.admission import Asked, take
from kepuyue.bookings.models import BookingTerms, Channel
from kepuyue.bookings.parties import Party
from kepuyue.core.time import now
from kepuyue.demo import stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Edition

OPENED = timedelta(days=2)
OPENS_IN = timedelta(minutes=1)
# Seats of a session for which the source names none
SEATS = 40
FULL = 6
CLASS = 45
# Where several sessions are to choose from it is tried best
LEAST_SESSIONS = 2


def furnish(agenda: Agenda, edition: Edition, cast: Cast, until: datetime) -> None:
    """Terms two days before `until`, people in the order of their coming."""
    begins = until - OPENED
    agenda.at(begins, partial(_set_up, agenda, edition, cast, begins))


def _set_up(agenda: Agenda, edition: Edition, cast: Cast, begins: datetime) -> None:
    if BookingTerms.objects.exists():
        return  # furnished before
    found = list(_chosen(edition))
    classes = _for_classes(found)
    chosen = iter([sessions for sessions in found if sessions is not classes])
    people, at_once = count(1), now().replace(microsecond=0)
    if open_ones := next(chosen, []):
        for session in open_ones:
            give_out(cast, session, opens_at=at_once, waitlist_most=10)
        agenda.at(begins + timedelta(hours=3), partial(book, open_ones[0], people, [2, 1, 3]))
    for session in next(chosen, []):
        give_out(cast, session, opens_at=stages.MOMENTS[Stage.MONTH] + OPENS_IN, waitlist_most=20)
    if full := next(chosen, []):
        for session in full[1:]:
            give_out(cast, session, opens_at=at_once, waitlist_most=10)
        give_out(cast, full[0], opens_at=at_once, seats=FULL, waitlist_most=10)
        agenda.at(begins + timedelta(hours=4), partial(book, full[0], people, [3, 2, 1, 2, 1, 3]))
    if classes:
        for session in classes:
            give_out(cast, session, opens_at=at_once, seats=3 * CLASS, group_most=CLASS)
        group = Party(consent="1", school="演示小学三（2）班", adults=4)
        agenda.at(begins + timedelta(hours=5), partial(book, classes[0], people, [CLASS - 1], group))


def _chosen(edition: Edition) -> Iterator[list[Session]]:
    """Sessions to come, activity by activity, of those that are to be booked."""
    activities = Activity.objects.filter(
        edition=edition, state=State.PUBLISHED, origin=Origin.DEMO, booking_mode=BookingMode.FIRST_COME,
        city="",
    ).exclude(mode=Mode.ONLINE).order_by("pk").prefetch_related("sessions")  # fmt: skip
    after = stages.MOMENTS[Stage.MONTH] + timedelta(days=1)
    for activity in activities:
        ahead = [one for one in activity.sessions.all() if one.starts_at > after and not one.is_all_day]
        ahead = [one for one in ahead if not (one.is_cancelled or one.is_postponed or one.is_full)]
        if len(ahead) >= LEAST_SESSIONS:
            yield ahead


def _for_classes(found: list[list[Session]]) -> list[Session]:
    """Those of an activity for schools that has room for two classes, else of any that has."""
    roomy = [
        sessions
        for sessions in found
        if all(one.capacity is None or one.capacity >= 2 * CLASS for one in sessions)
    ]
    return next((one for one in roomy if "校园" in one[0].activity.title), roomy[0] if roomy else [])


def give_out(cast: Cast, session: Session, *, seats: int = SEATS, walk_in: int = 0, **facts: Any) -> None:
    """Set up a session, by who registers for its unit: seats online and by helpers together, others at the door."""
    most = min(seats, session.capacity - walk_in) if session.capacity is not None else seats
    helper = 0 if most <= FULL else most // 10
    terms.set_up(
        session, by=cast.registrar(session.activity.organization), most_seats=3,
        quotas={Channel.ONLINE: most - helper, Channel.HELPER: helper, Channel.WALK_IN: walk_in}, **facts,
    )  # fmt: skip


def book(session: Session, people: Iterator[int], sizes: list[int], party: Party | None = None) -> None:
    """Let the next of the people book, each with so many seats."""
    take([_asked(session, next(people), seats, party) for seats in sizes])


def _asked(session: Session, number: int, seats: int, party: Party | None) -> Asked:
    return door.asked(
        session.pk, name=f"演示观众{number}", phone=f"+861380000{number:04d}", seats=seats, key=f"demo-{number}",
        at=now(), party=party or Party(consent="1"),
    )  # fmt: skip
