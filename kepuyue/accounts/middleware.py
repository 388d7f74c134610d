import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from kepuyue.accounts import network
from kepuyue.core import security_events

KEPT_INPUT = "kept_input"
KEPT_INPUT_MAX_CHARACTERS = 200_000
# When the session was last used (seconds, machine's clock); written at most so often
SEEN_AT = "seen_at"
SEEN_EVERY = 300
# When the session began (seconds, machine's clock)
BEGAN_AT = "began_at"
# The session's row in the person's list
STAY = "stay"
YEAR = 31_536_000
# What opens before the second factor is set up or shown: setting it up, showing it, and leaving
BEFORE_SECOND_FACTOR = {
    "account_second_factor",
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
}


class StayMiddleware:
    """Ends sessions that nobody has used for long or that are old, remembers when one was used, hands out the device
    cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            self._look(request)
        shown, key = _last_shown(request), request.session.session_key
        response = self.get_response(request)
        if shown and _last_shown(request) != shown and request.session.session_key == key:
            self._change_key(request)
        if token := getattr(request, "new_device", ""):
            response.set_cookie(
                network.device_cookie_name(),
                network.signed_device(token),
                max_age=YEAR,
                httponly=True,
                samesite="Lax",
                secure=settings.HTTPS,
            )
        return response

    def _change_key(self, request: HttpRequest) -> None:
        """Whoever showed again who they are gets a new key: the one of before may be known to somebody."""
        from kepuyue.accounts.actions import stays  # the app registry must be ready

        request.session.cycle_key()
        stays.carry_on(request.session.get(STAY, 0), session_key=str(request.session.session_key))

    def _look(self, request: HttpRequest) -> None:
        moment, idle = time.time(), settings.SESSION_IDLE_MINUTES * 60
        seen = request.session.get(SEEN_AT, 0)
        longest = settings.SESSION_LONGEST_HOURS * 3600
        began = request.session.setdefault(BEGAN_AT, moment)
        is_idle = bool(seen and idle and moment - seen > idle)
        if is_idle or (longest and moment - began > longest):
            security_events.note(
                "session.over-idle" if is_idle else "session.over-age", person=request.session[SESSION_KEY]
            )
            logout(request)
            return
        if moment - seen > min(SEEN_EVERY, idle / 4 if idle else SEEN_EVERY):
            from kepuyue.accounts.actions import stays  # the app registry must be ready

            request.session[SEEN_AT] = moment
            if stay := request.session.get(STAY):
                stays.touch(stay, origin=network.origin(request))


class RefusalsMiddleware:
    """Writes down who was refused what: somebody signed in who may not, and a form without its token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.FORBIDDEN:
            match = request.resolver_match
            security_events.note(
                # The framework notes on every request whose token it has looked at and found good
                "denied" if getattr(request, "csrf_processing_done", False) else "forged",
                person=request.user.pk if hasattr(request, "user") else None,
                route=match.view_name if match else "",
                method=request.method,
                network=security_events.digest(network.counted(network.client_address(request))),
            )
        return response


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page asks for sign-in unless its view says `login_not_required`.

    A form sent after the sign-in expired is kept in the browser's session, so that signing in again brings
    the typed text back (see `take_kept_input`). Files cannot be kept.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        _keep_input(request)
        if request.headers.get("HX-Request"):
            # A fragment must not be filled with the sign-in page; the page itself says what to do
            return HttpResponse(status=401)
        if request.method == "POST":
            return redirect_to_login(_page_of_the_form(request))
        return super().handle_no_permission(request, view_func)


class SecondFactorMiddleware:
    """The desk opens to those who must have a second factor only once they have shown one in this session.

    It looks at every closed address, those of the interface for machines too: what is open to visitors is
    open to them as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        from kepuyue.accounts import second_factor  # the app registry must be ready

        if not getattr(view_func, "login_required", True) or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if match is not None and not match.namespace and match.url_name in BEFORE_SECOND_FACTOR:
            return None
        if second_factor.opens_desk(request.session, request.user):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"type": "second-factor-required", "title": _("请先在网页上完成第二步验证。"), "status": 403},
                status=403,
                content_type="application/problem+json",
            )
        _keep_input(request)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401)
        page = _page_of_the_form(request) if request.method == "POST" else request.get_full_path()
        return redirect_to_login(page, reverse("account_second_factor"))


def _last_shown(request: HttpRequest) -> float:
    """When this session last showed who it is (sign-in, password, code, passkey); 0 where it never did."""
    if SESSION_KEY not in request.session:
        return 0
    records = request.session.get("account_authentication_methods") or [{}]
    return float(records[-1].get("at", 0))


def _keep_input(request: HttpRequest) -> None:
    if request.method != "POST" or "csrfmiddlewaretoken" not in request.POST:
        return
    typed = {
        name: request.POST.getlist(name)
        for name in request.POST
        if name != "csrfmiddlewaretoken" and "password" not in name
    }
    if sum(len(text) for values in typed.values() for text in values) <= KEPT_INPUT_MAX_CHARACTERS:
        request.session[KEPT_INPUT] = {"path": request.path, "values": typed}


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
