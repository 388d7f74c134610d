from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kepuyue.core.time import shifted
from kepuyue.demo import stages


class DemoClockMiddleware:
    """Moves the clock for one request: to where the visitor jumped, else to the demonstration's own day."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        jumped = stages.read_cookie(request.COOKIES.get(stages.COOKIE, ""))
        request.demo_stage, shift = jumped or (stages.standing(), stages.default_shift())  # type: ignore[attr-defined]
        with shifted(shift):
            return self.get_response(request)
