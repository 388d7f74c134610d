"""Another server becomes the primary while people book: what each of them is told, and what stands in the rows."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from kepuyue import asgi
from kepuyue.bookings import door
from kepuyue.bookings.admission import Answer, Asked, NotYet, queue, take
from kepuyue.bookings.models import Booking
from tests import loops
from tests.bookings.given import asks, bookable, counters

pytestmark = pytest.mark.django_db(transaction=True)


def read_only() -> str:
    return (
        "PRAGMA query_only = ON"
        if connection.vendor == "sqlite"
        else "SET default_transaction_read_only = on"
    )


def test_commit_whose_answer_was_lost_is_found_by_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    session = bookable(5)
    lost: list[Answer] = []

    def unheard(batch: Sequence[Asked]) -> list[Answer]:
        if lost:
            return take(batch)
        lost.extend(take(batch))
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(queue, "take", unheard)

    results = queue.answered([asks(session, 1), asks(session, 2)])

    assert results == lost and all(one.is_booked for one in lost)
    assert (Booking.objects.count(), counters(session)["online"]) == (2, (2, 0))


def test_connection_to_a_primary_of_before_is_given_up_for_a_new_one() -> None:
    session = bookable(5)
    with connection.cursor() as cursor:
        cursor.execute(read_only())

    [result] = queue.answered([asks(session, 1)])

    assert isinstance(result, Answer) and result.is_booked
    assert Booking.objects.count() == 1


def test_server_that_stays_read_only_is_asked_twice_and_not_once_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = bookable(50)
    tries: list[int] = []

    def refused(batch: Sequence[Asked]) -> list[Answer]:
        tries.append(len(batch))
        with connection.cursor() as cursor:
            cursor.execute(read_only())
        return take(batch)

    monkeypatch.setattr(queue, "take", refused)

    results = queue.answered([asks(session, number) for number in range(40)])

    assert {type(one) for one in results} == {NotYet} and tries == [40, 40]
    connection.close()
    assert Booking.objects.count() == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no standby")
def test_answer_to_a_key_of_before_waits_for_the_standby_like_the_first() -> None:
    """A transaction that wrote nothing does not wait for the standby: what it read could be lost with the primary. The
    lock of the session is a write, and what was booked before comes to the standby before it.
    """
    session = bookable(5)
    first = take([asks(session, 1)])

    with transaction.atomic():
        again = take([asks(session, 1)])
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
            [wrote] = cursor.fetchone()

    assert again == first and wrote


def test_queue_of_a_session_that_cannot_be_read_now_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    door.forget()

    def away(_session: int) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(door, "learn", away)
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        for what in ("admission", "bookings"):
            scope = {"type": "http", "method": "POST", "path": f"/api/v1/sessions/1/{what}", "headers": [],
                     "client": ("127.0.0.1", 1)}  # fmt: skip
            await asgi.make(1)(scope, receive, send)

    loops.run(ask())

    assert [one["status"] for one in sent if "status" in one] == [503, 503]
    assert [dict(one["headers"])[b"retry-after"] for one in sent if "headers" in one] == [b"2", b"2"]
