from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from kepuyue.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind the sign-in, for type checking only: `user` is a person there."""

    user: User
    htmx: HtmxDetails
