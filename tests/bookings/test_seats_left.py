"""How many seats the programme says are left where one books here."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.models import Session
from kepuyue.bookings.actions import changing, terms
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Channel
from kepuyue.core.time import now
from kepuyue.programme.models import CatalogueChange
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


# Full is full everywhere -------------------------------------------------------------------------------------------


def found(client: Client) -> list[int]:
    """How many the filter of seats leads to: in the list, in its counts, in the interface, in a feed."""
    page = client.get("/activities/").content.decode()
    [offered] = re.findall(
        r'href="[^"]*seats=1[^"]*"[^>]*>还有名额 <span class="chip__count">(\d+)', page
    ) or ["0"]
    return [
        client.get("/activities/?seats=1").content.decode().count('class="card__title"'),
        int(offered),
        client.get("/api/v1/activities?seats=1").json()["count"],
        len(client.get("/feeds/activities.json?seats=1").json()["items"]),
    ]


def said(client: Client, session: Session) -> list[bool]:
    """Whether a card, the calendar's day, the page and each feed say that it is full."""
    code, day = session.activity.code, session.starts_at.astimezone(session.activity.edition.zone).date()
    [item] = client.get("/feeds/activities.json").json()["items"]
    ics = client.get(f"/feeds/activities/{code}.ics").content.decode().replace("\r\n ", "")
    return [
        "已约满" in client.get("/activities/").content.decode(),
        "已约满" in client.get(f"/activities/?view=calendar&date_from={day}&date_to={day}").content.decode(),
        "已约满" in client.get(f"/activities/{code}/").content.decode(),
        item["_kepuyue"]["sessions"][0]["is_full"],
        "本场已约满" in ics,
        "已约满" in client.get("/feeds/activities.csv").content.decode(),
    ]


def test_the_last_seat_and_one_that_came_back_show_at_once_in_filter_cards_and_feeds(client: Client) -> None:
    session = bookable(2)
    announce(session.activity)
    first, _second = take([asks(session, 1), asks(session, 2)])
    assert found(client) == [0, 0, 0, 0] and said(client, session) == [True] * 6

    changing.cancel(first.code)
    assert found(client) == [1, 1, 1, 1] and said(client, session) == [False] * 6
    take([asks(session, 3)])
    assert found(client) == [0, 0, 0, 0] and said(client, session) == [True] * 6

    terms.set_up(session, by=None, opens_at=now(), quotas={Channel.ONLINE: 3})
    assert found(client) == [1, 1, 1, 1] and said(client, session) == [False] * 6


def test_search_engines_read_how_many_seats_are_left(client: Client) -> None:
    session = bookable(2)
    announce(session.activity)
    take([asks(session, 1)])

    page = client.get(f"/activities/{session.activity.code}/").content.decode()
    [block] = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert json.loads(block)["remainingAttendeeCapacity"] == 1


def test_only_the_turn_from_free_to_full_is_noted_for_the_programme() -> None:
    session = bookable(3, helper=1)

    def noted() -> int:
        return CatalogueChange.objects.filter(activity=session.activity_id).count()

    before = noted()
    take([asks(session, 1, channel=Channel.HELPER), asks(session, 2)])
    assert noted() == before, "seats are left, and those of the telephone are not for the web"
    take([asks(session, 3), asks(session, 4)])
    assert noted() == before + 1


@pytest.mark.parametrize(
    ("waitlist", "parties", "text"),
    [
        (0, 0, "名额已约满。"),
        (2, 1, "名额已约满，可以排候补，前面有1组。"),
        (2, 2, "名额已约满，候补也排满了。"),
    ],
)
def test_page_says_whether_one_can_wait(client: Client, waitlist: int, parties: int, text: str) -> None:
    session = bookable(1, waitlist_most=waitlist)
    announce(session.activity)
    assert "还剩1个名额" in client.get(f"/activities/{session.activity.code}/").content.decode()

    take([asks(session, number) for number in range(1 + parties)])

    assert text in client.get(f"/activities/{session.activity.code}/").content.decode()
