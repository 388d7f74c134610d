"""What is written down about security: one line an event, and nothing in it that opens a door or names anybody."""

import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kepuyue.accounts.models import User
from kepuyue.core import fetch, security_events
from tests.accounts.signing import ACCOUNT, PASSWORD, browser, code_of, set_up_app, sign_in
from tests.factories import UserFactory

Lines = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO, "kepuyue.security")

    def lines() -> Lines:
        told = [record.getMessage() for record in caplog.records if record.name == "kepuyue.security"]
        return [(line.partition(" ")[0], json.loads(line.partition(" ")[2])) for line in told]

    return lines


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(email="li@example.org", password=PASSWORD)


def test_an_event_is_one_line_that_nobody_can_break(heard: Any, caplog: pytest.LogCaptureFixture) -> None:
    security_events.note("denied", route="x\n2026-01-01 sign-in {}\r\x1b[2J\u2028")

    line = caplog.records[-1].getMessage()
    assert line.isascii() and line.isprintable()
    assert heard()[0][1]["at"].endswith("+00:00")


def test_digest_is_the_same_for_the_same_and_needs_our_key(settings: Any) -> None:
    first = security_events.digest("li@example.org")

    assert first == security_events.digest("li@example.org") != security_events.digest("wang@example.org")
    settings.SECRET_KEY = "another"
    assert security_events.digest("li@example.org") != first


def test_sign_ins_and_failures_are_written_without_names_or_passwords(
    heard: Any, person: User, caplog: pytest.LogCaptureFixture
) -> None:
    client = browser("203.0.113.7")

    sign_in(client, person, "not-the-password")
    sign_in(client, person)
    client.post(reverse("account_logout"))

    assert [name for name, _facts in heard()] == ["sign-in.failed", "sign-in", "sign-out"]
    failed, came, left = (facts for _name, facts in heard())
    assert failed["account"] == security_events.digest("li@example.org")
    assert (came["person"], came["way"], came["factor"]) == (person.pk, "password", 0)
    assert failed["network"] == came["network"] == left["network"]
    assert not any(
        word in caplog.text for word in ("li@example", PASSWORD, "not-the-password", "203.0.113.7")
    )


def test_guessing_that_is_held_off_is_written(heard: Any, person: User) -> None:
    client = browser()

    for _n in range(11):
        sign_in(client, person, "not-the-password")

    assert [name for name, _facts in heard()].count("sign-in.failed") == 10
    assert heard()[-1][0] == "sign-in.held-off"


def test_who_is_refused_a_page_and_a_form_without_its_token_are_written(heard: Any, person: User) -> None:
    client, forging = Client(), Client(enforce_csrf_checks=True)
    for one in (client, forging):
        one.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    client.get(reverse("resources:offers"))
    forging.post(ACCOUNT, {"name": "李"})

    told = [(name, facts.get("route"), facts["person"]) for name, facts in heard() if name != "sign-in"]
    assert told == [
        ("denied", "resources:offers", person.pk),
        ("forged", "account", person.pk),
    ]


def test_asking_inwards_is_written_without_the_address(heard: Any) -> None:
    with pytest.raises(fetch.Refused):
        fetch.get("http://inner.example.org/?token=t", resolve=lambda host, port: ["10.0.0.1"])

    assert heard()[0][0] == "fetch.refused"
    assert heard()[0][1].keys() == {"at", "code"}


def test_sign_in_with_a_second_factor_says_so(heard: Any, person: User) -> None:
    own = browser()
    sign_in(own, person)
    secret = set_up_app(own)
    other = browser("198.51.100.9")
    sign_in(other, person)

    other.post(reverse("mfa_authenticate"), {"code": "000000"})
    other.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    told = [(name, facts.get("factor")) for name, facts in heard()]
    assert told == [("sign-in", 0), ("code.failed", None), ("sign-in", 1)]
