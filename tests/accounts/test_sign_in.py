"""Signing in, out, and setting a password, as a person does it."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Message
from tests.cast import Cast
from tests.factories import UserFactory
from tests.journeys.pages import form_of

pytestmark = pytest.mark.django_db
LOGIN, RESET = reverse("account_login"), reverse("account_reset_password")
DESK = reverse("organizations:desk")
PASSWORD = "four-words-no-order"


def main_part(page: Any) -> str:
    return str(page.content.decode().partition("<main")[2].partition("</main>")[0])


def sign_in_with(client: Client, email: str, password: str, **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


@pytest.mark.parametrize("typed", ["li@example.org", "LI@Example.org", " li@example.org "])
def test_sign_in_with_address_in_any_case_leads_to_the_desk(client: Client, typed: str) -> None:
    UserFactory(email="li@example.org", password=PASSWORD)

    response = sign_in_with(client, typed, PASSWORD)

    assert (response.status_code, response["Location"]) == (302, DESK)


@pytest.mark.parametrize(("language", "answered"), [("zh-CN", "zh-hans"), ("en", "en")])
def test_sign_in_page_is_in_the_readers_language(client: Client, language: str, answered: str) -> None:
    page = client.get(LOGIN, headers={"accept-language": language})

    assert (page.status_code, page["Content-Language"]) == (200, answered)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_sign_in_with_wrong_password_says_so_and_no_more(client: Client, language: str) -> None:
    UserFactory(email="li@example.org", password=PASSWORD)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    known = sign_in_with(client, "li@example.org", "wrong")
    unknown = sign_in_with(client, "nobody@example.org", "wrong")

    def told(response: Any) -> Any:
        return response.context["form"].errors

    assert told(known) == told(unknown) != {}


def test_sign_in_of_somebody_switched_off_is_refused(client: Client) -> None:
    UserFactory(email="li@example.org", password=PASSWORD, is_active=False)

    sign_in_with(client, "li@example.org", PASSWORD)

    assert client.get(DESK).status_code == 302


def test_sign_in_leads_on_to_the_page_asked_for(client: Client) -> None:
    UserFactory(email="li@example.org", password=PASSWORD)
    page = form_of(client.get(LOGIN, {"next": "/desk/activities/"}), sends="login")

    response = client.post(page.action, page.filled(login="li@example.org", password=PASSWORD))

    assert response["Location"] == "/desk/activities/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
    ],
)
def test_sign_in_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    UserFactory(email="li@example.org", password=PASSWORD)

    response = sign_in_with(client, "li@example.org", PASSWORD, next=elsewhere)

    assert response["Location"] == DESK


def test_sign_out_by_a_link_asks_first(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.owner)

    page = client.get(reverse("account_logout"))

    assert page.status_code == 200
    assert client.get(DESK).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(DESK).status_code == 302


def test_open_sign_up_is_closed(client: Client) -> None:
    page = client.get(reverse("account_signup"))
    client.post(
        reverse("account_signup"), {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD}
    )

    assert "请通过单位加入" in page.content.decode()
    assert client.get(DESK).status_code == 302


def test_password_reset_answers_alike_whether_the_address_exists_or_not(client: Client) -> None:
    UserFactory(email="li@example.org", password=PASSWORD)

    known = client.post(RESET, {"email": "li@example.org"}, follow=True)
    unknown = client.post(RESET, {"email": "nobody@example.org"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain == [(reverse("account_reset_password_done"), 302)]
    assert main_part(known) == main_part(unknown)
    assert Message.objects.count() == 2


def test_password_is_set_by_the_link_in_the_mail_and_the_link_works_once(client: Client) -> None:
    person = UserFactory(email="new@example.org")  # a colleague added by name, without a password
    client.post(RESET, {"email": "new@example.org"})
    outbox.deliver_due()
    assert mail.outbox[0].to == ["new@example.org"]
    assert mail.outbox[0].subject == "设置科普月的登录密码"
    link = next(word for word in mail.outbox[0].body.split() if word.startswith("http"))

    page = client.get(link, follow=True)
    form = form_of(page, sends="password1")
    client.post(
        form.action or page.redirect_chain[-1][0], form.filled(password1=PASSWORD, password2=PASSWORD)
    )

    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    again = Client().get(link, follow=True)
    assert "链接已经失效" in again.content.decode()


def test_password_too_common_is_refused(client: Client) -> None:
    UserFactory(email="new@example.org")
    client.post(RESET, {"email": "new@example.org"})
    link = next(word for word in Message.objects.get().body.split() if word.startswith("http"))
    page = client.get(link, follow=True)
    form = form_of(page, sends="password1")

    refused = client.post(
        form.action or page.redirect_chain[-1][0], form.filled(password1="1234567890", password2="1234567890")
    )

    assert set(refused.context["form"].errors) != set()


def test_password_mail_is_not_shown_in_the_inbox(cast: Cast, sign_in: Any) -> None:
    Client().post(RESET, {"email": cast.owner.email})

    inbox = sign_in(cast.owner).get(reverse("messaging:inbox"))

    assert list(inbox.context["page"]) == []


def test_unknown_address_is_told_that_it_is_unknown(client: Client) -> None:
    client.post(RESET, {"email": "nobody@example.org"})

    message = Message.objects.get()
    assert (message.to, message.subject) == ("nobody@example.org", "这个邮箱还没有账号")
    assert "没有用它登记的账号" in message.body
