"""The contract of booking, by the interface and by the raw route of a rush: both say the same."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from kepuyue import asgi
from kepuyue.activities.models import Session
from kepuyue.bookings import door, limits, tokens
from kepuyue.bookings.admission import ledger, memory, take
from kepuyue.bookings.admission.memory import sold_out
from kepuyue.bookings.admission.queue import writer
from kepuyue.bookings.models import Booking, BookingTerms, Quota
from kepuyue.core.time import now, shifted
from tests import loops
from tests.bookings.given import asks, bookable
from tests.conftest import Clock

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


Post = Callable[..., Answer]


def by_interface(path: str, body: bytes, headers: dict[str, str]) -> Answer:
    answer = Client().post(path, body, content_type="application/json", headers=headers)
    return Answer(
        answer.status_code, answer.json(), {name.lower(): value for name, value in answer.headers.items()}
    )


def by_raw_route(path: str, body: bytes, headers: dict[str, str]) -> Answer:
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        parts = iter([{"type": "http.request", "body": body[:10], "more_body": True},
                      {"type": "http.request", "body": body[10:]}])  # fmt: skip

        async def receive() -> dict[str, Any]:
            return next(parts)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        named = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": named,
                 "client": ("127.0.0.1", 1)}  # fmt: skip
        await asgi.make(1)(scope, receive, send)

    loops.run(ask())
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], json.loads(sent[1]["body"]), head)


@pytest.fixture(params=[by_interface, by_raw_route], ids=["interface", "raw route"])
def post(request: Any, settings: Any) -> Iterator[Post]:
    settings.DEMO = False
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "DemoClock" not in one]

    def post(path: str, body: Any = b"", **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer: Answer = request.param(
            path, raw, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return answer

    door.forget()
    limits.forget()
    sold_out.forget()
    yield post
    writer.stop()
    # The reader of hours keeps a connection in a thread of its own
    asgi._reader.submit(lambda: connection.close()).result()


def token(post: Post, session: Session) -> str:
    answer = post(f"/api/v1/sessions/{session.pk}/admission")
    assert answer.status == 200, answer
    return str(answer.body["token"])


def book(
    post: Post, session: Session, number: int, *, key: str = "", seats: int = 1, **headers: str
) -> Answer:
    body = {"attendee": {"name": "观众", "phone": f"+852{number:08d}"}, "seats": seats}
    named = {"authorization": f"Bearer {token(post, session)}", "idempotency_key": key or f"k{number}"}
    return post(f"/api/v1/sessions/{session.pk}/bookings", body, **{**named, **headers})


def test_contract(post: Post) -> None:
    session = bookable(1, waitlist_most=1)

    first, waiting, late = (book(post, session, number) for number in range(3))

    assert (first.status, first.body["status"]) == (201, "confirmed")
    assert waiting.body == {"code": waiting.body["code"], "status": "waitlisted", "position": 1}
    assert (late.status, late.body["type"]) == (409, "sold-out")
    assert late.headers["content-type"] == "application/problem+json"
    assert set(late.body) >= {"type", "title", "status", "detail"}
    assert set(Booking.objects.values_list("code", flat=True)) == {first.body["code"], waiting.body["code"]}
    assert (book(post, session, 0).status, book(post, session, 0).body) == (201, first.body)
    assert book(post, session, 0, key="other").body["type"] == "already-booked"


def test_before_opening_the_queue_is_open_and_the_door_is_not(post: Post, clock: Clock) -> None:
    opens_at = now().replace(microsecond=0) + timedelta(hours=1)
    session = bookable(opens_at=opens_at)

    place = post(f"/api/v1/sessions/{session.pk}/admission").body
    assert place["wait_seconds"] == pytest.approx(3600, abs=5) and place["turn_at"] == place["opens_at"]
    early = book(post, session, 1, authorization=f"Bearer {place['token']}")
    assert (early.status, early.body["type"]) == (429, "too-early") and int(
        early.headers["retry-after"]
    ) > 3500

    clock.set(opens_at)
    assert book(post, session, 1, authorization=f"Bearer {place['token']}").status == 201


def test_turns_go_in_the_order_of_arrival_at_the_pace_that_is_set(post: Post, settings: Any) -> None:
    settings.ADMISSIONS_PER_SECOND, settings.WEB_WORKERS = 2, 1
    session = bookable()

    places = [post(f"/api/v1/sessions/{session.pk}/admission").body for _one in range(5)]

    turns = [place["turn_at"] for place in places]
    assert turns == sorted(turns) and [place["position"] for place in places][-1] >= 3
    assert places[-1]["wait_seconds"] > 1


@pytest.mark.parametrize(
    "change, status, kind",
    [
        ({"authorization": "Bearer x"}, 401, "no-token"),
        ({"authorization": ""}, 401, "no-token"),
        ({"idempotency_key": ""}, 422, "no-key"),
        ({"idempotency_key": "k" * 201}, 422, "no-key"),
        ({"body": b"{"}, 422, "invalid-parameter"),
        ({"body": {"attendee": {"name": "观众", "phone": "1"}}}, 422, "invalid-parameter"),
        ({"body": {"attendee": {"name": "观众", "phone": "12345678"}}}, 422, "phone"),
        ({"body": {"attendee": {"name": "", "phone": "+85200000001"}}}, 422, "invalid-parameter"),
        ({"body": {"attendee": {"name": "观众", "phone": "+85200000001"}, "seats": 0}}, 422, "invalid-parameter"),
        ({"body": {"attendee": {"name": "观众", "phone": "+85200000001"}, "seats": 4}}, 422, "too-many-seats"),
        ({"body": {"attendee": {"name": "观众", "phone": "+85200000001"}, "id_number": "x"}}, 422, "invalid-parameter"),
        ({"body": b" " * 5000}, 413, "too-large"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input_is_told(post: Post, change: dict[str, Any], status: int, kind: str) -> None:
    session = bookable()
    asked = {"attendee": {"name": "观众", "phone": "+85200000001"}}
    named = {
        "authorization": f"Bearer {token(post, session)}",
        "idempotency_key": "k",
        "body": asked,
        **change,
    }
    body, headers = named.pop("body"), named

    for language, word in (("zh-CN", "请"), ("en", "")):
        answer = post(f"/api/v1/sessions/{session.pk}/bookings", body, accept_language=language, **headers)
        assert (answer.status, answer.body["type"]) == (status, kind), answer
        assert answer.body["detail"] and (
            word in answer.body["detail"] or kind in ("too-large", "no-token", "no-key")
        )
    assert not Booking.objects.exists()


def test_token_of_another_session_or_of_yesterday_opens_nothing(post: Post, clock: Clock) -> None:
    session, other = bookable(), bookable()
    mine, theirs = token(post, session), token(post, other)

    assert book(post, session, 1, authorization=f"Bearer {theirs}").status == 401
    clock.set(now() + timedelta(seconds=tokens.LIFETIME + 1))
    assert book(post, session, 1, authorization=f"Bearer {mine}").status == 401


def test_unknown_and_ended_sessions(post: Post) -> None:
    over = bookable(opens_at=now() - timedelta(days=3), closes_at=now() - timedelta(days=1))

    assert post("/api/v1/sessions/999999/admission").body["type"] == "not-bookable"
    ended = post(f"/api/v1/sessions/{over.pk}/admission")
    assert (ended.status, ended.body["type"]) == (409, "closed")


def test_networks_are_held_off_and_those_of_the_house_are_not(post: Post, settings: Any) -> None:
    settings.ADMISSIONS_PER_NETWORK, settings.TRUSTED_PROXIES = 2, 1
    path = f"/api/v1/sessions/{bookable().pk}/admission"

    asked = [post(path, x_forwarded_for="47.1.2.3").status for _one in range(4)]

    assert asked == [200, 200, 429, 429]
    assert post(path, x_forwarded_for="47.1.2.4").status == 200
    assert [post(path, x_forwarded_for="10.0.0.1").status for _one in range(4)] == [200] * 4


def test_one_number_cannot_ask_without_end(post: Post, settings: Any) -> None:
    settings.BOOKING_TRIES_PER_PERSON = 3
    session = bookable(0)

    answers = [book(post, session, 1, key=str(number)).status for number in range(5)]

    assert answers == [409, 409, 409, 429, 429]


def test_sold_out_from_memory_is_believed_a_second_at_most(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale_after = "kepuyue.bookings.admission.memory.STALE_AFTER"
    monkeypatch.setattr(stale_after, 1_000.0)
    session = bookable(1)
    first = book(post, session, 1)
    assert book(post, session, 2).body["type"] == "sold-out" and sold_out.is_full(session.pk)

    Quota.objects.filter(terms__session=session).update(capacity=5)
    assert book(post, session, 3).body["type"] == "sold-out", "not asked again yet"
    assert book(post, session, 1).body == first.body, "who has a booking is never answered from memory"
    assert book(post, session, 1, key="other").body["type"] == "already-booked"

    monkeypatch.setattr(stale_after, 0.0)
    assert book(post, session, 3).status == 201


def test_it_is_believed_from_the_reading_of_the_counters_and_not_from_the_end_of_the_batch() -> None:
    sold_out.note(
        [(1, "online", 1, time.monotonic() - memory.STALE_AFTER), (2, "online", 1, time.monotonic() + 600)]
    )

    assert [sold_out.is_full(session) for session in (1, 2)] == [False, True]
    session = bookable(0)
    before = time.monotonic()
    [answer] = take([asks(session, 1)])
    assert before <= answer.as_of <= time.monotonic()


def test_place_in_the_queue_counts_the_processes_of_all_machines(post: Post, settings: Any) -> None:
    settings.ADMISSIONS_PER_SECOND, settings.WEB_WORKERS, settings.WEB_MACHINES = 1, 2, 3
    session = bookable()

    places = [post(f"/api/v1/sessions/{session.pk}/admission").body["position"] for _one in range(3)]

    # Nearly a second apart, six processes
    assert [round(place / 6) for place in places] == [0, 1, 2]


def test_who_wants_fewer_than_somebody_did_not_get_is_asked_for(post: Post) -> None:
    session = bookable(2)

    assert book(post, session, 1, seats=3).body["type"] == "sold-out"
    assert book(post, session, 2, seats=2).status == 201
    assert book(post, session, 3).body["type"] == "sold-out"


def test_bookings_of_another_process_are_known_when_it_is_noted_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kepuyue.bookings.admission.memory.STALE_AFTER", 1_000.0)
    session = bookable(1)
    assert [book(post, session, number).status for number in (1, 2)] == [201, 409]
    # As another process would: seats come back, and are taken there
    Quota.objects.filter(terms__session=session).update(capacity=2)
    [elsewhere] = take(
        [door.asked(session.pk, name="观众", phone="+85200000003", seats=1, key="k3", at=now())]
    )
    sold_out._full[session.pk].noted_at -= 600
    sold_out.note([(session.pk, "online", 1, time.monotonic())])

    assert book(post, session, 3).body == {"code": elsewhere.code, "status": "confirmed"}


def test_bookings_are_read_from_where_each_session_is_known(
    post: Post, django_assert_num_queries: Any
) -> None:
    one, other, fresh = bookable(9), bookable(9), bookable(9)
    for number, session in enumerate((one, other, one, other, fresh, one)):
        assert book(post, session, number).status == 201
    numbers = {session.pk: list(Booking.objects.filter(session=session).order_by("pk").values_list("pk", flat=True))
               for session in (one, other, fresh)}  # fmt: skip
    known = {one.pk: numbers[one.pk][0], other.pk: numbers[other.pk][1], fresh.pk: 0}

    with django_assert_num_queries(2):
        newer = list(ledger.booked_since(known))

    assert {(session, number) for session, number, _person, _key in newer} == {
        *((one.pk, number) for number in numbers[one.pk][1:]), (fresh.pk, numbers[fresh.pk][0])
    }  # fmt: skip
    rows = Booking.objects.in_bulk([number for _session, number, _person, _key in newer])
    assert {(row.person, row.key) for row in rows.values()} == {
        (person, key) for _s, _n, person, key in newer
    }


def test_answers_stand_where_it_cannot_be_remembered(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_facts: Any) -> Any:
        raise OperationalError("gone: 13800000000")

    session = bookable(1)
    monkeypatch.setattr("kepuyue.bookings.admission.ledger.booked_since", away)

    assert [book(post, session, number).status for number in (1, 2, 3)] == [201, 409, 409]


def test_writer_that_died_is_started_again(post: Post) -> None:
    session = bookable(2)
    assert book(post, session, 1).status == 201
    thread = writer._thread
    assert thread is not None
    writer._is_over = True
    writer._some.set()
    thread.join()
    writer._is_over = False

    assert book(post, session, 2).status == 201


def test_one_place_in_the_queue_is_for_a_few_tries(post: Post, settings: Any) -> None:
    settings.BOOKING_TRIES_PER_TOKEN = 2
    session = bookable(9)
    named = {"authorization": f"Bearer {token(post, session)}"}

    assert [book(post, session, number, **named).status for number in range(4)] == [201, 201, 429, 429]
    # Whose answer was lost asks on with the same key
    again = {"authorization": f"Bearer {token(post, session)}"}
    assert [book(post, session, 7, **again).status for _time in range(4)] == [201] * 4


def test_numbers_beyond_any_key_are_not_found() -> None:
    assert by_interface(f"/api/v1/sessions/{10**19}/admission", b"", {}).status == 404


def test_headers_in_parts_are_one_and_names_that_pass_for_others_are_none() -> None:
    parts = [
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"accept", b"x"),
        (b"accept", b"y"),
        (b"x_forwarded_for", b"z"),
    ]

    assert asgi._joined(parts) == {b"cookie": b"a=1; b=2", b"accept": b"x, y"}
    assert [asgi._language(text) for text in ("", "fr, en;q=0.8, zh;q=0.5", "de, zh-TW;q=0.9, en;q=0.1")] == [
        "zh-hans", "en", "zh-hans",
    ]  # fmt: skip


def test_hours_that_were_changed_are_seen_after_a_moment(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    session = bookable()
    token(post, session)
    BookingTerms.objects.filter(session=session).update(closes_at=now() - timedelta(seconds=1))

    monkeypatch.setattr(door, "TERMS_KEPT", 0.0)
    for _try in range(50):
        if post(f"/api/v1/sessions/{session.pk}/admission").status == 409:
            return
    raise AssertionError("still open")


def test_opening_that_is_moved_gives_turns_from_the_new_one(in_the_month: Any) -> None:
    session = bookable(2, opens_at=now() + timedelta(hours=1))
    door.forget()
    door.learn(session.pk)
    first = door.admit(session.pk, language="zh-hans")

    BookingTerms.objects.update(opens_at=now() + timedelta(seconds=5))
    door.learn(session.pk)
    second = door.admit(session.pk, language="zh-hans")

    assert first.body["wait_seconds"] > 3_000 and second.body["wait_seconds"] < 6


def test_clocks_of_two_machines_that_differ_open_the_door_to_nobody_early(post: Post) -> None:
    opens_at = now() + timedelta(minutes=1)
    session = bookable(opens_at=opens_at)
    place = f"/api/v1/sessions/{session.pk}/admission"

    with shifted(timedelta(minutes=1, seconds=-2)):
        # Two seconds before it opens, by this machine
        behind = post(place).body["token"]
        early = book(post, session, 1, authorization=f"Bearer {behind}")
    with shifted(timedelta(minutes=1, seconds=3)):
        ahead = post(place).body["token"]
    with shifted(timedelta(minutes=1, seconds=1)):
        # By the clock of this machine the other gave a turn that has not come yet
        told = book(post, session, 1, authorization=f"Bearer {ahead}")
        taken = book(post, session, 1, authorization=f"Bearer {behind}")

    assert (early.status, early.body["type"]) == (429, "too-early")
    assert (told.status, told.body["type"]) == (429, "too-early") and 0 < told.body["wait_seconds"] <= 2.5
    assert (taken.status, taken.body["status"]) == (201, "confirmed")
