"""The sessions of a person: listed, ended, remembered by their browser, ended by time."""

import time
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from kepuyue.accounts.actions import stays
from kepuyue.accounts.middleware import BEGAN_AT, SEEN_AT
from kepuyue.accounts.models import Device, Stay, User
from kepuyue.core.audit import trail
from kepuyue.core.models import AuditEvent
from tests.accounts.signing import ACCOUNT, DESK, PASSWORD, browser, is_in, kinds_told, sign_in
from tests.cast import Cast
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EVERYWHERE = reverse("account_stays_end")


@pytest.fixture
def person() -> User:
    return UserFactory(email="li@example.org", password=PASSWORD)


@pytest.fixture
def office(person: User) -> Client:
    return opened(person, "113.88.1.1")


def opened(person: User, network: str = "203.0.113.7", **more: str) -> Client:
    client = browser(network)
    sign_in(client, person, **more)
    return client


def answers(client: Client) -> int:
    return int(client.get(DESK).status_code)


def test_list_shows_every_session_and_marks_this_one(person: User, office: Client) -> None:
    opened(person, "240e:3b7::5")

    page = office.get(ACCOUNT)

    assert [(stay.name, stay.network) for stay in page.context["stays"]] == [
        ("Windows · Chrome", "240e:3b7::…"),
        ("Windows · Chrome", "113.88.*.*"),
    ]
    assert page.context["stays"][1].pk == page.context["own_stay"]
    assert "113.88.1.1" not in page.content.decode()


def test_signing_out_everywhere_ends_the_other_sessions_at_once(person: User, office: Client) -> None:
    home, listed_nowhere = opened(person), Client()
    listed_nowhere.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert [answers(client) for client in (office, home, listed_nowhere)] == [200, 200, 200]

    office.post(EVERYWHERE)

    assert [answers(client) for client in (office, home, listed_nowhere)] == [200, 302, 302]
    assert [stay.network for stay in office.get(ACCOUNT).context["stays"]] == ["113.88.*.*"]
    assert list(trail(person).values_list("action", flat=True)) == [
        "account.sessions_end",
        "account.new_device",
    ]


def test_signing_out_everywhere_can_be_done_again_and_again(person: User, office: Client) -> None:
    for _n in range(3):
        home = opened(person)
        office.post(EVERYWHERE)
        assert (answers(office), answers(home)) == (200, 302)


def test_one_other_session_is_ended(person: User, office: Client) -> None:
    home, third = opened(person), opened(person)
    stay = Stay.objects.get(session_key=home.session.session_key)

    office.post(reverse("account_stay_end", args=[stay.pk]))

    assert [answers(client) for client in (office, home, third)] == [200, 302, 200]


def test_somebody_elses_session_is_not_found(person: User, office: Client) -> None:
    other = opened(UserFactory(password=PASSWORD))
    stay = Stay.objects.get(session_key=other.session.session_key)

    answer = office.post(reverse("account_stay_end", args=[stay.pk]))

    assert (answer.status_code, answers(other)) == (404, 200)


def test_signing_out_leaves_the_list(person: User, office: Client) -> None:
    office.post(reverse("account_logout"))

    assert Stay.objects.count() == 0


def test_session_gets_a_new_key_at_sign_in(person: User) -> None:
    client = browser()
    client.post("/desk/activities/", {"csrfmiddlewaretoken": "x", "a": "b"})
    before = client.session.session_key

    sign_in(client, person)

    assert before and client.session.session_key != before


def test_first_device_is_not_told_and_the_second_is(person: User) -> None:
    first = opened(person)
    first.post(reverse("account_logout"))
    sign_in(first, person)
    assert kinds_told(person) == []

    opened(person, "198.51.100.9")

    assert kinds_told(person) == ["account.new_device"]
    assert Device.objects.filter(user=person).count() == 2
    assert AuditEvent.objects.filter(action="account.new_device").count() == 1


def test_device_cookie_is_signed_and_out_of_reach_of_scripts(person: User) -> None:
    cookie = opened(person).cookies["device"]

    assert (cookie["httponly"], cookie["samesite"], cookie.value.count(":")) == (True, "Lax", 1)
    assert Device.objects.get().key not in cookie.value


def test_password_change_ends_the_other_sessions_and_tells(person: User, office: Client) -> None:
    home = opened(person)

    office.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another-four-words", "password2": "another-four-words"},
    )

    assert (answers(office), answers(home)) == (200, 302)
    assert len(office.get(ACCOUNT).context["stays"]) == 1
    assert kinds_told(person) == ["account.new_device", "account.security"]
    assert Device.objects.filter(user=person).count() == 1


