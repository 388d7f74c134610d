"""The second factor: set up, asked for, required of reviewers, reset by an operator."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kepuyue.accounts import second_factor
from kepuyue.accounts.actions import lockout, tries
from kepuyue.accounts.models import User
from kepuyue.core.models import AuditEvent
from tests.accounts.signing import (
    DESK,
    PASSWORD,
    browser,
    code_of,
    is_in,
    kinds_told,
    set_up_app,
    sign_in,
)
from tests.architecture.routes import all_routes, read_table
from tests.architecture.samples import samples
from tests.cast import Cast
from tests.factories import ActivityFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
CODE, GATE = reverse("mfa_authenticate"), reverse("account_second_factor")
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def person() -> User:
    return UserFactory(email="li@example.org", password=PASSWORD)


def with_app(person: User) -> tuple[Client, str]:
    client = browser()
    sign_in(client, person)
    return client, set_up_app(client)


def with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save()
    return person


def test_app_is_set_up_by_its_code_and_asked_for_at_the_next_sign_in(person: User) -> None:
    _client, secret = with_app(person)
    again = browser()

    first = sign_in(again, person, next="/desk/activities/")
    assert (first["Location"], is_in(again)) == (CODE, False)
    second = again.post(CODE, {"code": code_of(secret)})

    assert (second["Location"], is_in(again)) == ("/desk/activities/", True)


def test_code_opens_once_however_it_is_spelled(person: User) -> None:
    _client, secret = with_app(person)
    code = code_of(secret)
    first, second = browser(), browser()
    for client in (first, second):
        sign_in(client, person)

    first.post(CODE, {"code": code})
    # The library's own memory is each process's own and lasts half a minute; the code is good for longer
    cache.clear()
    second.post(CODE, {"code": f"{code[:3]}-{code[3:]}"})

    assert (is_in(first), is_in(second)) == (True, False)


def test_setting_up_ends_the_sessions_that_began_without_it_and_is_told(person: User) -> None:
    elsewhere = browser()
    sign_in(elsewhere, person)

    client, _secret = with_app(person)

    assert (client.get(DESK).status_code, elsewhere.get(DESK).status_code) == (200, 302)
    assert "account.security" in kinds_told(person)
    told = AuditEvent.objects.filter(action="account.factor_add").order_by("pk")
    assert [event.changes["factor"][1] for event in told] == ["验证器应用", "恢复码"]


def test_secret_of_the_app_is_not_kept_in_the_clear(person: User) -> None:
    _client, secret = with_app(person)

    kept = Authenticator.objects.get(type="totp").data["secret"]

    assert secret not in kept and kept.startswith("gAAAA")


def test_recovery_codes_are_shown_once_and_each_opens_once(person: User) -> None:
    client, _secret = with_app(person)
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    again = client.get(reverse("mfa_view_recovery_codes"))

    assert len(codes) == 10 and len(codes[0]) == 8
    assert codes[0] not in again.content.decode()
    answers = []
    for _n in range(2):
        other = browser()
        sign_in(other, person)
        other.post(CODE, {"code": codes[0]})
        answers.append(is_in(other))
    assert answers == [True, False]


def test_code_of_the_app_opens_once(person: User) -> None:
    _client, secret = with_app(person)
    code = code_of(secret)

    answers = []
    for _n in range(2):
        other = browser()
        sign_in(other, person)
        other.post(CODE, {"code": code})
        answers.append(is_in(other))

    assert answers == [True, False]


def test_guessing_codes_is_slowed_down_but_not_for_the_owners_browser(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockout, "CODES_OF_ACCOUNT", tries.Bound(4, timedelta(hours=1)))
    own, secret = with_app(person)
    own.post(reverse("account_logout"))
    for n in range(6):
        guesser = browser(f"198.51.100.{n}")
        sign_in(guesser, person)
        answer = guesser.post(CODE, {"code": "000000"})
    assert "试得太多了" in str(answer.context["form"].errors)

    sign_in(own, person)
    own.post(CODE, {"code": code_of(secret)})

    assert is_in(own)


def test_code_page_without_a_password_before_it_is_closed() -> None:
    assert browser().get(CODE)["Location"] == reverse("account_login")


@pytest.mark.parametrize(
    ("whom", "asked"), [("none", []), ("reviewers", ["district_reviewer", "office"]), ("all", ["owner", "district_reviewer", "office"])]
)  # fmt: skip
def test_setting_says_who_must_have_one(cast: Cast, settings: Any, whom: str, asked: list[str]) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = whom
    people = {"owner": cast.owner, "district_reviewer": cast.district_reviewer, "office": cast.office}

    assert [name for name, one in people.items() if second_factor.is_required(one)] == asked


def test_every_closed_address_is_shut_for_a_reviewer_without_one(cast: Cast, settings: Any) -> None:
    from kepuyue.accounts.middleware import BEFORE_SECOND_FACTOR

    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    found, routes = samples(cast), all_routes()
    clients = {}
    for name in ("district_reviewer", "office", "owner"):
        clients[name] = Client()
        clients[name].force_login(cast.people()[name], backend=BACKEND)
    wrong = []

    for row in read_table():
        if routes[row.route].is_open or row.route in BEFORE_SECOND_FACTOR:
            continue
        address = reverse(row.route, kwargs=found[row.sample])
        for name in ("district_reviewer", "office"):
            answer = clients[name].generic(row.method, address)
            shut = answer.status_code == 302 and answer["Location"].startswith(GATE)
            api = address.startswith("/api/") and answer.status_code == 403
            if not (shut or api):
                wrong.append(f"{name} {row.method} {address}: {answer.status_code}")

    assert wrong == []
    assert clients["owner"].get(DESK).status_code == 200


def test_reviewer_is_led_to_the_gate_and_may_wait_within_the_grace(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    reviewer = with_password(cast.district_reviewer)
    client = browser()
    sign_in(client, reviewer)

    gate = client.get(DESK, follow=True)
    assert "稍后再说" in gate.content.decode()
    client.post(GATE, {"next": "/desk/reviews/"})
    assert client.get(DESK).status_code == 200
    User.objects.filter(pk=reviewer.pk).update(second_factor_due=timezone.now())

    shut = client.get(DESK, follow=True)

    assert "已经没有宽限期" in shut.content.decode()
    assert client.post(GATE, {}).status_code == 200
    assert client.get(DESK).status_code == 302


def test_grace_begins_once_and_not_anew_at_each_sign_in(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    reviewer = with_password(cast.district_reviewer)
    ends = []
    for _n in range(2):
        client = browser()
        sign_in(client, reviewer)
        client.get(GATE)
        ends.append(User.objects.get(pk=reviewer.pk).second_factor_due)

    assert ends[0] == ends[1] and ends[0] is not None


@pytest.mark.parametrize("onward", ["/desk/units/?word=a&page=2", "/desk/units/?word=a&next=//evil.example"])
def test_gate_leads_on_to_just_where_one_wanted(cast: Cast, settings: Any, onward: str) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    with_app(with_password(cast.office))
    client = browser()
    client.force_login(User.objects.get(pk=cast.office.pk), backend=BACKEND)

    shown = client.get(GATE, {"next": onward})

    assert parse_qs(urlsplit(shown["Location"]).query) == {"next": [onward]}


def test_gate_opens_once_an_app_is_set_up(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    settings.SECOND_FACTOR_GRACE_DAYS = 0
    client = browser()
    sign_in(client, with_password(cast.office))
    assert client.get("/desk/units/")["Location"] == f"{GATE}?next=/desk/units/"
    client.get(f"{GATE}?next=/desk/units/")

    set_up_app(client)
    codes = client.get(reverse("mfa_view_recovery_codes"))

    assert 'href="/desk/units/"' in codes.content.decode()
    assert client.get("/desk/units/").status_code == 200


def test_session_that_has_not_shown_the_factor_is_asked_for_it(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    _client, secret = with_app(with_password(cast.office))
    stolen = Client()
    stolen.force_login(User.objects.get(pk=cast.office.pk), backend=BACKEND)
    stolen.post(GATE, {})

    shut = stolen.get(DESK, follow=True)
    assert shut.redirect_chain[-1][0].startswith(reverse("mfa_reauthenticate"))
    stolen.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})

    assert stolen.get(DESK).status_code == 200


def test_last_factor_of_a_reviewer_stays(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    client, _secret = with_app(with_password(cast.office))

    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=cast.office, type="totp").count() == 1
    settings.SECOND_FACTOR_REQUIRED_FOR = "none"
    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=cast.office).count() == 0


def test_typed_text_comes_back_after_password_and_code(cast: Cast) -> None:
    draft = ActivityFactory(edition=cast.edition, organization=cast.own_unit)
    _client, secret = with_app(with_password(cast.editor))
    address = reverse("activities:edit", args=[draft.code, "basics"])
    late = browser()
    late.post(address, {"csrfmiddlewaretoken": "x", "title": "打了很久的名字"})

    sign_in(late, cast.editor, next=address)
    answer = late.post(CODE, {"code": code_of(secret)})

    assert answer["Location"] == address
    assert late.get(address).context["input"].form["title"].value() == "打了很久的名字"


def test_typed_text_comes_back_after_the_gate(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "all"
    draft = ActivityFactory(edition=cast.edition, organization=cast.own_unit)
    client = browser()
    sign_in(client, with_password(cast.editor))
    address = reverse("activities:edit", args=[draft.code, "basics"])

    client.post(address, {"csrfmiddlewaretoken": "x", "title": "打了很久的名字"})
    set_up_app(client)

    assert client.get(address).context["input"].form["title"].value() == "打了很久的名字"


def test_operator_resets_a_lost_factor_with_a_reason(
    cast: Cast, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    client, _secret = with_app(with_password(cast.office))

    call_command("second-factor", "reset", cast.office.email.upper(), "--why", "手机丢了，电话核实过")

    assert Authenticator.objects.count() == 0
    assert client.get(DESK)["Location"].startswith(reverse("account_login"))
    event = AuditEvent.objects.get(action="account.factor_reset")
    assert (event.actor_name, event.reason) == ("系统", "手机丢了，电话核实过")
    fresh = browser()
    sign_in(fresh, cast.office)
    assert "已经没有宽限期" in fresh.get(DESK, follow=True).content.decode()
    assert capsys.readouterr().out == f"{cast.office.email}: 2\n"


@pytest.mark.parametrize(("address", "why"), [("nobody@example.org", "因为"), ("li@example.org", " ")])
def test_reset_of_nobody_or_without_a_reason_is_refused(person: User, address: str, why: str) -> None:
    with pytest.raises(CommandError):
        call_command("second-factor", "reset", address, "--why", why)


def test_sensitive_pages_ask_again_after_five_minutes(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    sign_in(client, person)
    pages = [reverse(name) for name in ("account_address", "mfa_activate_totp", "mfa_add_webauthn")]
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    monkeypatch.setattr("kepuyue.accounts.adapter.FRESH_SECONDS", 0)

    asked = [client.get(page)["Location"] for page in pages]

    again = reverse("account_reauthenticate")
    assert asked == [f"{again}?{urlencode({'next': page})}" for page in pages]


def test_form_that_asked_again_is_sent_on_as_typed(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    sign_in(client, person)
    page = reverse("account_address")
    monkeypatch.setattr("kepuyue.accounts.adapter.FRESH_SECONDS", 0)
    asked = client.post(page, {"email": "new@example.org"})
    monkeypatch.setattr("kepuyue.accounts.adapter.FRESH_SECONDS", 300)

    client.post(asked["Location"], {"password": PASSWORD, "next": page})

    assert AuditEvent.objects.filter(action="account.address_ask").count() == 1


def test_person_without_password_and_factor_is_asked_to_sign_in_again(person: User) -> None:
    person.set_unusable_password()
    person.save()
    client = Client()
    client.force_login(person, backend=BACKEND)

    answer = client.get(reverse("account_address"))

    assert (answer.status_code, "请重新登录" in answer.content.decode()) == (403, True)
