"""What a device has to do before it joins a queue, where the operator asks for it."""

import json
from typing import Any

import pytest
from altcha import Challenge, Payload, solve_challenge
from django.test import Client

from kepuyue.bookings import challenges, door, tokens
from tests.bookings.given import bookable

pytestmark = pytest.mark.django_db


class Nod:
    """An adapter of somebody's own: who says please may come."""

    def offer(self, session: int) -> dict[str, Any]:
        return {"kind": "nod", "session": session}

    def is_met(self, session: int, answer: str) -> bool:
        return answer == "please"


@pytest.fixture
def work(settings: Any) -> None:
    settings.BOOKING_CHALLENGE, settings.BOOKING_CHALLENGE_COST = "proof-of-work", 1
    challenges.adapter.cache_clear()


def solved(offered: dict[str, Any]) -> str:
    challenge = Challenge.from_dict(offered)
    solution = solve_challenge(challenge)
    assert solution
    return Payload(challenge, solution).to_base64()


def join(client: Client, session: int, answer: str = "") -> Any:
    body = json.dumps({"challenge": answer}) if answer else ""
    return client.post(f"/api/v1/sessions/{session}/admission", body, content_type="application/json")


@pytest.mark.usefixtures("work")
def test_place_is_had_for_a_solution_and_once(client: Client) -> None:
    session = bookable().pk

    asked = join(client, session)
    answer = solved(asked.json()["challenge"])
    place, again = join(client, session, answer), join(client, session, answer)

    assert (asked.status_code, asked.json()["type"]) == (428, "challenge")
    assert (place.status_code, again.status_code) == (200, 428)
    token = tokens.read(place.json()["token"])
    assert token is not None and token.session == session


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize("slip", ["another session", "cheaper", "nonsense", "unsolved", "too long"])
def test_what_does_not_answer_the_challenge_gets_another(slip: str, settings: Any) -> None:
    session, other = bookable().pk, bookable().pk
    found = challenges.ProofOfWork()
    answer = solved(found.offer(session))
    if slip == "cheaper":
        settings.BOOKING_CHALLENGE_COST = 2
    if slip == "unsolved":
        offered = Challenge.from_dict(found.offer(session))
        kept = Payload.from_base64(answer)
        kept.challenge = offered
        answer = kept.to_base64()
    answer = {"nonsense": "bm8=", "too long": "A" * 3_000}.get(slip, answer)

    assert not found.is_met(other if slip == "another session" else session, answer)


@pytest.mark.usefixtures("work")
def test_page_without_scripts_says_what_to_do_and_keeps_what_was_typed(client: Client) -> None:
    session = bookable()
    typed = {"name": "观众", "phone": "13800000000", "seats": "1", "consent": "on"}

    answer = client.post(f"/sessions/{session.pk}/booking/", typed)

    assert answer.status_code == 428
    assert "JavaScript" in answer.text and 'value="13800000000"' in answer.text


def test_adapter_of_the_city_s_own(settings: Any, client: Client) -> None:
    settings.BOOKING_CHALLENGE = f"{__name__}.Nod"
    session = bookable().pk

    assert join(client, session).json()["challenge"] == {"kind": "nod", "session": session}
    assert [join(client, session, answer).status_code for answer in ("no", "please")] == [428, 200]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"challenge": 1}', b"[" * 5_000, b"\xff"])
def test_answer_that_is_none_is_read_as_none(body: bytes) -> None:
    assert door.answer_in(body) == ""
