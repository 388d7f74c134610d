"""Doors in the demonstration: sessions of the office that are over, with who came, and one of the demonstration day
that can be tried.

People are invented, as in `booking`. Most came; one ticket was let in at two doors, since the western phone had no
network; two parties stayed away. Of those who came, some say afterwards how it was.
"""

from datetime import datetime, timedelta
from functools import partial
from itertools import count, cycle

from kepuyue.accounts.network import Origin as Network
from kepuyue.activities.models import BookingMode, Origin, Session, State
from kepuyue.bookings import feedback
from kepuyue.bookings.actions import answering, checking_in
from kepuyue.bookings.actions.checking_in import Scan
from kepuyue.bookings.models import Booking
from kepuyue.core.time import now
from kepuyue.demo.actions import booking
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.models import Edition

# An hour after `booking` has begun with its own
BEGINS = booking.OPENED - timedelta(hours=1)
FIRST_NUMBER = 5001
PARTIES = [2, 1, 3, 2, 1, 2, 3, 1, 2, 2]
STAYED_AWAY = 2
WALK_INS = 6
# What the first, second, … visitor marks, question after question, and again from the beginning
MARKS = [5, 5, 4, 5, 4, 5, 3, 5, 5, 4, 5, 2]
ANSWERS = 9
EAST, WEST = "东门", "西门"


def furnish(agenda: Agenda, edition: Edition, cast: Cast, until: datetime) -> None:
    """Terms and bookings a little before `until`, check-ins at the sessions that are before it."""
    agenda.at(until - BEGINS, partial(_set_up, agenda, edition, cast, until))


def _set_up(agenda: Agenda, edition: Edition, cast: Cast, until: datetime) -> None:
    opened, people = now().replace(microsecond=0), count(FIRST_NUMBER)
    for session in _chosen(edition, cast, until):
        booking.give_out(cast, session, opens_at=opened, walk_in=WALK_INS)
        agenda.at(opened + timedelta(hours=2), partial(booking.book, session, people, PARTIES))
        agenda.at(session.starts_at + timedelta(minutes=30), partial(_check_in, cast, session))
        agenda.at(session.starts_at + timedelta(hours=2), partial(_answer, session))


def _chosen(edition: Edition, cast: Cast, until: datetime) -> list[Session]:
    """Sessions of the office between now and the end of the day of `until`, some hours ahead."""
    found = Session.objects.filter(
        activity__edition=edition, activity__organization=cast.office, activity__state=State.PUBLISHED,
        activity__origin=Origin.DEMO, activity__booking_mode=BookingMode.FIRST_COME, activity__city="",
        is_all_day=False, is_cancelled=False, is_postponed=False, is_full=False, booking_terms=None,
        starts_at__range=(now() + timedelta(hours=4), until.replace(hour=23)),
    )  # fmt: skip
    roomy = [
        one
        for one in found.order_by("starts_at", "pk")
        if one.capacity is None or one.capacity >= booking.SEATS
    ]
    return roomy[:3]


def _check_in(cast: Cast, session: Session) -> None:
    codes = Booking.objects.filter(session=session).order_by("pk").values_list("code", flat=True)
    came = list(codes)[: len(PARTIES) - STAYED_AWAY]
    begins = session.starts_at - timedelta(minutes=20)
    east = [Scan(f"{place}", begins + timedelta(minutes=3 * place), code) for place, code in enumerate(came)]
    by = cast.registrar(session.activity.organization)
    west = [
        Scan("ticket", begins + timedelta(minutes=8), came[1]),
        Scan("walk-in", begins + timedelta(minutes=25), seats=2),
    ]
    checking_in.sync(session, east, device="demo-east", door=EAST, by=by)
    checking_in.sync(session, west, device="demo-west", door=WEST, by=by)


def _answer(session: Session) -> None:
    origin, marks = Network(network="demo", device="", browser=""), cycle(MARKS)
    for visitor in range(ANSWERS):
        given = {one.number: next(marks) for one in feedback.questions(session.activity.edition)}
        answering.answer(session, given, mark=f"demo-{visitor}", origin=origin)
