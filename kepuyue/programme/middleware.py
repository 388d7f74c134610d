"""Public pages that are the same for everybody are kept for a moment, so that a rush is answered from memory."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from kepuyue.core.middleware import CompressionMiddleware
from kepuyue.core.time import now

# Cookies of a visitor who is nobody in particular: what they choose to see, and the one that guards forms
HOW_SHOWN = (
    settings.LANGUAGE_COOKIE_NAME, settings.COOKIE_PREFIX + "theme", settings.COOKIE_PREFIX + "print", "demo_clock",
)  # fmt: skip
HARMLESS = {*HOW_SHOWN, settings.CSRF_COOKIE_NAME}
# What else of a request changes a page
HEADERS = (
    "HTTP_HOST",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_HX_REQUEST",
    "HTTP_HX_HISTORY_RESTORE_REQUEST",
    "HTTP_HX_TARGET",
)
LONGEST_QUERY = 500
# A transaction that ends after so many others that began later shows when the page's time is over, not at once
LATE = 200
BOOKING_PAGE = re.compile(r"/sessions/\d{1,18}/booking/")


class KeptPagesMiddleware:
    """Answers a visitor without a session from memory where the page was made a moment ago and nothing changed since.

    Every change of lasting value writes an audit row in its transaction, so the newest rows tell whether anything did:
    one short query an answer. Bookings are left out, or thousands a minute would end every page; how many seats are
    left may be as old as a kept page is, while that none or some are is noted for the programme and shows at once.
    Pages tell the time by the minute, and none is kept into the next one; nor longer than `KEPT_PAGES_SECONDS`, which
    bounds whatever no row tells of. Only plain pages of `public_page` are kept (they
    carry `is_for_all`), never one that sets a cookie or holds the token of a form. They are kept as
    they are sent: those who take compressed pages share one that was compressed once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.compression = CompressionMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.KEPT_PAGES_SECONDS or not _is_anybody(request):
            return self.get_response(request)
        key = _key(request)
        if kept := cache.get(key):
            answer = _restored(kept)
            # A browser that has just this page is told so
            return get_conditional_response(request, etag=answer.get("ETag"), response=answer) or answer
        response = self.get_response(request)
        if _is_for_all(response):
            self.compression.process_response(request, response)
            cache.set(key, _stored(response), settings.KEPT_PAGES_SECONDS)
        return response


class BookingPagesMiddleware:
    """Keeps the pages on which sessions are booked in the memory of the process, so that thousands who wait for an
    opening and reload cost next to nothing: no query, no template.

    The view says for how long (`kept_for`: seconds, never beyond the opening). The page is the same for all who are
    nobody in particular; what is typed into it is sent to where nothing is kept.
    """

    MOST = 500

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.compression = CompressionMiddleware(get_response)
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not BOOKING_PAGE.fullmatch(request.path_info) or not _is_anybody(request):
            return self.get_response(request)
        key = repr(_facts(request))
        until, kept = self._kept.get(key, (0.0, None))
        if time.monotonic() < until:
            return _restored(kept)
        response = self.get_response(request)
        seconds = getattr(response, "kept_for", 0)
        if seconds and response.status_code == 200 and not response.cookies:
            self.compression.process_response(request, response)
            # Several threads do this at once: what one takes away another may still look for
            self._kept.pop(key, None)
            self._kept[key] = (time.monotonic() + seconds, _stored(response))
            while len(self._kept) > self.MOST:
                self._kept.popitem(last=False)
        return response


def _is_anybody(request: HttpRequest) -> bool:
    return (
        request.method == "GET"
        and "HTTP_AUTHORIZATION" not in request.META
        and HARMLESS.issuperset(request.COOKIES)
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
    )


def _facts(request: HttpRequest) -> tuple[Any, ...]:
    """All of a request that changes a page."""
    return (
        request.scheme, request.path_info, request.META.get("QUERY_STRING", ""),
        [request.META.get(name, "") for name in HEADERS], [request.COOKIES.get(name, "") for name in HOW_SHOWN],
        "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""),
    )  # fmt: skip


def _key(request: HttpRequest) -> str:
    facts = (*_facts(request), f"{now():%F %R}", _newest_change())
    return f"page:{sha256(repr(facts).encode()).hexdigest()}"


def _newest_change() -> tuple[Any, ...]:
    """Grows with every change that is committed, in whatever order: a transaction that took its number first may end
    last, and then the greatest number stays as it was while the sum of the newest ones grows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT SUM(id) FROM (SELECT id FROM core_auditevent WHERE NOT is_quiet "  # noqa: S608
            f"ORDER BY id DESC LIMIT {LATE}) AS events), (SELECT SUM(id) FROM (SELECT id FROM "
            f"programme_cataloguechange ORDER BY id DESC LIMIT {LATE}) AS changes)"
        )
        return tuple(cursor.fetchone())


def _is_for_all(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and getattr(response, "is_for_all", False)
        and not response.streaming
        and not response.cookies
        and "no-store" not in response.get("Cache-Control", "")
    )


def _stored(response: HttpResponse) -> tuple[bytes, dict[str, str], dict[str, Any]]:
    # What the page asks of the Content-Security-Policy hangs on the answer until the outermost layer writes the header
    policy = {name: value for name, value in vars(response).items() if name.startswith("_csp")}
    return response.content, dict(response.headers), policy


def _restored(kept: tuple[bytes, dict[str, str], dict[str, Any]]) -> HttpResponse:
    content, headers, policy = kept
    response = HttpResponse(content, headers=headers)
    vars(response).update(policy)
    return response
