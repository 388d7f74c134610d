"""An address is proven by mail; changing it is proven at the new one and told to the old one."""

from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from kepuyue.accounts.actions import people
from kepuyue.accounts.models import User
from kepuyue.core.models import AuditEvent
from kepuyue.messaging.models import Message
from tests.accounts.signing import ACCOUNT, PASSWORD, browser, is_in, last_link, sign_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ADDRESS, RESET = reverse("account_address"), reverse("account_reset_password")


@pytest.fixture
def person() -> User:
    return UserFactory(email="li@example.org", name="李明", password=PASSWORD)


@pytest.fixture
def client(person: User) -> Client:
    client = browser()
    sign_in(client, person)
    return client


def told() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("to", "subject"))


def test_change_counts_once_the_new_address_has_opened_its_mail(person: User, client: Client) -> None:
    client.post(ADDRESS, {"email": "Neu@Example.org"})
    link = last_link()
    assert User.objects.get().email == "li@example.org"
    assert told() == [("li@example.org", "有人要更换您的登录邮箱"), ("neu@example.org", "请确认新的登录邮箱")]

    looked = client.get(link)
    assert (looked.status_code, User.objects.get().email) == (200, "li@example.org")
    client.post(link)

    changed = User.objects.get()
    assert changed.email == "neu@example.org" and changed.email_proven_at is not None
    assert told()[-1] == ("li@example.org", "登录邮箱已经更换")
    assert AuditEvent.objects.get(action="account.address_change").changes == {
        "email": ["li***@example.org", "ne***@example.org"]
    }


def test_link_counts_once(person: User, client: Client) -> None:
    client.post(ADDRESS, {"email": "neu@example.org"})
    link = last_link()

    answers = [client.post(link).status_code for _n in range(2)]

    assert answers == [302, 410]


@pytest.mark.parametrize(
    ("what", "wanted"), [("password", 302), ("expired", 410), ("inactive", 302), ("made-up", 410)]
)
def test_link_that_no_longer_counts_says_so(
    person: User, client: Client, what: str, wanted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(ADDRESS, {"email": "neu@example.org"})
    link = last_link()
    if what == "password":
        person.set_password("another-four-words")
        person.save()
    if what == "inactive":
        User.objects.update(is_active=False)
    if what == "expired":
        monkeypatch.setattr(people, "LINK_SECONDS", -1)
    if what == "made-up":
        link = reverse("account_address_proof", args=[signing.dumps([1], salt=people.SALT)])

    answer = client.post(link)

    assert (answer.status_code, User.objects.get().email) == (wanted, "li@example.org")


def test_mailbox_without_the_account_proves_nothing_for_it(person: User, client: Client) -> None:
    client.post(ADDRESS, {"email": "victim@example.org"})
    link = last_link()
    other = browser()
    sign_in(other, UserFactory(password=PASSWORD))

    visitor, stranger = Client().post(link), other.post(link)

    assert visitor["Location"].startswith(reverse("account_login"))
    assert stranger.status_code == 410 and "另一个账号" in stranger.content.decode()
    assert User.objects.filter(email="victim@example.org").count() == 0


def test_taken_address_is_answered_alike_and_its_owner_is_told(person: User, client: Client) -> None:
    UserFactory(email="taken@example.org")

    free, taken = (client.post(ADDRESS, {"email": f"{name}@example.org"}, follow=True) for name in ("free", "taken"))  # fmt: skip

    def said(page: Any) -> list[str]:
        return [str(message) for message in page.context["messages"]]

    assert said(free) == said(taken) and free.redirect_chain == taken.redirect_chain
    assert told()[-1] == ("taken@example.org", "这个邮箱已经有账号")
    assert Message.objects.filter(to="taken@example.org", body__contains="http").count() == 0


def test_address_taken_meanwhile_is_not_taken_away(person: User, client: Client) -> None:
    client.post(ADDRESS, {"email": "neu@example.org"})
    link = last_link()
    UserFactory(email="neu@example.org")

    assert client.post(link).status_code == 410
    assert User.objects.filter(email="li@example.org").count() == 1


def test_present_address_is_proven_by_its_own_mail(person: User, client: Client) -> None:
    assert "未确认" in client.get(ACCOUNT).content.decode()

    client.post(reverse("account_proof_mail"))
    client.post(last_link())

    page = client.get(ACCOUNT).content.decode()
    assert "已确认" in page and "未确认" not in page


def test_asking_for_the_present_address_sends_its_proof(person: User, client: Client) -> None:
    client.post(ADDRESS, {"email": "LI@example.org"})

    assert told() == [("li@example.org", "请确认登录邮箱")]


def test_password_link_proves_the_address_and_signs_in(person: User) -> None:
    visitor = browser()
    visitor.post(RESET, {"email": person.email})
    page = visitor.get(last_link(), follow=True)

    visitor.post(
        page.redirect_chain[-1][0], {"password1": "another-four-words", "password2": "another-four-words"}
    )

    assert is_in(visitor) and User.objects.get().email_proven_at is not None


def test_name_and_language_are_changed(person: User, client: Client) -> None:
    answer = client.post(ACCOUNT, {"name": "李小明", "language": "en"})

    assert answer.cookies["django_language"].value == "en"
    changed = User.objects.get()
    assert (changed.name, changed.language) == ("李小明", "en")
    assert AuditEvent.objects.get(action="account.edit").changes == {"name": ["李明", "李小明"]}
    assert client.post(ACCOUNT, {"name": "", "language": ""}).status_code == 422
    assert client.post(ACCOUNT, {"name": "李小明", "language": ""}).cookies["django_language"].value == ""
