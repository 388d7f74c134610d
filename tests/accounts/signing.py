"""What tests of sign-in share: a browser, an authenticator app, the links of mails."""

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

from django.test import Client
from django.urls import reverse

from kepuyue.accounts.models import User
from kepuyue.messaging.models import Message

LOGIN, DESK, ACCOUNT = reverse("account_login"), reverse("organizations:desk"), reverse("account")
PASSWORD = "four-words-no-order"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


def browser(network: str = "203.0.113.7", agent: str = CHROME) -> Client:
    """A fresh browser in a network."""
    return Client(REMOTE_ADDR=network, headers={"user-agent": agent})


def sign_in(client: Client, person: User | str, password: str = PASSWORD, **more: str) -> Any:
    """Type address and password."""
    email = person if isinstance(person, str) else person.email
    return client.post(LOGIN, {"login": email, "password": password, **more})


def is_in(client: Client) -> bool:
    """Whether the browser is signed in (the desk may still ask for more)."""
    return "_auth_user_id" in client.session


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), so many half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def set_up_app(client: Client) -> str:
    """Set up an authenticator app in a browser that has just signed in; returns the app's secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret: str = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret, steps=-1)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def last_link() -> str:
    """The path of the link in the newest mail."""
    body = Message.objects.order_by("-pk")[0].body
    return next(word for word in body.split() if word.startswith("http")).removeprefix(
        "http://127.0.0.1:8000"
    )


def kinds_told(person: User) -> list[str]:
    """The kinds of the mails to the person, oldest first."""
    return list(Message.objects.filter(to=person.email).order_by("pk").values_list("kind", flat=True))
