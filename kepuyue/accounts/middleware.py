from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse

KEPT_INPUT = "kept_input"
KEPT_INPUT_MAX_CHARACTERS = 200_000


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page asks for sign-in unless its view says `login_not_required`.

    A form sent after the sign-in expired is kept in the browser's session, so that signing in again brings
    the typed text back (see `take_kept_input`). Files cannot be kept.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        if request.method == "POST" and "csrfmiddlewaretoken" in request.POST:
            typed = {
                name: request.POST.getlist(name)
                for name in request.POST
                if name != "csrfmiddlewaretoken" and "password" not in name
            }
            if sum(len(text) for values in typed.values() for text in values) <= KEPT_INPUT_MAX_CHARACTERS:
                request.session[KEPT_INPUT] = {"path": request.path, "values": typed}
        if request.headers.get("HX-Request"):
            # A fragment must not be filled with the sign-in page; the page itself says what to do
            return HttpResponse(status=401)
        return super().handle_no_permission(request, view_func)


def take_kept_input(request: HttpRequest) -> dict[str, list[str]] | None:
    """What was typed into this page's form when the sign-in had expired; given out once."""
    kept = request.session.get(KEPT_INPUT)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEPT_INPUT]
    values: dict[str, list[str]] = kept["values"]
    return values
