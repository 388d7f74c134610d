"""Every address here is open to all; what needs a token will say so in its view."""

from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from kepuyue.api.interface import api
from kepuyue.api.views import bookings, following, programme  # noqa: F401 -- they hang their addresses on it


def _with_head(view: Any) -> Any:
    """The view, answering HEAD as it answers GET; the server leaves the body away."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        finally:
            request.method = asked
        return response

    return answer


app_name = "api"
patterns, _app_name, _namespace = api.urls
for pattern in patterns:
    if isinstance(pattern, URLPattern):
        pattern.callback = login_not_required(_with_head(pattern.callback))
urlpatterns: list[URLPattern | URLResolver] = list(patterns)