@pytest.mark.parametrize(("idle", "still_in"), [(0, True), (30, False), (120, True)])
def test_session_that_nobody_used_ends_as_the_setting_says(
    person: User, office: Client, settings: Any, idle: int, still_in: bool
) -> None:
    settings.SESSION_IDLE_MINUTES = idle
    session = office.session
    session[SEEN_AT] = time.time() - 45 * 60
    session.save()

    assert (answers(office) == 200) is still_in


def test_form_sent_after_the_idle_time_comes_back(cast: Cast, settings: Any) -> None:
    from tests.factories import ActivityFactory

    draft = ActivityFactory(edition=cast.edition, organization=cast.own_unit)
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    client = opened(cast.editor)
    session = client.session
    session[SEEN_AT] = time.time() - 3 * 60 * 60
    session.save()
    address = reverse("activities:edit", args=[draft.code, "basics"])

    answer = client.post(address, {"csrfmiddlewaretoken": "x", "title": "打了很久的名字"})
    sign_in(client, cast.editor, next=address)

    assert answer["Location"] == f"{reverse('account_login')}?next={address}"
    assert client.get(address).context["input"].form["title"].value() == "打了很久的名字"


def test_last_use_is_written_now_and_then_only(
    person: User, office: Client, django_assert_max_num_queries: Any
) -> None:
    before = Stay.objects.get().last_seen_at
    office.get(DESK)
    assert Stay.objects.get().last_seen_at == before
    session = office.session
    session[SEEN_AT] = time.time() - 400
    session.save()

    office.get(DESK)

    assert Stay.objects.get().last_seen_at > before


def test_old_devices_and_sessions_are_forgotten(person: User, office: Client) -> None:
    Device.objects.update(last_seen_at="2020-01-01T00:00Z")
    Stay.objects.update(last_seen_at="2020-01-01T00:00Z")

    assert stays.forget_old() == 2


def test_unknown_browser_without_a_session_row_is_shown_no_empty_list(person: User) -> None:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    assert "下次登录后" in client.get(ACCOUNT).content.decode()
    assert is_in(client)


def test_session_ends_after_its_longest_time_however_busy(
    person: User, office: Client, settings: Any
) -> None:
    session = office.session
    session[BEGAN_AT] = time.time() - settings.SESSION_LONGEST_HOURS * 3600 + 60
    session.save()
    assert answers(office) == 200
    session = office.session
    session[BEGAN_AT] = time.time() - settings.SESSION_LONGEST_HOURS * 3600 - 60
    session.save()

    assert answers(office) == 302
    sign_in(office, person)
    assert answers(office) == 200


def test_setting_leaves_sessions_without_a_longest_time(office: Client, settings: Any) -> None:
    settings.SESSION_LONGEST_HOURS = 0
    session = office.session
    session[BEGAN_AT] = time.time() - 10**7
    session.save()

    assert answers(office) == 200


def test_ending_sessions_asks_again_who_it_is(
    person: User, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opened(person)
    monkeypatch.setattr("kepuyue.accounts.adapter.FRESH_SECONDS", 0)

    asked = office.post(EVERYWHERE)

    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert answers(other) == 200


def test_somebody_switched_off_is_out_at_once(person: User, office: Client) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert answers(office) == 302


def test_operator_ends_the_sessions_of_one_person_or_of_all(
    person: User, office: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    other = UserFactory(email="wang@example.org", password=PASSWORD)
    elsewhere = opened(other)

    call_command("sign-out", "LI@example.org", why="手机遗失")
    assert (answers(office), answers(elsewhere)) == (302, 200)
    assert trail(person)[0].reason == "手机遗失" and trail(person)[0].action == "account.sessions_end"

    call_command("sign-out", everybody=True, why="密钥更换")
    assert answers(elsewhere) == 302
    assert "signed out: 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options",
    [
        {"address": "no@example.org", "why": "x"},
        {"address": "li@example.org", "why": " "},
    ],
)
def test_operator_without_a_person_or_a_reason_is_told(person: User, options: dict[str, str]) -> None:
    address = options.pop("address")

    with pytest.raises(CommandError):
        call_command("sign-out", address, **options)


def test_session_gets_a_new_key_when_asked_again(
    person: User, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, listed = office.session.session_key, Stay.objects.get().pk
    thief = Client()
    thief.cookies["sessionid"] = before

    office.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": ACCOUNT})

    assert office.session.session_key != before
    assert (answers(office), answers(thief)) == (200, 302)
    assert [(stay.pk, stay.session_key) for stay in Stay.objects.all()] == [
        (listed, office.session.session_key)
    ]
    assert office.get(ACCOUNT).context["own_stay"] == listed
