from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

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
        if request.method == "POST":
            return redirect_to_login(_page_of_the_form(request))
        return super().handle_no_permission(request, view_func)


def _page_of_the_form(request: HttpRequest) -> str:
    """Where the form stood: the address it is sent to may be none that one can open."""
    came_from = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    if not came_from or not own:
        return request.get_full_path()
    page = urlsplit(came_from)
    return page.path + (f"?{page.query}" if page.query else "")


def take_kept_input(request: HttpRequest, sent_to: str = "") -> dict[str, list[str]] | None:
    """What was typed into this page's form when the sign-in had expired; given out once.

    `sent_to` is the form's address where it is not the page's own.
    """
    kept = request.session.get(KEPT_INPUT)
    if not kept or kept["path"] != (sent_to or request.path):
        return None
    del request.session[KEPT_INPUT]
    values: dict[str, list[str]] = kept["values"]
    return values
