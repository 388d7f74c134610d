from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kepuyue.editions.queries import current_edition


class EditionMiddleware:
    """Puts the current edition on the request and shows times in its zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        edition = current_edition()
        request.edition = edition  # type: ignore[attr-defined]
        if edition is None:
            return self.get_response(request)
        with timezone.override(edition.zone):
            return self.get_response(request)
