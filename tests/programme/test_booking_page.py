"""Booking a session and looking after it, as a browser without scripts does it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.models import Session
from kepuyue.bookings import door, limits, tickets
from kepuyue.bookings.actions import changing
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Booking, BookingTerms
from kepuyue.core.time import now
from kepuyue.messaging.models import Message
from tests.bookings.given import asks, bookable
from tests.factories import SessionFactory
from tests.programme.given import announce

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month", "nothing_counted")]
TYPED = {
    "name": "林小满",
    "phone": "138 0000 0000",
    "seats": "2",
    "children": "1",
    "guardian": "on",
    "consent": "on",
}


@pytest.fixture
def nothing_counted() -> None:
    door.forget()
    limits.forget()


def page_of(session: Session) -> str:
    return f"/sessions/{session.pk}/booking/"


def test_one_form_books_and_leads_to_a_ticket_that_names_nobody(client: Client) -> None:
    session = bookable(5)

    answer = client.post(page_of(session), TYPED)

    booking = Booking.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, tickets.link(booking.code))
    assert (booking.seats, booking.children, booking.consent) == (2, 1, "1")
    page = client.get(answer["Location"])
    text = page.content.decode()
    assert "预约成功" in text and booking.code[:4] in text and "林＊＊" in text
    assert "林小满" not in text and "13800000000" not in text
    assert "<svg" in text and page["Cache-Control"] == "no-store"
    assert "现在不发短信" in text and "活动前一天有短信提醒" in text


def test_reminder_is_promised_only_where_there_is_still_to_be_one(client: Client) -> None:
    session = bookable(5, in_days=0.2)

    page = client.get(client.post(page_of(session), TYPED)["Location"]).content.decode()

    assert "现在不发短信" in page and "活动前一天有短信提醒" not in page


def test_pressed_twice_is_answered_once_and_a_stranger_with_the_same_words_later_sees_nothing(
    client: Client,
) -> None:
    session = bookable(5)

    first, second = client.post(page_of(session), TYPED), client.post(page_of(session), TYPED)

    assert first["Location"] == second["Location"] and Booking.objects.count() == 1
    Booking.objects.update(created_at=now() - timedelta(hours=1))
    later = client.post(page_of(session), TYPED)
    assert later.status_code == 409 and "已经预约了这一场" in later.content.decode()
    changing.cancel(Booking.objects.get().code)
    again = client.post(page_of(session), TYPED)
    assert again.status_code == 302 and Booking.objects.count() == 2, "given back, it can be booked anew"


def test_errors_stand_at_their_field_and_what_was_typed_stays(client: Client) -> None:
    session = bookable(5)

    answer = client.post(page_of(session), {"name": "林小满", "phone": "123", "seats": "2", "children": "2"})

    errors = answer.context["form"].errors
    assert answer.status_code == 422 and set(errors) == {"phone", "children", "guardian", "consent"}
    assert 'value="林小满"' in answer.content.decode()
    assert f"可以联系{session.activity.organization.name}。" in str(errors["consent"])
    assert not Booking.objects.exists()
    session.activity.public_phone = "0755-12345678"
    session.activity.save()
    again = client.post(page_of(session), {"name": "林小满"})
    assert "可以打咨询电话0755-12345678。" in str(again.context["form"].errors["consent"])


def test_refusal_names_the_other_sessions_that_have_seats(client: Client) -> None:
    session = bookable(1)
    other = SessionFactory(activity=session.activity, starts_at=session.starts_at + timedelta(days=1))
    terms = BookingTerms.objects.create(session=other, opens_at=now())
    terms.quotas.create(channel="online", capacity=4)
    take([asks(session, 1)])

    page = client.get(page_of(session)).content.decode()
    answer = client.post(page_of(session), TYPED | {"seats": "1", "children": "0"})

    assert "这一场已经约满" in page and page_of(other) in page
    assert answer.status_code == 409 and page_of(other) in answer.content.decode()


def test_class_books_by_a_form_of_its_own(client: Client) -> None:
    session = bookable(60, group_most=45)
    typed = {"school": "实验小学三（2）班", "name": "周老师", "phone": "13800000001", "seats": "44", "adults": "3",
             "guardian": "on", "consent": "on"}  # fmt: skip

    short = client.post(f"{page_of(session)}?for=class", typed)
    right = client.post(f"{page_of(session)}?for=class", typed | {"adults": "4"})
    named = client.post(f"{right['Location']}roster/", {"roster": "甲\n\n乙\n"})

    assert short.status_code == 422 and "至少要5位大人" in str(short.context["form"].errors["adults"])
    booking = Booking.objects.get()
    assert named.status_code == 302 and booking.plain_roster == "甲\n乙" and booking.is_class
    assert "甲" not in booking.roster


def test_before_it_opens_the_page_is_kept_in_memory_and_never_beyond_the_opening(
    client: Client, django_assert_num_queries: Any
) -> None:
    session = bookable(5, opens_at=now() + timedelta(minutes=10))

    first = client.get(page_of(session))
    with django_assert_num_queries(0):
        again = client.get(page_of(session))

    assert again.content == first.content and "开始预约" in first.content.decode()
    assert first["Cache-Control"] == "max-age=10, public" and "Cookie" in first["Vary"]
    assert 'http-equiv="refresh" content="60' in first.content.decode()
    BookingTerms.objects.update(opens_at=now() + timedelta(seconds=3))
    soon = client.get(f"{page_of(session)}?for=class")
    assert 0 < soon.kept_for <= 3
    assert client.post(page_of(session), TYPED).status_code == 429
    assert client.post(page_of(session), TYPED | {"check": "1"}).status_code == 204


def test_page_of_a_session_that_is_not_booked_here_is_not_found(client: Client) -> None:
    session = bookable(5)
    BookingTerms.objects.all().delete()

    assert client.get(page_of(session)).status_code == 404


def test_activity_page_leads_to_its_sessions(client: Client) -> None:
    session = bookable(5, opens_at=now() + timedelta(days=1))
    announce(session.activity)

    page = client.get(f"/activities/{session.activity.code}/").content.decode()

    assert page_of(session) in page and "9月15日 10:00开约" in page.replace("  ", " ")


def test_waiting_list_goes_by_its_rules_and_the_next_is_told(client: Client) -> None:
    session = bookable(2, waitlist_most=5)
    first = client.post(page_of(session), TYPED)["Location"]
    second = client.post(page_of(session), TYPED | {"phone": "13800000002"})["Location"]
    waiting = client.get(second).content.decode()
    assert "候补中，前面还有0组" in waiting and "候补号1" in waiting

    asked = client.get(f"{first}cancellation/")
    assert "取消这个预约？" in asked.content.decode() and Booking.objects.filter(state="confirmed").exists()
    client.post(f"{first}cancellation/")

    message = Message.objects.get()
    assert (message.kind, message.channel, message.to) == ("booking.offer", "sms", "+8613800000002")
    assert second in message.body and "请在" in message.body
    assert "轮到您了" in client.get(second).content.decode()
    assert client.post(f"{second}acceptance/")["Location"] == second
    assert "入场二维码" in client.get(second).content.decode()


def test_offer_whose_time_is_over_cannot_be_taken(client: Client) -> None:
    session = bookable(1)
    [answer] = take([asks(session, 1)])
    Booking.objects.update(state="offered", offer_ends_at=now() - timedelta(minutes=1))

    late = client.post(f"{tickets.link(answer.code)}acceptance/")

    assert late.status_code == 409 and "过了确认时限" in late.content.decode()


def test_party_is_made_smaller_and_what_cannot_be_is_told_at_the_field(client: Client) -> None:
    session = bookable(5)
    link = client.post(page_of(session), TYPED)["Location"]

    assert client.post(f"{link}seats/", {"seats": "3"}).status_code == 302
    refused = client.post(f"{link}seats/", {"seats": "1"})

    assert refused.status_code == 422 and "1个孩子" in str(refused.context["size_form"].errors)
    assert Booking.objects.get().seats == 3


def test_clash_with_another_booking_of_the_day_is_told(client: Client) -> None:
    session = bookable(5)
    other = bookable(5)
    client.post(page_of(other), TYPED)

    link = client.post(page_of(session), TYPED)["Location"]

    assert "时间有冲突" in client.get(link).content.decode()


def test_code_alone_and_a_wrong_seal_show_nothing(client: Client) -> None:
    [answer] = take([asks(bookable(5), 1)])

    assert client.get(f"/booking/{answer.code}/")["Location"] == "/booking/mine/"
    assert client.get(f"/booking/{answer.code}/{tickets.seal('ZZZZZZZZ')}/").status_code == 404
    assert client.post(f"/booking/{answer.code}/wrong/cancellation/").status_code == 404


def test_calendar_of_a_ticket_reminds_and_leads_back(client: Client) -> None:
    [answer] = take([asks(bookable(5), 1)])
    link = tickets.link(answer.code)

    file = client.get(f"{link}ticket.ics")

    text = file.content.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 1 and "TRIGGER:-PT1H" in text and link in text
