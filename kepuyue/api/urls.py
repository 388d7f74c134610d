"""The reference page, and the interface: every address is open to all, a view that needs a token asks for it."""

from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from kepuyue.api.interface import api
from kepuyue.api.views import bookings, following, own, programme, reference, vocabulary, writing  # noqa: F401 -- they hang their addresses on it


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
# Operations of one address share its view and name
addresses = {str(pattern.pattern): pattern for pattern in patterns}
for pattern in addresses.values():
    if isinstance(pattern, URLPattern):
        pattern.callback = login_not_required(_with_head(pattern.callback))
urlpatterns: list[URLPattern | URLResolver] = [
    path("", reference.page, name="reference"),
    path("v1/", include([*addresses.values()])),
]
