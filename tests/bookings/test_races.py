"""Many at the same moment, each with a connection of their own: on the database of the run.

With `scripts.postgres` these are PostgreSQL's row locks. The control switches the lock off and must oversell, so that the
race is known to bite.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, models

from kepuyue.activities.actions import publication
from kepuyue.activities.models import Session
from kepuyue.bookings.actions import changing, checking_in
from kepuyue.bookings.admission import Answer, NotYet, batch, ledger
from kepuyue.bookings.admission.queue import Writer, answered
from kepuyue.bookings.models import Booking, CheckIn, Quota
from kepuyue.core.time import now
from kepuyue.messaging.models import Message
from tests.bookings.given import asks, bookable, counters, recount
from tests.cast import assemble

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 4


def together(*calls: Any) -> list[Any]:
    """What each of the calls gives, begun at the same moment in threads of their own."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int) -> None:
        start.wait()
        try:
            results[place] = calls[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def tally(answers: list[Any]) -> Counter[str]:
    return Counter(str(one.outcome) if isinstance(one, Answer) else type(one).__name__ for one in answers)


def test_writers_of_several_processes_never_give_a_seat_twice() -> None:
    session, other = bookable(37), bookable(23)
    crowds = [
        [asks(one, crowd * 100 + number) for number in range(40) for one in (session, other)]
        for crowd in range(WRITERS)
    ]

    def write(crowd: list[Any]) -> list[Any]:
        return [
            result for place in range(0, len(crowd), 10) for result in answered(crowd[place : place + 10])
        ]

    results = together(*(lambda crowd=crowd: write(crowd) for crowd in crowds))

    assert tally([one for result in results for one in result]) == {"confirmed": 60, "sold-out": 260}
    for one, seats in ((session, 37), (other, 23)):
        assert counters(one)["online"] == recount(one)["online"] == (seats, 0)


def test_one_person_at_all_doors_at_once_is_booked_once() -> None:
    session = bookable(10)

    results = together(
        *(lambda key=key: answered([asks(session, 1, key=f"k{key}")])[0] for key in range(WRITERS))
    )

    assert tally(results) == {"confirmed": 1, "already-booked": WRITERS - 1}


def test_same_key_at_all_doors_at_once_is_one_booking() -> None:
    session = bookable(10)

    results = together(*(lambda: answered([asks(session, 1, key="same")])[0] for _one in range(WRITERS)))

    assert len({one.code for one in results}) == 1 and Booking.objects.count() == 1


def test_cap_of_a_day_holds_across_sessions_booked_at_once() -> None:
    sessions = [bookable(10) for _one in range(WRITERS)]

    results = together(*(lambda one=one: answered([asks(one, 1, key=str(one.pk))])[0] for one in sessions))

    assert tally(results)["confirmed"] == 2, tally(results)
    assert Booking.objects.filter(state="confirmed").count() == 2


def test_seat_given_back_goes_to_one_of_those_who_wait() -> None:
    session = bookable(3, waitlist_most=10, accept_minutes=0)
    held = answered([asks(session, number) for number in range(9)])

    together(*(lambda code=one.code: changing.cancel(code) for one in held[:3]))

    positions = list(
        Booking.objects.filter(state="confirmed").order_by("position").values_list("position", flat=True)
    )
    assert positions == [1, 2, 3]
    assert counters(session)["online"] == recount(session)["online"] == (3, 3)


def test_who_is_booked_while_the_activity_is_cancelled_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    session, office = bookable(3), assemble().office
    deciding, is_over, write = threading.Event(), threading.Event(), ledger.write

    def slowly(*facts: Any) -> Any:
        deciding.set()
        # The cancellation waits for this batch; without the lock it would be over now
        is_over.wait(0.5)
        return write(*facts)

    def cancel() -> None:
        deciding.wait()
        publication.cancel(session.activity, by=office, reason="场地停电，不能举办。")
        is_over.set()

    monkeypatch.setattr(ledger, "write", slowly)
    [[answer], _none] = together(lambda: answered([asks(session, 1)]), cancel)

    assert answer.is_booked
    assert Message.objects.filter(kind="booking.change").count() == 1


def test_queue_answers_everybody_and_in_batches() -> None:
    session = bookable(30)
    told: list[Any] = []
    done = threading.Event()
    writer = Writer()

    def tell(result: Any) -> None:
        told.append(result)
        if len(told) == 100:
            done.set()

    for number in range(100):
        writer.put(asks(session, number), tell)

    assert done.wait(30)
    writer.stop()
    assert tally(told) == {"confirmed": 30, "sold-out": 70}
    first = [one.code for one in told[:30]]
    assert list(Booking.objects.order_by("arrived_at").values_list("code", flat=True)) == first, (
        "in the order of arrival"
    )


@contextmanager
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without the lock, the transaction and the wall: everybody reads before anybody writes."""
    meet, read = threading.Barrier(WRITERS), ledger.standings

    def standings(sessions: Any) -> Any:
        found = read(sessions)
        meet.wait(10)
        return found

    with monkeypatch.context() as patch, connection.cursor() as cursor:
        patch.setattr(models.QuerySet, "select_for_update", lambda self, **_options: self)
        patch.setattr(ledger, "standings", standings)
        patch.setattr(batch, "take", batch.take.__wrapped__)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE bookings_quota DROP CONSTRAINT never_more_than_there_are")
        yield
        if connection.vendor == "postgresql":
            Quota.objects.all().delete()
            cursor.execute(
                "ALTER TABLE bookings_quota ADD CONSTRAINT never_more_than_there_are CHECK (taken <= capacity)"
            )


def test_control_without_the_lock_it_oversells(monkeypatch: pytest.MonkeyPatch) -> None:
    session = bookable(1)

    def ask(number: int) -> Any:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA ignore_check_constraints = ON")
        return batch.take([asks(session, number)])[0]

    with unlocked(monkeypatch):
        results = together(*(lambda number=number: ask(number) for number in range(WRITERS)))
        held = recount(session)["online"][0]

    assert tally(results) == {"confirmed": WRITERS} and held == WRITERS


def test_control_with_the_wall_alone_nobody_gets_in_beside_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    session = bookable(1)
    Quota.objects.filter(terms__session=session, channel="online").update(taken=1)
    monkeypatch.setattr(ledger, "standings", _blind(session))

    [result] = answered([asks(session, 1)])

    assert isinstance(result, NotYet), "the database refused what the rules were deceived into"
    assert not Booking.objects.exists()


def _blind(session: Session) -> Any:
    read = ledger.standings

    def standings(sessions: Any) -> Any:
        found = read(sessions)
        found[session.pk].free["online"] = 5
        return found

    return standings


def test_isolation_is_what_the_lock_counts_on() -> None:
    """Under READ COMMITTED whoever waited for the lock reads what the other wrote; nothing stricter is needed."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW transaction_isolation")
            assert cursor.fetchone() == ("read committed",)
        else:
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone()[0] in ("wal", "memory")
            assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_database_that_fails_is_told_of_and_the_next_batch_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    session = bookable(5)
    known = ledger.known
    monkeypatch.setattr(ledger, "known", lambda *_parts: (_ for _ in ()).throw(OperationalError("gone")))
    assert tally(answered([asks(session, 1), asks(session, 2)])) == {"NotYet": 2}

    monkeypatch.setattr(ledger, "known", known)

    assert tally(answered([asks(session, 1), asks(session, 2)])) == {"confirmed": 2}


def test_one_who_cannot_be_written_takes_nobody_along() -> None:
    session = bookable(5)
    broken = asks(session, 1)
    object.__setattr__(broken, "by", 999_999_999)

    results = answered([asks(session, 2), broken, asks(session, 3)])

    assert tally(results) == {"confirmed": 2, "NotYet": 1}
    assert counters(session) == recount(session)


def test_one_ticket_scanned_at_all_doors_at_once_is_first_at_one() -> None:
    cast = assemble()
    session = bookable(5)
    session.activity.organization = cast.own_unit
    session.activity.save()
    [booked] = answered([asks(session, 1)])
    scan = checking_in.Scan("1", now(), booked.code)

    together(
        *(
            lambda door=door: checking_in.sync(session, [scan], device=door, door=door, by=cast.check_in)
            for door in "abcd"
        )
    )

    found = Counter(CheckIn.objects.values_list("result", flat=True))
    assert found == {"first": 1, "conflict": 3}
