"""The pages of a session's door: scanned, typed, found by name; what a phone takes along and sends back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.models import Session
from kepuyue.bookings import tickets
from kepuyue.bookings.actions import changing
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Booking, Channel, CheckIn, Quota
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.bookings.given import asks, bookable
from tests.cast import Cast, come_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]

KEY = "9b2f7a5e-0f3a-4c84-9df3-1d7a52a1f001"


def held(cast: Cast, *people: int, walk_in: int = 2, in_days: float = 0.1) -> Session:
    """A session of today that these people have booked, two seats each."""
    session = bookable(9, in_days=abs(in_days))
    session.activity.organization, session.activity.edition = cast.own_unit, cast.edition
    session.activity.save()
    Quota.objects.create(terms=session.booking_terms, channel=Channel.WALK_IN, capacity=walk_in)
    take([asks(session, number, seats=2) for number in people])
    if in_days < 0:
        session.starts_at = now() + timedelta(days=in_days)
        session.ends_at = session.starts_at + timedelta(hours=2)
        session.save()
    return session


def at_door(cast: Cast) -> Client:
    client = Client()
    come_in(client, cast.check_in)
    return client


def page(session: Session, rest: str = "") -> str:
    return f"/door/{session.pk}/{rest}"


def code_of(session: Session, number: int = 1) -> str:
    return Booking.objects.get(session=session, person=asks(session, number).person).code


def sent(client: Client, session: Session, **more: Any) -> dict[str, Any]:
    body = {"device": "phone-a", "door": "东门", "scans": []} | more
    answer = client.post(page(session, "scans/"), json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def scanned(key: str, code: str = "", **more: Any) -> dict[str, Any]:
    return {"key": key, "at": round(now().timestamp() * 1000), "code": code} | more


def looks(action: str) -> list[dict[str, Any]]:
    return list(AuditEvent.objects.filter(action=action).values_list("changes", flat=True))


def test_own_sessions_stand_under_their_day_and_those_of_others_nowhere(cast: Cast) -> None:
    for days in (0.1, 3, -3):
        held(cast, in_days=days)
    elsewhere = bookable(5, in_days=0.1)

    answer = at_door(cast).get("/door/")

    assert [len(rows) for _title, rows in answer.context["groups"]] == [1, 1, 1]
    assert f"/door/{elsewhere.pk}/" not in answer.content.decode()


@pytest.mark.parametrize("scanner", [False, True])
def test_code_or_ticket_without_scripts_lets_in_once_and_says_when(scanner: bool, cast: Cast) -> None:
    session = held(cast, 1)
    booking = Booking.objects.get()
    typed = tickets.text_of(booking).lower() if scanner else f"{booking.code[:4].lower()} {booking.code[4:]}"
    client = at_door(cast)

    first = client.post(page(session), {"key": KEY, "code": typed, "door": "东门"})
    resent = client.post(page(session), {"key": KEY, "code": typed, "door": "东门"})
    again = client.post(page(session), {"key": KEY[:-1] + "2", "code": typed})

    assert [one.context["verdict"].kind for one in (first, resent, again)] == ["in", "in", "again"]
    assert "东门进了2人" in again.content.decode()
    assert CheckIn.objects.get(result="first").door == "东门"


def test_what_lets_nobody_in_is_told_by_its_kind(cast: Cast) -> None:
    session, other = held(cast, 1), held(cast, 2)
    changing.cancel(code_of(session))
    forged = tickets.text_of(Booking.objects.get(session=other))[:-4] + "AAAA"
    client = at_door(cast)

    kinds = [
        client.post(page(session), {"key": KEY[:-1] + str(place), "code": code}).context["verdict"].kind
        for place, code in enumerate([code_of(session), code_of(other, 2), "NOSUCH", forged])
    ]

    assert kinds == ["cancelled", "elsewhere", "unknown", "forged"]
    assert not CheckIn.objects.exists()


def test_walk_ins_are_counted_until_the_seats_are_gone(cast: Cast) -> None:
    session = held(cast, walk_in=3)
    client = at_door(cast)

    answers = [
        client.post(page(session, "walk-ins/"), {"key": KEY[:-1] + str(place), "seats": seats})
        for place, seats in enumerate((2, 2, 1))
    ]

    assert [one.status_code for one in answers] == [302, 409, 302]
    assert answers[1].context["verdict"].kind == "full"


def test_name_finds_masked_and_leaves_a_row_without_the_name(cast: Cast) -> None:
    session = held(cast, 1, 2)

    answer = at_door(cast).post(page(session, "names/"), {"q": "观众1"})

    text = answer.content.decode()
    assert [one.code for one in answer.context["found"]] == [code_of(session)]
    assert "观＊＊" in text and "手机尾号01" in text and "00000001" not in text
    assert looks("booking.find") == [{"rows": ["", 1], "search": ["", "name"]}]


def test_check_in_is_taken_back_with_a_reason(cast: Cast) -> None:
    session = held(cast, 1)
    client = at_door(cast)
    client.post(page(session), {"key": KEY, "code": code_of(session)})
    address = f"/door/check-ins/{CheckIn.objects.get().pk}/undo/"

    silent, said = client.post(address), client.post(address, {"reason": "扫错了人"})

    assert (silent.status_code, said.status_code) == (422, 302)
    assert CheckIn.objects.get().undone_at


def test_phone_takes_along_no_number_and_no_person_of_a_booking_that_ended(cast: Cast) -> None:
    session = held(cast, 1, 2)
    changing.cancel(code_of(session))

    answer = at_door(cast).get(page(session, "carried.json"))

    rows = {row[0]: row[1:] for row in answer.json()["rows"]}
    held_one = code_of(session, 2)
    assert rows[code_of(session)] == [2, "cancelled", "", "", 0, "", 0, "", 0]
    assert rows[held_one] == [2, "confirmed", "观＊＊", "02", 0, "", 0, "", 0]
    assert "00000002" not in answer.content.decode() and answer["Cache-Control"].count("no-store")
    assert looks("booking.carry") == [{"rows": ["", 2]}]


def test_page_that_a_phone_keeps_names_nobody(cast: Cast) -> None:
    session = held(cast, 1)
    client = at_door(cast)
    sent(client, session, scans=[scanned("1", code_of(session))])

    text = client.get(page(session)).content.decode()

    assert "观＊" not in text and cast.check_in.name not in text


def test_batch_is_answered_with_what_the_other_doors_did_since(cast: Cast) -> None:
    session = held(cast, 1, 2)
    one, two = code_of(session), code_of(session, 2)
    before = round((now() - timedelta(minutes=1)).timestamp() * 1000)
    other, client = at_door(cast), at_door(cast)
    sent(other, session, device="phone-b", door="西门", scans=[scanned("1", one, let_in=True)])

    told = sent(
        client,
        session,
        since=before,
        scans=[scanned("1", one, let_in=False), scanned("2", two), scanned("3", seats=1)],
    )

    assert [answer["kind"] for answer in told["answers"]] == ["again", "in", "counted"]
    assert {code: door for code, _at, door, _seats in told["news"]} == {one: "西门", two: "东门"}
    assert told["figures"] == {"booked": 4, "in": 4, "walk_in": 1, "free": 1, "conflicts": 0, "beyond": 0}


def test_phone_that_let_in_since_no_answer_came_is_a_conflict_when_it_says_so(cast: Cast) -> None:
    session = held(cast, 1)
    client, code = at_door(cast), code_of(session)
    sent(client, session, device="phone-b", scans=[scanned("1", code)])
    asked = scanned("1", code, let_in=False)

    [told] = sent(client, session, scans=[asked])["answers"]
    [after] = sent(client, session, scans=[asked | {"let_in": True}])["answers"]

    assert (told["result"], after["result"]) == ("again", "conflict")


def test_phone_takes_its_own_scan_back_later_and_twice(cast: Cast) -> None:
    session = held(cast, 1)
    client, code = at_door(cast), code_of(session)
    mark = sent(client, session, scans=[scanned("1", code)])["mark"]

    batch: dict[str, Any] = {"since": 1_000_000_000_000, "undone": [{"key": "1", "reason": "扫错了人"}]}
    first, second = (sent(client, session, **batch) for _time in range(2))

    assert first["news"] == second["news"] == [[code, 0, "", 0]]
    assert first["figures"]["in"] == 0 and first["mark"] == mark
    changing.cancel(code)
    assert sent(client, session)["mark"] != mark


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"device": "a", "scans": 1}', '{"device": "a", "scans": ["x"]}', '{"device": "a", "undone": [{}]}',
     '{"device": "a", "scans": [{"key": "' + "9" * 40 + '", "at": 1}]}'],
)  # fmt: skip
def test_batch_that_is_not_as_agreed_is_refused_whole(body: str, cast: Cast) -> None:
    session = held(cast, 1)

    answer = at_door(cast).post(page(session, "scans/"), body, content_type="application/json")

    assert answer.status_code == 422


def test_scan_that_is_not_as_agreed_holds_up_no_other(cast: Cast) -> None:
    session = held(cast, 1)
    whole = scanned("1", code_of(session), let_in=True)
    odd = [whole | {"key": "2", "seats": 1.5}, whole | {"key": "3", "at": "soon"}]

    told = sent(at_door(cast), session, scans=[*odd, whole])

    assert [(one["key"], one["kind"]) for one in told["answers"]] == [
        ("1", "in"),
        ("2", "unknown"),
        ("3", "unknown"),
    ]
    assert CheckIn.objects.count() == 1


def test_desk_tells_who_came_and_what_both_doors_let_in(cast: Cast) -> None:
    session = held(cast, 1, 2, in_days=-1)
    code = code_of(session)
    client = at_door(cast)
    address = f"/desk/activities/{session.activity.code}/bookings/"
    assert "不知道来了多少人" in client.get(address).content.decode()
    sent(client, session, scans=[scanned("1", code), scanned("2", seats=1)])
    sent(client, session, device="phone-b", door="西门", scans=[scanned("1", code, let_in=True)])

    text = client.get(address).content.decode()

    [(_terms, _when, attendance, twice)] = client.get(address).context["rows"]
    assert (attendance.checked_in, attendance.walk_in, attendance.missing) == (2, 1, 2)
    assert [(row.door, first and first.door) for row, first in twice] == [("西门", "东门")]
    assert "1张票在两处都放行了" in text
