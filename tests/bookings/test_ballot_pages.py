"""A ballot as the public sees it: open to all until it closes, then won or not."""

from datetime import timedelta

import pytest
from django.test import Client

from kepuyue.bookings import tickets
from kepuyue.bookings.actions import ballots
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Booking
from kepuyue.bookings.offers import offers
from kepuyue.core.time import now
from kepuyue.messaging.models import Message
from kepuyue.programme.seats import first_come
from tests.bookings.given import asks
from tests.bookings.test_ballots import CLOSES, ballot_for, on_the_day
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_everybody_may_enter_however_many_did_and_no_seat_is_counted_as_left(cast: Cast) -> None:
    session = ballot_for(cast, 1)
    take([asks(session, number) for number in range(4)])

    offer = offers([session.pk])[session.pk]

    assert offer.state(now()) == "open"
    assert offer.state(session.starts_at - CLOSES + timedelta(seconds=1)) == "closed"
    assert first_come({session.pk: offer}) == {}


def test_ticket_says_that_lots_are_drawn_and_then_how_it_ended(cast: Cast) -> None:
    session = ballot_for(cast, 1)
    take([asks(session, number) for number in range(2)])
    links = {one.code: tickets.link(one.code) for one in Booking.objects.all()}

    before = Client().get(next(iter(links.values()))).content.decode()
    with on_the_day(session):
        ballots.draw_due()
    after = {one.state: Client().get(links[one.code]).content.decode() for one in Booking.objects.all()}

    assert "等抽签" in before
    assert "没有中签" in after["not_drawn"] and "没有中签" not in after["confirmed"]


def test_everybody_who_entered_is_told_how_it_ended(cast: Cast) -> None:
    session = ballot_for(cast, 1, waitlist_most=1)
    take([asks(session, number) for number in range(3)])

    with on_the_day(session):
        ballots.draw_due()
        assert [ballots.tell_drawn(), ballots.tell_drawn()] == [3, 0]

    bodies = list(Message.objects.filter(kind="booking.draw").values_list("body", flat=True))
    assert [sum(word in body for body in bodies) for word in ("中签了", "已排候补", "请不要前往")] == [
        1,
        1,
        1,
    ]
