"""How many seats the programme says are left where one books here."""

from typing import Any

import pytest
from django.test import Client

from kepuyue.bookings.actions import changing
from kepuyue.bookings.admission import take
from kepuyue.programme.seats import seats_left
from tests.bookings.given import asks, bookable
from tests.programme.given import announce

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def test_seats_that_are_held_are_not_left_and_nobody_passes_those_who_wait() -> None:
    session = bookable(3, waitlist_most=2)
    first, _second = take([asks(session, 1), asks(session, 2)])
    assert seats_left([session]) == {session.pk: 1}

    take([asks(session, 3, seats=2)])
    assert seats_left([session]) == {session.pk: 0}, "the last seat waits for a party of two"
    changing.cancel(first.code)
    assert seats_left([session]) == {session.pk: 0}, "which was offered it with the one that came free"

    session.is_cancelled = True
    assert seats_left([session]) == {session.pk: None}


def test_interface_tells_of_them_with_one_query_more_for_all(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    sessions = [bookable(5) for _one in range(3)]
    for session in sessions:
        announce(session.activity)
    take([asks(sessions[0], 1, seats=2)])

    with django_assert_max_num_queries(25):
        rows = client.get("/api/v1/activities?page_size=50").json()["results"]

    said = {row["code"]: row["sessions"][0]["seats_left"] for row in rows}
    assert said[sessions[0].activity.code] == 3 and said[sessions[1].activity.code] == 5
