"""Reads about people's sign-in: their devices, sessions and second factor."""

import hashlib
from importlib import import_module
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings

from kepuyue.accounts.models import Stay

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def device_key(token: str) -> str:
    """How a device cookie's token is kept: as its digest; "" for no token."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


def stays_of(user: "User") -> list[Stay]:
    """The person's open sessions, the last seen first; rows of ended ones are dropped on the way."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    found = list(Stay.objects.filter(user=user))
    gone = [stay.pk for stay in found if not store().exists(stay.session_key)]
    if gone:
        Stay.objects.filter(pk__in=gone).delete()
    return [stay for stay in found if stay.pk not in gone]


def has_second_factor(user: "User") -> bool:
    """Whether the person has set up an authenticator app or a passkey (recovery codes alone are none)."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
