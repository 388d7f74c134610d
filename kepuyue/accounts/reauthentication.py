"""Ask again who it is before a sensitive act. For every room:

    @fresh_sign_in_required
    def merging(request, code): ...

A sign-in, a password, a code or a passkey of the last five minutes counts (`adapter.FRESH_SECONDS`). Otherwise the
person is led to show one, and then on to where they were: a page opens, a form is sent on as it was typed (files are not).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse

from kepuyue.accounts.adapter import signed_in_just_now


def fresh_sign_in_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view is reached only by somebody who has shown within five minutes who they are."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not signed_in_just_now(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return asked
