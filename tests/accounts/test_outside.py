"""Signing in with an account elsewhere, against servers that check the providers' published requests."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kepuyue.accounts.models import User
from kepuyue.core.models import AuditEvent
from tests.accounts.providers import CLIENT, OTHER_KEY, SECRET, Provider, serving
from tests.accounts.signing import ACCOUNT, LOGIN, PASSWORD, browser, is_in, set_up_app, sign_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
GO, BACK = (reverse(f"outside_{name}", args=["oidc"]) for name in ("login", "callback"))
WEIXIN, WEIXIN_BACK = (reverse(f"outside_{name}", args=["weixin"]) for name in ("login", "callback"))


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with serving() as provider:
        settings.WEIXIN_URLS = {
            "qrconnect": "https://open.weixin.qq.com/connect/qrconnect",
            "access_token": f"{provider.address}/sns/oauth2/access_token",
            "userinfo": f"{provider.address}/sns/userinfo",
        }
        oidc = {
            "provider_id": "oidc",
            "name": "市统一身份认证",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": provider.address},
        }
        weixin = {"name": "微信", "client_id": "wx1", "secret": "s1", "settings": {}}
        kept = settings.SOCIALACCOUNT_PROVIDERS
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": kept["openid_connect"] | {"APPS": [oidc]},
            "weixin": kept["weixin"] | {"APPS": [weixin]},
        }
        yield provider


@pytest.fixture
def person() -> User:
    return UserFactory(email="li@example.org", password=PASSWORD, email_proven_at=timezone.now())


def come_in(provider: Provider, client: Client | None = None, **changed: str) -> tuple[Client, Any]:
    client = client or browser()
    away = client.post(GO)
    return client, client.get(BACK, provider.authorize(away["Location"]) | changed)


def test_buttons_are_there_only_when_configured(provider: Provider) -> None:
    assert "用市统一身份认证登录" in Client().get(LOGIN).content.decode()


def test_without_configuration_there_is_no_button_and_no_address() -> None:
    page = Client().get(LOGIN).content.decode()

    assert "用微信登录" not in page and "/outside/" not in page
    assert [Client().post(address).status_code for address in (GO, WEIXIN)] == [404, 404]
    assert [Client().get(address).status_code for address in (BACK, WEIXIN_BACK)] == [404, 404]
    assert Client().post(reverse("outside_login", args=["github"])).status_code == 404


def test_link_alone_leads_nowhere_until_a_button_is_pressed(provider: Provider) -> None:
    page = Client().get(GO)

    assert (page.status_code, provider.asked) == (200, [])


def test_verified_address_of_a_person_binds_and_signs_in(provider: Provider, person: User) -> None:
    client, answer = come_in(provider)

    assert (answer["Location"], is_in(client)) == ("/desk/", True)
    assert (SocialAccount.objects.get().user, SocialAccount.objects.get().uid) == (person, "u-1")
    assert AuditEvent.objects.get(action="account.bind").changes == {"provider": [None, "市统一身份认证"]}
    again, _answer = come_in(provider)
    assert is_in(again) and SocialAccount.objects.count() == 1
    page = again.get(ACCOUNT)
    assert [stay.way for stay in page.context["stays"]] == ["oidc", "oidc"]


@pytest.mark.parametrize(
    "said",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": "stranger@example.org"},
        {"email": None},
    ],
)
def test_address_that_is_not_verified_or_unknown_makes_nobody(
    provider: Provider, person: User, said: dict[str, Any]
) -> None:
    provider.said = said

    client, answer = come_in(provider)

    assert (answer.status_code, is_in(client)) == (403, False)
    assert "还没有绑定" in answer.content.decode()
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_address_that_was_never_proven_here_is_not_bound(provider: Provider, person: User) -> None:
    User.objects.update(email_proven_at=None)

    client, answer = come_in(provider)

    assert (answer.status_code, is_in(client)) == (403, False)


def test_second_factor_is_asked_for_all_the_same(
    provider: Provider, person: User, django_capture_on_commit_callbacks: Any
) -> None:
    own = browser()
    sign_in(own, person)
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(own)

    client, answer = come_in(provider)

    assert (answer["Location"], is_in(client)) == (reverse("mfa_authenticate"), False)


WRONG_CLAIMS = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-client"},
    "several audiences, not ours to act": {"aud": [CLIENT, "b"], "azp": "b"},
    "expired": {"exp": 1_000},
    "from the future": {"iat": int(time.time()) + 10_000},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "no expiry": {"exp": None},
    "no subject": {"sub": None},
    "about somebody else": {"sub": "u-2"},
}


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_id_token_with_wrong_claims_is_refused(
    provider: Provider, person: User, claims: dict[str, Any]
) -> None:
    provider.claims = claims

    client, answer = come_in(provider)

    assert (answer.status_code, is_in(client)) == (401, False)
    assert "没有登录成功" in answer.content.decode()


@pytest.mark.parametrize("algorithm", ["HS256", "RS512", "none"])
def test_id_token_signed_otherwise_than_rs256_is_refused(
    provider: Provider, person: User, algorithm: str
) -> None:
    provider.algorithm = algorithm

    client, answer = come_in(provider)

    assert (answer.status_code, is_in(client)) == (401, False)


def test_id_token_signed_by_another_key_is_refused(provider: Provider, person: User) -> None:
    provider.key = OTHER_KEY

    client, answer = come_in(provider)

    assert (answer.status_code, is_in(client)) == (401, False)


def test_answer_with_another_state_or_in_another_browser_is_refused(provider: Provider, person: User) -> None:
    client, wrong = come_in(provider, state="another")
    brought = provider.authorize(client.post(GO)["Location"])
    victim = browser()

    forged = victim.get(BACK, brought)

    assert (wrong.status_code, forged.status_code) == (401, 401)
    assert not is_in(client) and not is_in(victim)


def test_wrong_client_secret_is_refused(provider: Provider, person: User, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["secret"] = "another"

    client, answer = come_in(provider)

    assert (answer.status_code, is_in(client)) == (401, False)


@pytest.mark.parametrize("discovery", [{"issuer": "https://evil.example"}, {"token_endpoint": None}])
def test_discovery_of_another_issuer_or_with_gaps_is_refused(
    provider: Provider, person: User, discovery: dict[str, Any]
) -> None:
    provider.discovery = discovery

    assert Client().post(GO).status_code == 502


def test_provider_that_is_away_is_said_plainly(provider: Provider, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"] = {
        "server_url": "http://127.0.0.1:9"
    }

    answer = Client().post(GO)

    assert (answer.status_code, "没有登录成功" in answer.content.decode()) == (502, True)


def test_visitors_cannot_add_parameters(provider: Provider) -> None:
    away = Client().post(f"{GO}?auth_params=client_id%3Devil%26prompt%3Dnone&scope=admin")

    query = parse_qs(urlsplit(away["Location"]).query)
    assert (query["client_id"], "prompt" in query, "admin" in query["scope"][0]) == ([CLIENT], False, False)


def test_whoever_changed_their_mind_is_back_at_the_door(provider: Provider) -> None:
    client = browser()
    state = provider.authorize(client.post(GO)["Location"])["state"]

    assert client.get(BACK, {"error": "access_denied", "state": state})["Location"] == LOGIN


def test_person_who_is_signed_in_binds_weixin_and_comes_in_by_it(provider: Provider, person: User) -> None:
    own = browser()
    sign_in(own, person)
    away = own.post(f"{WEIXIN}?process=connect")["Location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
    assert away.startswith("https://open.weixin.qq.com/connect/qrconnect?") and away.endswith(
        "#wechat_redirect"
    )
    assert query == {
        "appid": "wx1",
        "redirect_uri": f"http://testserver{WEIXIN_BACK}",
        "response_type": "code",
        "scope": "snsapi_login",
        "state": query["state"],
    }

    own.get(WEIXIN_BACK, {"code": "c1", "state": query["state"]})

    bound = SocialAccount.objects.get()
    assert (bound.user, bound.uid, bound.extra_data) == (
        person, "o1", {"openid": "o1", "nickname": "李明🌙", "unionid": "n1"},
    )  # fmt: skip
    other = browser()
    state = parse_qs(urlsplit(other.post(WEIXIN)["Location"]).query)["state"][0]
    other.get(WEIXIN_BACK, {"code": "c1", "state": state})
    assert is_in(other)
    own.post(reverse("account_release", args=[bound.pk]))
    assert SocialAccount.objects.count() == 0


@pytest.mark.parametrize("said", [{}, {"errcode": 40003}, {"openid": "o2"}])
def test_weixin_of_nobody_here_or_with_an_error_makes_nobody(
    provider: Provider, person: User, said: dict[str, Any]
) -> None:
    provider.said = said
    client = browser()
    state = parse_qs(urlsplit(client.post(WEIXIN)["Location"]).query)["state"][0]

    answer = client.get(WEIXIN_BACK, {"code": "c1", "state": state})

    assert answer.status_code == (401 if said else 403)
    assert (is_in(client), User.objects.count()) == (False, 1)


def test_weixin_code_that_does_not_count_is_refused(provider: Provider, person: User) -> None:
    client = browser()
    state = parse_qs(urlsplit(client.post(WEIXIN)["Location"]).query)["state"][0]

    assert client.get(WEIXIN_BACK, {"code": "c2", "state": state}).status_code == 401


def test_account_elsewhere_of_somebody_else_is_not_bound_twice(provider: Provider, person: User) -> None:
    come_in(provider)
    other = browser()
    sign_in(other, UserFactory(password=PASSWORD))
    away = other.post(f"{GO}?process=connect")

    answer = other.get(BACK, provider.authorize(away["Location"]), follow=True)

    assert [str(note) for note in answer.context["messages"]] == ["它已经绑定了另一个账号，没有改动。"]
    assert SocialAccount.objects.get().user == person
