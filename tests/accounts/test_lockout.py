"""Guessing is slow, and nobody can be locked out by somebody else."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from kepuyue.accounts.actions import lockout, tries
from kepuyue.accounts.models import Tries, User
from tests.accounts.signing import PASSWORD, browser, is_in, sign_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
RESET = reverse("account_reset_password")


@pytest.fixture
def person() -> User:
    return UserFactory(email="li@example.org", password=PASSWORD)


def attack(client: Client, email: str, times: int) -> Any:
    for _n in range(times):
        answer = sign_in(client, email, "wrong")
    return answer


def said(page: Any) -> str:
    return " ".join(page.context["form"].non_field_errors())


def pass_time(seconds: float) -> None:
    """Let every bucket be older by so much."""
    for row in Tries.objects.all():
        row.at -= timedelta(seconds=seconds)
        row.save()


def test_guessing_at_one_account_from_one_network_is_slowed_down(person: User) -> None:
    guesser = browser()
    burst = lockout.ACCOUNT_AND_NETWORK.burst

    slip = attack(guesser, person.email, burst)
    held = sign_in(guesser, person)

    assert "邮箱或密码不对" in said(slip)
    assert "试得太多了" in said(held) and not is_in(guesser)
    pass_time(lockout.ACCOUNT_AND_NETWORK.every.total_seconds() + 1)
    sign_in(guesser, person)
    assert is_in(guesser)


def test_owner_elsewhere_is_not_held_up_by_the_guessing(person: User) -> None:
    attack(browser("203.0.113.7"), person.email, lockout.ACCOUNT_AND_NETWORK.burst + 5)
    own = browser("198.51.100.1")

    sign_in(own, person)

    assert is_in(own)


def test_owner_in_the_attackers_network_comes_in_by_a_known_device(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockout, "NETWORK", tries.Bound(20, timedelta(minutes=1)))
    own = browser()
    sign_in(own, person)
    own.post(reverse("account_logout"))
    attack(browser(), person.email, 30)
    stranger = browser()
    assert "试得太多了" in said(sign_in(stranger, person))

    sign_in(own, person)

    assert is_in(own) and not is_in(stranger)


def test_device_cookie_that_is_made_up_or_anothers_gives_no_budget(person: User) -> None:
    other = UserFactory(password=PASSWORD)
    guesser = browser()
    sign_in(guesser, other)
    guesser.post(reverse("account_logout"))
    attack(guesser, person.email, lockout.ACCOUNT_AND_NETWORK.burst)
    assert "试得太多了" in said(sign_in(guesser, person))

    guesser.cookies["device"] = "made-up:signature"

    assert "试得太多了" in said(sign_in(guesser, person))


def test_right_passwords_of_a_whole_school_do_not_count() -> None:
    staff = [UserFactory(password=PASSWORD) for _n in range(12)]
    clients = [browser() for _one in staff]

    for client, one in zip(clients * 3, staff * 3, strict=True):
        sign_in(client, one)
        client.post(reverse("account_logout"))

    assert [row.level for row in Tries.objects.all() if row.level > 0.5] == []


def test_school_with_many_slips_is_not_locked_out(person: User) -> None:
    for n in range(lockout.NETWORK.burst - 1):
        assert lockout.claim_sign_in(address=f"t{n}@school.example", origin=origin()).is_granted

    own = browser()
    sign_in(own, person)

    assert is_in(own)


def test_network_that_tries_many_accounts_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "NETWORK", tries.Bound(3, timedelta(minutes=1)))
    guesser = browser()

    answers = [said(sign_in(guesser, f"a{n}@example.org", "wrong")) for n in range(5)]

    assert ["试得太多了" in answer for answer in answers] == [False, False, False, True, True]


@pytest.mark.parametrize("hops", [0, 1])
def test_forwarded_addresses_that_the_client_wrote_change_nothing(
    person: User, settings: Any, hops: int
) -> None:
    settings.TRUSTED_PROXIES = hops
    guesser = browser()
    burst = lockout.ACCOUNT_AND_NETWORK.burst

    for n in range(burst + 1):
        real = ", 203.0.113.7" if hops else ""
        forged = {"x-forwarded-for": f"10.0.0.{n}{real}"}
        answer = guesser.post(
            reverse("account_login"), {"login": person.email, "password": "wrong"}, headers=forged
        )

    assert "试得太多了" in said(answer)


def test_unknown_address_is_slowed_down_just_the_same(person: User) -> None:
    known, unknown = browser("203.0.113.7"), browser("203.0.113.8")

    answers = [
        [said(sign_in(client, email, "wrong")) for _n in range(lockout.ACCOUNT_AND_NETWORK.burst + 2)]
        for client, email in ((known, person.email), (unknown, "nobody@example.org"))
    ]

    assert answers[0] == answers[1]


def test_many_mails_to_one_address_stop_without_a_word(person: User) -> None:
    answers = [browser(f"203.0.113.{n}").post(RESET, {"email": person.email}) for n in range(8)]

    from kepuyue.messaging.models import Message

    assert {answer.status_code for answer in answers} == {302}
    assert Message.objects.filter(to=person.email).count() == lockout.MAILS_TO_ADDRESS.burst


def test_old_counts_are_forgotten(person: User) -> None:
    attack(browser(), person.email, 1)
    assert Tries.objects.count() == 2
    pass_time(tries.KEPT.total_seconds() + 1)

    assert tries.forget_old() == 2
    assert Tries.objects.count() == 0


def origin(network: str = "203.0.113.7") -> Any:
    from kepuyue.accounts.network import Origin

    return Origin(network=network, device="", browser="")


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted() -> None:
    bound = tries.Bound(5, timedelta(hours=1))
    granted: list[bool] = []
    start = threading.Barrier(8)

    def attempt() -> None:
        start.wait()
        granted.append(tries.claim(tries.counter(bound, "race"), tries.counter(bound, "and")).is_granted)
        connection.close()

    threads = [threading.Thread(target=attempt) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(granted) == [False] * 3 + [True] * 5
