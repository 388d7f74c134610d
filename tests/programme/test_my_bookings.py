"""One's own bookings by a code sent to the phone; what is told to who booked; what is erased, and when."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.actions import notices
from kepuyue.bookings import limits
from kepuyue.bookings.actions import blocking, changing, erasing, reminding
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Booking
from kepuyue.core.models import AuditEvent
from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Message
from tests.bookings.given import asks, bookable
from tests.cast import Cast
from tests.conftest import Clock
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
PHONE = "+85200000001"


def enter(client: Client) -> Any:
    """By the code that was sent to the first person."""
    client.post("/booking/mine/code/", {"phone": PHONE})
    return client.post("/booking/mine/proof/", {"code": code_sent()})


def code_sent() -> str:
    found = re.search(r"验证码(\d{6})", Message.objects.filter(kind="booking.code").latest("pk").body)
    assert found
    return found[1]


def test_code_leads_to_ones_own_bookings_and_to_no_others(client: Client) -> None:
    limits.forget()
    session = bookable(5)
    own, other = take([asks(session, 1), asks(session, 2)])

    answer = enter(client)

    page = client.get(answer["Location"])
    text = page.content.decode()
    assert own.code in text and other.code not in text
    assert page["Cache-Control"] == "no-store"
    kept = client.get("/booking/mine/bookings.json").json()["bookings"]
    assert [(one["code"], one["name"], one["phone"]) for one in kept] == [(own.code, "观众1", PHONE)]
    client.post("/booking/mine/leaving/")
    assert own.code not in client.get("/booking/mine/").content.decode()
    assert client.get("/booking/mine/bookings.json").status_code == 302


def test_booking_that_was_given_back_is_not_among_those_to_come(client: Client) -> None:
    limits.forget()
    own = take([asks(bookable(5), 1)])[0]
    kept = take([asks(bookable(5, in_days=12), 1, key="second")])[0]
    changing.cancel(own.code)

    enter(client)
    page = client.get("/booking/mine/")

    assert [row.booking.code for row in page.context["ahead"]] == [kept.code]
    assert [row.booking.code for row in page.context["off"]] == [own.code]
    assert "取消了或没约上的" in page.content.decode()


def test_number_without_bookings_is_told_the_same_and_sent_nothing(client: Client) -> None:
    take([asks(bookable(5), 1)])
    client.post("/booking/mine/code/", {"phone": "13800000009"})

    assert "验证码已经用短信发出" in client.get("/booking/mine/").content.decode()
    assert not Message.objects.exists()


def test_code_is_good_for_five_tries_and_ten_minutes(client: Client, clock: Clock) -> None:
    take([asks(bookable(5), 1)])
    client.post("/booking/mine/code/", {"phone": PHONE})
    right = code_sent()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    said = [client.post("/booking/mine/proof/", {"code": wrong}).status_code for _try in range(5)]
    late = client.post("/booking/mine/proof/", {"code": right})

    assert said == [422] * 5 and late.status_code == 302
    assert "发验证码" in client.get("/booking/mine/").content.decode(), "the sixth try finds no code"

    client.post("/booking/mine/code/", {"phone": PHONE})
    clock.set(datetime(2024, 9, 14, 10, 11))
    client.post("/booking/mine/proof/", {"code": code_sent()})
    assert "发验证码" in client.get("/booking/mine/").content.decode()


def test_number_is_sent_five_codes_and_then_waits(client: Client) -> None:
    take([asks(bookable(5), 1)])

    answers = [client.post("/booking/mine/code/", {"phone": PHONE}).status_code for _time in range(6)]

    assert answers == [302] * 5 + [422]
    assert Message.objects.filter(kind="booking.code").count() == 5


def test_code_leaves_the_message_once_it_was_sent(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.SMS_BACKEND, settings.SMS_FILE_PATH = "file", tmp_path / "sms"
    take([asks(bookable(5), 1)])
    client.post("/booking/mine/code/", {"phone": PHONE})
    code = code_sent()

    outbox.deliver_due()

    [file] = (tmp_path / "sms").iterdir()
    assert code in file.read_text(encoding="utf-8") and file.stat().st_mode & 0o077 == 0
    assert code not in Message.objects.get().body


def test_erasure_cancels_what_is_to_come_and_leaves_no_name(client: Client) -> None:
    session = bookable(1, waitlist_most=1, accept_minutes=0)
    first, second = take([asks(session, 1), asks(session, 2)])
    enter(client)

    warned = client.get("/booking/mine/erasure/").content.decode()
    client.post("/booking/mine/erasure/")

    assert "还没到的1个预约会先取消" in warned
    erased, next_one = (Booking.objects.get(code=one.code) for one in (first, second))
    assert (erased.state, erased.name, erased.phone, erased.masked_name) == ("cancelled", "", "", "")
    assert next_one.state == "confirmed" and next_one.plain_phone == "+85200000002"
    assert AuditEvent.objects.filter(action="booking.erase").count() == 1
    assert client.get("/booking/mine/bookings.json").status_code == 302


def test_names_are_erased_some_time_after_the_session(clock: Clock) -> None:
    clock.set(datetime(2024, 9, 14, 10))
    session = bookable(5, in_days=1)
    take([asks(session, 1), asks(session, 2)])

    clock.set(datetime(2024, 10, 15, 9))
    assert erasing.erase_old() == 0, "thirty days are not over"
    clock.set(datetime(2024, 10, 17, 9))
    assert erasing.erase_old() == 2
    assert erasing.erase_old() == 0
    assert set(Booking.objects.values_list("name", "phone")) == {("", "")}
    assert len(set(Booking.objects.values_list("person"))) == 2


def test_day_before_is_told_once_and_by_day(clock: Clock) -> None:
    clock.set(datetime(2024, 9, 14, 10))
    session = bookable(5, in_days=2)
    take([asks(session, 1), asks(session, 2, seats=9)])

    assert reminding.remind() == 0
    clock.set(datetime(2024, 9, 15, 7))
    assert reminding.remind() == 0, "nobody is woken"
    clock.set(datetime(2024, 9, 15, 9, 1))
    assert [reminding.remind(), reminding.remind()] == [1, 0]
    assert "9月16日 10:00" in Message.objects.get().body


@pytest.mark.parametrize(
    ("kind", "words"),
    [("cancelled", "取消了"), ("postponed", "延期"), ("retimed", "改到"), ("moved", "换了地点")],
)
def test_who_booked_is_told_of_a_change_once(kind: str, words: str) -> None:
    session = bookable(5)
    other = bookable(5)
    take([asks(session, 1), asks(other, 2)])

    for _time in range(2):
        notices.tell(session.activity, session, kind, old={}, new={}, reason="场馆检修。", by=UserFactory())

    bodies = list(Message.objects.filter(kind="booking.change").values_list("to", "body"))
    assert [to for to, _body in bodies] == [PHONE] * 2, (
        "each change is told, to who booked this session alone"
    )
    assert all(words in body and "原因：场馆检修。" in body for _to, body in bodies)


def test_pause_of_online_booking_is_told_and_can_be_explained_once(client: Client, cast: Cast) -> None:
    limits.forget()
    session = bookable(5)
    take([asks(session, 1)])
    made = blocking.block(
        session.activity.edition, phone=PHONE, days=7, note="同一天约了三场都没来。", by=cast.office
    )
    address = f"/booking/mine/blocks/{made.pk}/appeal/"
    assert client.post(address, {"said": "孩子发烧"}).status_code == 302
    enter(client)

    page = client.get("/booking/mine/").text
    empty = client.post(address, {"said": " "})
    said = client.post(address, {"said": "孩子发烧"}, follow=True)
    again = client.post(address, {"said": "又一次发烧"})

    assert "同一天约了三场都没来。" in page and address in page
    assert (empty.status_code, "请写一句原因" in empty.text) == (422, True)
    assert "正在处理" in said.text and address not in said.text
    made.refresh_from_db()
    assert (again.status_code, made.appeal) == (422, "孩子发烧")
    blocking.lift(made.pk, by=cast.office, decision="可以理解，已恢复。")
    answered = client.get("/booking/mine/").text
    assert "可以理解，已恢复。" in answered and "已经恢复，可以网上预约了" in answered
