import logging
import time
from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth import SESSION_KEY
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip

from kepuyue.core import logs, requests

# Pages and forms need no others. A library's view may take more than its forms send: the framework's FormView
# answers PUT as if it were POST.
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
# Each of its addresses refuses what it does not take itself, and names what it takes
INTERFACE = "/api/v1/"

# What a page may ask the browser for: the door its camera, "near me" the place, sign-in a passkey, a player the whole
# screen; nothing else
ABILITIES = ", ".join(
    [
        *(f"{name}=(self)" for name in (
            "camera", "geolocation", "publickey-credentials-create", "publickey-credentials-get",
        )),
        *(f"{name}=()" for name in (
            "accelerometer", "browsing-topics", "display-capture", "gyroscope",
            "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
            "window-management", "xr-spatial-tracking",
        )),
    ]
)  # fmt: skip
# A file from somebody, should a browser open it as a page after all: it runs nothing, loads nothing and is of no origin
FILE_POLICY = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
# Browsers show a PDF by a program of their own, which a sandbox forbids; ours are made here and hold no script
SHOWN_BY_A_PROGRAM = "application/pdf"

REPLACEMENT = "%EF%BF%BD"  # U+FFFD

# What shrinks when it is compressed; pictures, PDF and XLSX are compressed in themselves
COMPRESSIBLE = ("text/", "application/json", "application/feed+json", "application/xml", "application/atom+xml",
                "application/javascript", "application/manifest+json", "image/svg+xml")  # fmt: skip


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether whoever asks takes compressed answers, as the framework's middleware reads it."""
    return bool(re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))


logger = logging.getLogger("kepuyue.requests")
ID_HEADER = "X-Request-ID"


class RequestMiddleware:
    """Gives each request a number that its answer, its error page and its lines in the log carry, and measures it.

    The number of a proxy is taken over where there is one of ours; anybody else's is not. It stands first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identifier = logs.identifier_of(request.headers.get(ID_HEADER, ""))
        began = time.perf_counter()
        with logs.within(request, identifier):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            route = logs.route_of(request)
            logger.info(
                "request",
                extra={
                    "route": route, "method": request.method, "status": response.status_code,
                    "ms": round(seconds * 1_000),
                },
            )  # fmt: skip
        requests.observe(route, request.method or "-", response.status_code, seconds)
        response[ID_HEADER] = identifier
        return response


class CompressionMiddleware(GZipMiddleware):
    """Sends text compressed (gzip) to whoever takes it, so that a phone receives a small page behind any proxy.

    The framework's own, which adds up to 100 bytes by chance against guessing a secret from the length (BREACH); only
    for text, and not for what is sent as it is made. Static files are compressed beforehand and never come here.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith(COMPRESSIBLE):
            return response
        answer: HttpResponseBase = super().process_response(request, response)
        return answer


class KnownMethodsMiddleware:
    """Refuses every verb that no page of ours uses, before any view is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS and not request.path_info.startswith(INTERFACE):
            return HttpResponseNotAllowed(METHODS)
        return self.get_response(request)


class GoneForNowMiddleware:
    """Lets no browser keep a 410: without a word about it they do for good, and what was taken down may come back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.GONE:
            response["Cache-Control"] = "no-store"
        return response


class WritableQueryMiddleware:
    """Puts the replacement sign for U+0000 in a query: it is no text, and PostgreSQL takes it nowhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or "\0" in query:
            # Before anybody reads request.GET, which is parsed once
            request.META["QUERY_STRING"] = query.replace("%00", REPLACEMENT).replace("\0", REPLACEMENT)
        return self.get_response(request)


class BrowserPolicyMiddleware:
    """Tells browsers what answers may do and who may have them (docs/security.md, "What browsers are told").

    Stands inside the Content-Security-Policy's middleware, which leaves alone what is set already.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        was_signed_in = getattr(request, "signed_out", False)
        if self._is_signed_in(request) or was_signed_in:
            # No shared cache keeps what is one person's, and a browser asks again before it shows it
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if was_signed_in:
            # Also what "back" would show without asking
            response.headers["Clear-Site-Data"] = '"cache"'
        response.headers.setdefault("Permissions-Policy", ABILITIES)
        is_for_others = "Access-Control-Allow-Origin" in response or "public" in response.get(
            "Cache-Control", ""
        )
        response.headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if is_for_others else "same-origin"
        )
        if isinstance(response, FileResponse) and response.get("Content-Type") != SHOWN_BY_A_PROGRAM:
            response.headers.setdefault("Content-Security-Policy", FILE_POLICY)
        return response

    def _is_signed_in(self, request: HttpRequest) -> bool:
        # The session was read on the way in (StayMiddleware); a page from memory never came so far
        session = getattr(request, "session", None)
        return session is not None and SESSION_KEY in session
