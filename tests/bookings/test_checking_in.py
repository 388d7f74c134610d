"""The door: the earliest scan wins, late and repeated batches change nothing, walk-ins stop at their quota."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from kepuyue.activities.models import Session
from kepuyue.bookings import queries
from kepuyue.bookings.actions import changing, checking_in
from kepuyue.bookings.actions.checking_in import Answer, Refused, Scan
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Booking, Channel, CheckIn, Quota
from kepuyue.bookings.queries import Attendance
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.bookings.given import asks, bookable, counters, recount
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def held(cast: Cast, *, walk_in: int = 2) -> tuple[Session, str]:
    """A session of the own unit, and the code of a booking of two seats there."""
    session = bookable(5)
    session.activity.organization = cast.own_unit
    session.activity.save()
    Quota.objects.create(terms=session.booking_terms, channel=Channel.WALK_IN, capacity=walk_in)
    take([asks(session, 1, seats=2)])
    return session, Booking.objects.get(session=session).code


def scan(key: str, code: str = "", *, ago: int = 0, **more: Any) -> Scan:
    return Scan(key, now() - timedelta(minutes=ago), code, **more)


def send(cast: Cast, session: Session, *scans: Scan, device: str = "a") -> list[Answer]:
    return checking_in.sync(session, scans, device=device, door=f"{device}门", by=cast.check_in)


def results() -> dict[str, str]:
    return dict(CheckIn.objects.filter(undone_at=None).values_list("device", "result"))


def test_same_batch_twice_changes_nothing(cast: Cast) -> None:
    session, code = held(cast)
    batch = [scan("1", code), scan("2", seats=2)]

    once, twice = send(cast, session, *batch), send(cast, session, *batch)

    assert once == twice
    assert [one.row and one.row.result for one in twice] == ["first", "walk_in"]
    assert queries.attendance(session) == Attendance(booked=2, checked_in=2, walk_in=2, conflicts=0)
    assert AuditEvent.objects.filter(action="booking.check_in").count() == 2


def test_earliest_scan_wins_though_it_comes_late_and_both_doors_let_in(cast: Cast) -> None:
    session, code = held(cast)

    send(cast, session, scan("1", code, ago=5), device="a")
    [late] = send(cast, session, scan("1", code, ago=9), device="b")
    [told] = send(cast, session, scan("1", code, ago=5), device="a")

    assert results() == {"a": "conflict", "b": "first"}
    assert late.first is None
    assert told.first and (told.first.door, told.first.by) == ("b门", cast.check_in)
    assert queries.attendance(session) == Attendance(2, checked_in=2, walk_in=0, conflicts=1, walk_in_free=2)


@pytest.mark.parametrize(
    ("device", "let_in", "result"), [("b", True, "conflict"), ("b", False, "again"), ("a", True, "again")]
)
def test_second_scan_is_a_conflict_only_where_another_door_let_in(
    device: str, let_in: bool, result: str, cast: Cast
) -> None:
    session, code = held(cast)
    send(cast, session, scan("1", code, ago=5))

    [answer] = send(cast, session, scan("2", code, let_in=let_in), device=device)

    assert answer.row and answer.row.result == result


def test_clock_of_a_phone_that_is_fast_does_not_reach_into_the_future(cast: Cast) -> None:
    session, code = held(cast)

    [answer] = send(cast, session, scan("1", code, ago=-60))

    assert answer.row and answer.row.scanned_at <= answer.row.received_at


def test_walk_ins_stop_where_their_seats_are_used_up(cast: Cast) -> None:
    session, _code = held(cast, walk_in=3)

    answers = send(
        cast, session, scan("1", seats=2, ago=3, let_in=False), scan("2", seats=2, ago=2, let_in=False), scan("3", ago=1, let_in=False),
    )  # fmt: skip

    assert [one.row is not None for one in answers] == [True, False, True]
    assert counters(session)["walk_in"] == (3, 0)


def test_whom_phones_without_a_network_let_in_beyond_the_seats_is_counted_and_told_apart(cast: Cast) -> None:
    session, _code = held(cast, walk_in=3)

    first, second, third = send(cast, session, scan("1", seats=2, ago=3), scan("2", seats=2, ago=2), scan("3", ago=1))  # fmt: skip

    assert [one.row and one.row.beyond for one in (first, second, third)] == [0, 1, 1]
    assert queries.attendance(session) == Attendance(2, checked_in=0, walk_in=5, conflicts=0, beyond=2)
    assert counters(session)["walk_in"] == recount(session)["walk_in"] == (3, 0)


def test_seats_of_walk_ins_taken_back_go_first_to_those_beyond(cast: Cast) -> None:
    session, _code = held(cast, walk_in=3)
    first, second, _third = send(cast, session, scan("1", seats=2, ago=3), scan("2", seats=2, ago=2), scan("3", ago=1))  # fmt: skip
    assert first.row and second.row

    checking_in.undo(first.row, by=cast.check_in, reason="数错了")
    between = queries.attendance(session)
    checking_in.undo(second.row, by=cast.check_in, reason="数错了")

    assert (between.walk_in, between.beyond, between.walk_in_free) == (3, 0, 0)
    assert queries.attendance(session) == Attendance(2, checked_in=0, walk_in=1, conflicts=0, walk_in_free=2)
    assert counters(session)["walk_in"] == recount(session)["walk_in"] == (1, 0)


def test_nobody_is_let_in_on_what_does_not_stand_here(cast: Cast) -> None:
    session, code = held(cast)
    other, elsewhere = held(cast)
    changing.cancel(code)

    answers = send(
        cast, session, scan("1", code), scan("2", elsewhere), scan("3", "NOSUCH"),
    )  # fmt: skip
    [many] = send(cast, other, scan("4", elsewhere, seats=3))

    assert [bool(one.refusal) for one in (*answers, many)] == [True] * 4
    assert CheckIn.objects.count() == 0


def test_check_in_taken_back_hands_on_to_the_next_that_let_in(cast: Cast) -> None:
    session, code = held(cast)
    [first] = send(cast, session, scan("1", code, ago=5), device="a")
    send(cast, session, scan("1", code), device="b")
    assert first.row

    checking_in.undo(first.row, by=cast.check_in, reason="扫错了人")
    checking_in.undo(first.row, by=cast.check_in, reason="扫错了人")

    assert results() == {"b": "first"}
    [event] = AuditEvent.objects.filter(action="booking.undo_check_in")
    assert (event.actor_id, event.reason) == (cast.check_in.pk, "扫错了人")


def test_walk_ins_taken_back_give_their_seats_back(cast: Cast) -> None:
    session, _code = held(cast)
    [counted] = send(cast, session, scan("1", seats=2))
    assert counted.row

    with pytest.raises(Refused):
        checking_in.undo(counted.row, by=cast.check_in, reason=" ")
    checking_in.undo(counted.row, by=cast.check_in, reason="数错了")

    assert counters(session)["walk_in"] == (0, 0)
    assert queries.attendance(session) == Attendance(2, checked_in=0, walk_in=0, conflicts=0, walk_in_free=2)


@pytest.mark.parametrize("person", ["helpdesk", "colleague", "district_reviewer", "judge", "outsider"])
def test_only_staff_of_the_door_check_in_and_take_back(person: str, cast: Cast) -> None:
    session, code = held(cast)
    [answer] = send(cast, session, scan("1", code))
    assert answer.row

    with pytest.raises(PermissionDenied):
        checking_in.sync(session, [scan("2")], device="a", door="", by=getattr(cast, person))
    with pytest.raises(PermissionDenied):
        checking_in.undo(answer.row, by=getattr(cast, person), reason="扫错了人")

    assert results() == {"a": "first"}


def test_session_without_terms_and_endless_batches_are_refused(cast: Cast) -> None:
    session, _code = held(cast)
    with pytest.raises(ValueError, match="at most"):
        send(cast, session, *[scan("1")] * (checking_in.MOST_SCANS + 1))
    session.booking_terms.delete()

    with pytest.raises(Refused):
        send(cast, session, scan("1"))
