"""Who gets seats: the rules one by one, through the one way by which all of them go."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kepuyue.activities.models import Session
from kepuyue.bookings.admission import Answer, Outcome, book, take
from kepuyue.bookings.admission import batch as batches
from kepuyue.bookings.models import Block, Booking, BookingTerms, Quota
from kepuyue.core import audit
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.bookings.given import asks, bookable, counters, recount
from tests.factories import SessionFactory

pytestmark = pytest.mark.django_db


def outcomes(answers: list[Answer]) -> list[str]:
    return [str(answer.outcome) for answer in answers]


def test_seats_go_in_the_order_of_arrival_and_then_no_more() -> None:
    session = bookable(3)

    answers = take([asks(session, number) for number in range(5)])

    assert outcomes(answers) == ["confirmed"] * 3 + ["sold-out"] * 2
    assert set(Booking.objects.values_list("code", flat=True)) == {answer.code for answer in answers[:3]}
    assert counters(session) == recount(session) == {"online": (3, 0), "helper": (0, 0)}


def test_who_finds_too_few_seats_leaves_them_to_the_next() -> None:
    session = bookable(4)

    answers = take([asks(session, 1, seats=3), asks(session, 2, seats=2), asks(session, 3)])

    assert outcomes(answers) == ["confirmed", "sold-out", "confirmed"]


def test_same_key_gets_the_same_answer_and_no_second_booking() -> None:
    session = bookable(1, waitlist_most=5)
    first, second = take([asks(session, 1, key="a"), asks(session, 2, key="b")])

    again = take([asks(session, 1, key="a"), asks(session, 2, key="b"), asks(session, 1, key="a")])

    assert again == [first, second, first]
    assert outcomes(take([asks(session, 3, key="a")])) == ["key-used"]
    assert Booking.objects.count() == 2


def test_same_key_within_one_batch_is_one_booking() -> None:
    session = bookable(5)

    first, second = take([asks(session, 1), asks(session, 1)])

    assert first == second and first.is_booked
    assert counters(session)["online"] == (1, 0)


def test_one_booking_for_one_person_and_session() -> None:
    session, other = bookable(5), bookable(5)

    answers = take([asks(session, 1, key="a"), asks(session, 1, key="b"), asks(other, 1, key="c")])

    assert outcomes(answers) == ["confirmed", "already-booked", "confirmed"]
    assert answers[1].code == answers[0].code


def test_cap_of_a_day_counts_sessions_of_that_day_only() -> None:
    today = [bookable(5, in_days=10) for _one in range(3)]
    tomorrow = bookable(5, in_days=11)

    answers = take([asks(session, 1, key=str(place)) for place, session in enumerate([*today, tomorrow])])

    assert outcomes(answers) == ["confirmed", "confirmed", "day-is-full", "confirmed"]
    assert answers[2].limit == 2


def test_nobody_passes_those_who_wait_even_where_seats_are_free() -> None:
    session = bookable(2, waitlist_most=2)
    take([asks(session, 1), asks(session, 2), asks(session, 3, seats=2)])
    # A seat came free, too little for the party that waits
    Quota.objects.filter(terms__session=session, channel="online").update(taken=1)

    late, later = take([asks(session, 4), asks(session, 5)])

    assert (late.outcome, late.position) == (Outcome.WAITLISTED, 2)
    assert later.outcome == Outcome.SOLD_OUT


def test_each_channel_has_seats_of_its_own() -> None:
    session = bookable(1, helper=1)

    answers = take([asks(session, 1), asks(session, 2), asks(session, 3, channel="helper"),
                    asks(session, 4, channel="walk_in")])  # fmt: skip

    assert outcomes(answers) == ["confirmed", "sold-out", "confirmed", "not-bookable"]


@pytest.mark.parametrize(
    "second, outcome",
    [(-1, "not-open"), (0, "confirmed"), (3599, "confirmed"), (3600, "closed")],
)
def test_opening_and_closing_are_exact_to_the_second(second: int, outcome: str) -> None:
    opens_at = now().replace(microsecond=0) + timedelta(hours=1)
    session = bookable(opens_at=opens_at, closes_at=opens_at + timedelta(hours=1))

    [answer] = take([asks(session, 1, at=opens_at + timedelta(seconds=second))])

    assert answer.outcome == outcome


@pytest.mark.parametrize("change", ["paused", "cancelled", "postponed", "taken down"])
def test_what_is_stopped_is_closed(change: str) -> None:
    session = bookable()
    match change:
        case "paused":
            BookingTerms.objects.filter(session=session).update(is_paused=True)
        case "taken down":
            type(session.activity).objects.filter(pk=session.activity.pk).update(state="draft")
        case _:
            type(session).objects.filter(pk=session.pk).update(**{f"is_{change}": True})

    assert outcomes(take([asks(session, 1)])) == ["closed"]


def test_unknown_session_and_too_many_seats() -> None:
    session, without_terms = bookable(most_seats=2), SessionFactory()

    assert outcomes(take([asks(session, 1, seats=3)])) == ["too-many-seats"]
    assert outcomes(take([asks(without_terms, 1)])) == ["not-bookable"]


def test_row_that_a_constraint_refuses_is_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session = bookable(3)
    codes = iter(["TAKEN222", "TAKEN222", "FRESH333", "FRESH444"])
    monkeypatch.setattr("kepuyue.bookings.admission.deciding.new_code", lambda _length: next(codes))
    take([asks(session, 1)])

    answers = take([asks(session, 2), asks(session, 3)])

    assert outcomes(answers) == ["confirmed", "confirmed"]
    assert len(set(Booking.objects.values_list("code", flat=True))) == 3
    assert counters(session) == recount(session)


def test_constraints_refuse_it_time_and_again_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    session = bookable(3)
    monkeypatch.setattr("kepuyue.bookings.admission.deciding.new_code", lambda _length: "SAME2222")
    take([asks(session, 1)])

    with pytest.raises(batches.Contended), transaction.atomic():
        take([asks(session, 2)])

    assert counters(session) == recount(session)


def test_who_was_answered_by_what_somebody_did_not_get_is_decided_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = bookable(1)
    take([asks(bookable(1), 9)])
    met_by_chance = Booking.objects.get().code
    codes = iter([met_by_chance, "FINE2222", "FINE3333"])
    monkeypatch.setattr("kepuyue.bookings.admission.deciding.new_code", lambda _length: next(codes))

    first, again, late = take([asks(session, 1), asks(session, 1), asks(session, 2)])

    assert first == again == Answer(Outcome.CONFIRMED, "FINE2222")
    assert outcomes([late]) == ["sold-out"]
    assert counters(session) == recount(session)


def test_session_that_was_called_off_meanwhile_gives_out_nothing() -> None:
    session = bookable(3)
    Session.objects.filter(pk=session.pk).update(is_cancelled=True)

    assert outcomes(take([asks(session, 1)])) == ["closed"]


def test_last_wall_is_the_database() -> None:
    session = bookable(1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Quota.objects.filter(terms__session=session, channel="online").update(taken=2)


def test_each_booking_leaves_a_row_in_the_trail_and_no_name() -> None:
    session = bookable()

    [answer] = take([asks(session, 1)])

    row = AuditEvent.objects.get(action="booking.create")
    booking = Booking.objects.get(code=answer.code)
    assert (row.subject_id, row.subject_name) == (str(booking.pk), answer.code)
    assert (row.organization_path, row.actor_name, row.is_quiet) == (
        session.activity.organization.path, audit.PUBLIC_NAME, True,
    )  # fmt: skip
    booking = Booking.objects.get()
    assert "观众1" not in str([booking.name, booking.phone, row.changes, row.subject_name])
    assert (booking.plain_name, booking.plain_phone) == ("观众1", "+85200000001")


def test_statements_of_a_batch_do_not_grow_with_it(django_assert_num_queries: Any) -> None:
    session, other = bookable(100), bookable(100)
    with django_assert_num_queries(10):
        take([asks(session, 1)])

    with django_assert_num_queries(10):
        take([asks(one, number) for number in range(2, 42) for one in (session, other)])

    # Only where somebody is kept from booking in the edition, those who ask are looked up
    facts = {"edition": session.activity.edition, "reason": "abuse", "until": now() + timedelta(days=1)}
    Block.objects.create(person="lifted", lifted_at=now(), decided_at=now(), **facts)
    with django_assert_num_queries(10):
        take([asks(session, 50)])
    Block.objects.create(person="somebody", **facts)
    with django_assert_num_queries(11):
        take([asks(session, 51), asks(other, 51)])


def test_a_caller_s_transaction_decides_whether_it_stands() -> None:
    session = bookable()
    assert connection.in_atomic_block

    with pytest.raises(RuntimeError), transaction.atomic():
        assert book(asks(session, 1)).is_booked
        raise RuntimeError

    assert not Booking.objects.exists() and counters(session)["online"] == (0, 0)


def test_arrival_is_kept(in_the_month: datetime) -> None:
    session = bookable()
    moment = in_the_month + timedelta(seconds=1.25)

    take([asks(session, 1, at=moment)])

    assert Booking.objects.get().arrived_at == moment


def test_second_of_the_opening_is_in_and_that_of_the_closing_is_out(in_the_month: datetime) -> None:
    opens, closes, moment = in_the_month, in_the_month + timedelta(hours=1), timedelta(microseconds=1)
    session = bookable(10, opens_at=opens, closes_at=closes)

    answers = take(
        [
            asks(session, place, at=at)
            for place, at in enumerate((opens - moment, opens, closes - moment, closes))
        ]
    )

    assert outcomes(answers) == ["not-open", "confirmed", "confirmed", "closed"]


@pytest.mark.parametrize(
    ("zone", "first", "second", "same_day"),
    [
        ("Asia/Shanghai", "2024-09-14T15:59Z", "2024-09-14T16:01Z", False),
        ("Asia/Shanghai", "2024-09-14T16:01Z", "2024-09-15T15:59Z", True),
        # The clocks go back there that night: the day has 25 hours, and two times 02:30
        ("Europe/Berlin", "2024-10-26T22:30Z", "2024-10-27T22:30Z", True),
        ("Europe/Berlin", "2024-10-27T00:30Z", "2024-10-27T01:30Z", True),
        # And forward: 23 hours
        ("Europe/Berlin", "2024-03-30T22:59Z", "2024-03-30T23:01Z", False),
    ],
)
def test_day_of_the_cap_is_that_of_the_edition_s_clock(
    zone: str, first: str, second: str, same_day: bool
) -> None:
    sessions = [bookable(per_day=1), bookable(per_day=1)]
    for session, starts in zip(sessions, (first, second), strict=True):
        Session.objects.filter(pk=session.pk).update(starts_at=starts.replace("Z", "+00:00"), ends_at=None)
        BookingTerms.objects.filter(session=session).update(closes_at=now() + timedelta(days=1))
    sessions[0].activity.edition.__class__.objects.update(time_zone=zone)

    answers = take([asks(session, 1, key=str(session.pk)) for session in sessions])

    assert outcomes(answers) == ["confirmed", "day-is-full" if same_day else "confirmed"]
