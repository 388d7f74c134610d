"""Booking follows its session to another time, another day, a smaller room."""

from datetime import datetime, timedelta

import pytest

from kepuyue.activities.actions import rescheduling
from kepuyue.activities.models import Activity, Session
from kepuyue.activities.signals import public_content_changed
from kepuyue.bookings.actions import following
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Ballot, Booking, BookingTerms, Channel, Quota
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.bookings.given import asks, bookable
from tests.factories import MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def moved(session: Session, by: timedelta) -> BookingTerms:
    was = session.starts_at
    session.starts_at, session.ends_at = was + by, None
    session.save()
    following.follow(session, was=was)
    return BookingTerms.objects.get(session=session)


def quotas(session: Session) -> dict[str, tuple[int, int]]:
    return {one.channel: (one.capacity, one.taken) for one in Quota.objects.filter(terms__session=session)}


def test_closing_and_draw_move_along_and_the_opening_stays() -> None:
    session = bookable(5)
    closes, draws, opens = session.starts_at - DAY, session.starts_at - HOUR, now() - HOUR
    BookingTerms.objects.filter(session=session).update(opens_at=opens, closes_at=closes, draws_at=draws)

    terms = moved(session, 2 * DAY)

    assert (terms.opens_at, terms.closes_at, terms.draws_at) == (opens, closes + 2 * DAY, draws + 2 * DAY)
    assert AuditEvent.objects.get(action="terms.change").subject_id == str(terms.pk)


def test_what_would_close_before_it_opens_closes_at_the_beginning() -> None:
    session = bookable(5)
    BookingTerms.objects.filter(session=session).update(
        opens_at=now() + DAY, closes_at=session.starts_at - 8 * DAY
    )

    terms = moved(session, -2 * DAY)

    assert terms.closes_at is None and terms.closing == session.starts_at > terms.opens_at


def test_bookings_count_for_the_new_day_and_nobody_loses_one() -> None:
    session, other = bookable(5, per_day=1), bookable(5, per_day=1, in_days=12)
    take([asks(session, 1), asks(other, 1), asks(session, 2)])

    moved(session, other.starts_at - session.starts_at)

    found = {(one.session_id, one.person == asks(other, 1).person): one.nth for one in Booking.objects.all()}
    assert found == {(session.pk, True): 2, (other.pk, True): 1, (session.pk, False): 1}
    assert Booking.objects.values("day").distinct().count() == 1


def test_owner_moves_it_and_booking_follows(in_the_month: datetime) -> None:
    session = bookable(5, in_days=3)
    closes = session.starts_at - HOUR
    BookingTerms.objects.filter(session=session).update(closes_at=closes)
    take([asks(session, 1)])
    start = session.starts_at + DAY

    rescheduling.postpone(
        session, by=MembershipFactory(organization=session.activity.organization).user, reason="台风",
        starts_at=start, ends_at=start + HOUR,
    )  # fmt: skip

    assert BookingTerms.objects.get(session=session).closes_at == closes + DAY
    assert Booking.objects.get().day == start.astimezone(session.activity.edition.zone).date()


@pytest.mark.parametrize(
    ("capacity", "left"),
    [(20, (10, 5, 5)), (18, (10, 5, 3)), (11, (10, 1, 0)), (8, (8, 0, 0)), (4, (6, 0, 0))],
)
def test_smaller_room_takes_free_seats_of_the_door_first_and_given_ones_never(
    capacity: int, left: tuple[int, int, int]
) -> None:
    session = bookable(10, helper=5)
    Quota.objects.create(terms=session.booking_terms, channel=Channel.WALK_IN, capacity=5)
    take([asks(session, number, seats=2) for number in range(3)])
    Session.objects.filter(pk=session.pk).update(capacity=capacity)

    public_content_changed.send(sender=Activity, activity=session.activity)

    found = quotas(session)
    assert tuple(found[one][0] for one in ("online", "helper", "walk_in")) == left
    assert found["online"][1] == 6


def test_draw_that_was_held_opens_no_second_time() -> None:
    session = bookable(5)
    closes, draws = session.starts_at - DAY, session.starts_at - HOUR
    BookingTerms.objects.filter(session=session).update(closes_at=closes, draws_at=draws)
    Ballot.objects.create(
        terms=session.booking_terms, seed="s", commitment="c", drawn_at=now(), record={"result": {}}
    )

    terms = moved(session, 7 * DAY)

    assert (terms.closes_at, terms.draws_at) == (closes, draws)


def test_ballot_without_time_left_is_paused_for_the_unit_to_settle() -> None:
    session = bookable(5)
    closes, draws = session.starts_at - 8 * DAY, session.starts_at - 7 * DAY
    BookingTerms.objects.filter(session=session).update(
        opens_at=now() + HOUR, closes_at=closes, draws_at=draws
    )

    terms = moved(session, -2 * DAY)

    assert (terms.is_paused, terms.closes_at, terms.draws_at) == (True, closes, draws)
