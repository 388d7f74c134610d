"""The reference page, and the interface: every address is open to all, a view that needs a token asks for it."""

from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from kepuyue.api.interface import api
from kepuyue.api.views import bookings, figures, following, own, programme, reference, vocabulary, writing  # noqa: F401 -- they hang their addresses on it


def _as_served(view: Any, *, is_public: bool) -> Any:
    """The view, answering HEAD as it answers GET (the server leaves the body away); what is public may be read by
    pages of other sites too.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        finally:
            request.method = asked
        if response.status_code == 405:
            # The library knows nothing of HEAD, and its set comes in another order each time
            taken = {name.strip() for name in response["Allow"].split(",")}
            response["Allow"] = ", ".join(sorted(taken | ({"HEAD"} if "GET" in taken else set())))
        if is_public and asked in ("GET", "HEAD") and response.status_code < 400:
            response["Access-Control-Allow-Origin"] = "*"
        return response

    return answer


app_name = "api"
patterns, _app_name, _namespace = api.urls
# Operations of one address share its view and name
addresses = {str(pattern.pattern): pattern for pattern in patterns}
for address, pattern in addresses.items():
    if isinstance(pattern, URLPattern):
        if pattern.name == "openapi-json":
            # The library's own view would take whatever verb comes
            pattern.callback = csrf_exempt(require_GET(pattern.callback))
        is_public = address.partition("/")[0] not in ("unit", "sessions")
        pattern.callback = login_not_required(_as_served(pattern.callback, is_public=is_public))
urlpatterns: list[URLPattern | URLResolver] = [
    path("", reference.page, name="reference"),
    path("v1/", include([*addresses.values()])),
]
