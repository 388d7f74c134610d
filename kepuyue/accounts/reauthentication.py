"""Ask again who it is before a sensitive act. For every room:

    @fresh_sign_in_required
    def merging(request, code): ...

A sign-in, a password, a code or a passkey of the last five minutes counts (`adapter.FRESH_SECONDS`). If not, the person
is led to show one and then on to where they were: a page opens, a form is sent on as typed (files are not). Who has
neither a password nor a factor (an account elsewhere only) is asked to sign in again.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from kepuyue.accounts.adapter import signed_in_just_now


def note_password(request: HttpRequest, person: Any) -> None:
    """The person has just chosen this password, with the link that their mail brought: as good as typing it again."""
    record_authentication(request, person, method="password")


def fresh_sign_in_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view is reached only by somebody who has shown within five minutes who they are."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if signed_in_just_now(request):
            return view(request, *args, **kwargs)
        if not get_adapter(request).get_reauthentication_methods(request.user):
            return render(request, "account/sign_in_again.html", status=403)
        raise ReauthenticationRequired

    asked.asks_again = True  # type: ignore[attr-defined]  # so that a test can list these doors
    return asked
