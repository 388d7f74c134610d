"""Ways around the bounds on guessing that comparable programs have had: none of them gives one try more."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kepuyue.accounts.actions import lockout
from kepuyue.accounts.models import User
from kepuyue.messaging.models import Message
from tests.accounts.signing import LOGIN, PASSWORD, is_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

EMAIL = "li@example.org"
Try = Callable[[int], tuple[str, str, dict[str, str]]]


def at(headers: Callable[[int], dict[str, str]]) -> Try:
    return lambda n: (LOGIN, EMAIL, headers(n))


def written(*ways: str) -> Try:
    return lambda n: (LOGIN, ways[n % len(ways)], {})


# The address that is asked, what is typed as the account, and headers, for the nth try
WAYS: dict[str, Try] = {
    "forwarded for": at(lambda n: {"x-forwarded-for": f"198.51.100.{n}"}),
    "forwarded for many": at(lambda n: {"x-forwarded-for": f"198.51.100.{n}, 192.0.2.{n}, 127.0.0.1"}),
    "forwarded": at(lambda n: {"forwarded": f"for=198.51.100.{n};proto=https"}),
    "other headers of proxies": at(
        lambda n: dict.fromkeys(
            (
                "x-real-ip",
                "x-client-ip",
                "true-client-ip",
                "cf-connecting-ip",
                "x-originating-ip",
                "client-ip",
            ),
            f"198.51.100.{n}",
        )
    ),
    "large and small": written(EMAIL, "LI@example.org", "li@EXAMPLE.org", "Li@Example.Org"),
    "blanks around": written(EMAIL, f" {EMAIL}", f"{EMAIL} ", f"\u3000{EMAIL}", f"{EMAIL}\t"),
    "signs that look alike": written(
        EMAIL, "ｌｉ@example.org", "lı@example.org", "LI@example.org", "li@examp\u200ble.org"
    ),
    "query": lambda n: (f"{LOGIN}?next=/desk/&n={n}", EMAIL, {}),
    "languages": at(lambda n: {"accept-language": ("zh-hans", "en", "de", "*")[n % 4]}),
    "browsers": at(lambda n: {"user-agent": f"Browser/{n}"}),
    "another verb": at(lambda n: {"x-http-method-override": ("PUT", "GET", "PATCH")[n % 3]}),
    "another address": at(lambda n: {"x-original-url": f"/healthz?{n}", "x-rewrite-url": f"/{n}"}),
    "part of a page": at(lambda n: {"hx-request": "true", "x-requested-with": "XMLHttpRequest"}),
    "other hosts": at(lambda n: {"x-forwarded-host": f"a{n}.example"}),
}


@pytest.fixture
def person() -> User:
    return UserFactory(email=EMAIL, password=PASSWORD)


def tried(way: Try, number: int, password: str, **options: Any) -> Client:
    """A fresh browser's one try."""
    client = Client(REMOTE_ADDR=options.pop("network", "203.0.113.7"))
    address, typed, headers = way(number)
    client.post(address, {"login": typed, "password": password}, headers=headers)
    return client


@pytest.mark.parametrize("name", WAYS)
def test_no_way_around_the_bound_on_guessing(name: str, person: User) -> None:
    way = WAYS[name]
    for number in range(lockout.ACCOUNT_AND_NETWORK.burst):
        tried(WAYS["languages"], number, "wrong")

    came_in = [number for number in range(6) if is_in(tried(way, number, PASSWORD))]

    assert came_in == []


@pytest.mark.parametrize("name", WAYS)
def test_guesses_by_every_way_fill_the_same_bucket(name: str, person: User) -> None:
    """As many guesses as the bound has, each written otherwise: the plain right password has to wait too."""
    way, fills = WAYS[name], 0
    for number in range(lockout.ACCOUNT_AND_NETWORK.burst * 5):
        # Only what would have reached the account counts: what names nobody may fill a bucket of its own
        if User.objects.filter(email__iexact=way(number)[1].strip()).exists():
            tried(way, number, "wrong")
            fills += 1

    assert fills >= lockout.ACCOUNT_AND_NETWORK.burst
    assert not is_in(tried(WAYS["query"], 0, PASSWORD))


def test_control_a_person_elsewhere_comes_in(person: User) -> None:
    for number in range(lockout.ACCOUNT_AND_NETWORK.burst * 2):
        tried(WAYS["query"], number, "wrong")

    assert is_in(tried(WAYS["query"], 0, PASSWORD, network="198.51.100.9"))


@pytest.mark.parametrize("hops", [0, 1])
def test_all_addresses_of_one_line_are_one_network(hops: int, person: User, settings: Any) -> None:
    """A line of IPv6 has 2^64 addresses; they count as one, behind our proxy as well."""
    settings.TRUSTED_PROXIES = hops
    burst = lockout.ACCOUNT_AND_NETWORK.burst

    def ask(number: int, password: str) -> Client:
        address = f"2001:db8:7:7:{number:x}::{number + 1:x}"
        network = "127.0.0.1" if hops else address
        return tried(at(lambda n: {"x-forwarded-for": f"192.0.2.{n}, {address}"} if hops else {}), number, password,
                     network=network)  # fmt: skip

    for number in range(burst):
        ask(number, "wrong")

    assert not is_in(ask(burst + 1, PASSWORD))


@pytest.mark.parametrize("written_as", [EMAIL, "LI@example.org", f" {EMAIL} ", "Li@Example.ORG"])
def test_mails_to_one_address_are_bounded_however_it_is_written(written_as: str, person: User) -> None:
    reset = reverse("account_reset_password")

    for number in range(lockout.MAILS_TO_ADDRESS.burst + 3):
        typed = written_as if number % 2 else EMAIL
        Client(REMOTE_ADDR=f"203.0.113.{number}").post(
            reset, {"email": typed}, headers={"x-forwarded-for": f"192.0.2.{number}"}
        )

    assert Message.objects.filter(to__iexact=EMAIL).count() == lockout.MAILS_TO_ADDRESS.burst
