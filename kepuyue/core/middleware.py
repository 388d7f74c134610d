from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip

# Pages and forms need no others. A library's view may take more than its forms send: the framework's FormView
# answers PUT as if it were POST.
METHODS = ("GET", "HEAD", "POST", "OPTIONS")

REPLACEMENT = "%EF%BF%BD"  # U+FFFD

# What shrinks when it is compressed; pictures, PDF and XLSX are compressed in themselves
COMPRESSIBLE = ("text/", "application/json", "application/feed+json", "application/xml", "application/atom+xml",
                "application/javascript", "application/manifest+json", "image/svg+xml")  # fmt: skip


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether whoever asks takes compressed answers, as the framework's middleware reads it."""
    return bool(re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))


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
        if request.method not in METHODS:
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
