"""Seats for other machines: a place in the queue, then the booking. The rules are those of `bookings.door`.

A started server answers these two by its raw route (`kepuyue.asgi`), which says just the same.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from ninja import Schema
from ninja.openapi.schema import REF_TEMPLATE

from kepuyue.accounts.network import client_address
from kepuyue.api.interface import api
from kepuyue.api.problems import Problem
from kepuyue.bookings import door
from kepuyue.bookings.admission import NotYet, book
from kepuyue.bookings.door import Reply, Wanted

TELLING: dict[Any, Any] = {
    401: Problem,
    404: Problem,
    409: Problem,
    422: Problem,
    428: Problem,
    429: Problem,
    503: Problem,
}

# Bodies and headers are read by `door`, for the raw route as for this one; this tells of them
ASKED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Wanted.model_json_schema(ref_template=REF_TEMPLATE)}},
    },
    "parameters": [
        {
            "in": "header",
            "name": name,
            "required": True,
            "schema": {"type": "string", "maxLength": door.LONGEST_KEY},
        }
        for name in ("Authorization", "Idempotency-Key")
    ],
}


class QueuePlace(Schema):
    """A place in the queue of a session."""

    token: str
    "For `Authorization: Bearer`; whoever loses the connection keeps it, and with it the place"
    server_time: str
    "ISO 8601, UTC: count down by this clock and not by your own"
    opens_at: str
    turn_at: str
    "Not before this moment"
    expires_at: str
    wait_seconds: float
    position: int
    "About how many come before"
    availability: str
    "`open`, or `sold-out` as of a second ago"


class Booked(Schema):
    """A booking that stands: it was written before this was sent."""

    code: str
    status: str
    "`confirmed`, `waitlisted`, or `entered` where seats are drawn by lot"
    position: int | None = None
    "Number on the waiting list, or of the entry"


@api.post(
    "/sessions/{session}/admission", response={200: QueuePlace, **TELLING}, summary="Join the queue of a session",
    url_name="admission",
)  # fmt: skip
@csrf_exempt
def admission(request: HttpRequest, session: int) -> HttpResponse:
    """A token for one session. Limits on networks stand here; before booking opens the queue is open already.

    Where the operator asks for a proof of work, the first answer is 428 with `challenge` (ALTCHA, as the `altcha-lib`
    package solves it); the same request with {"challenge": "solution"} gets the token.
    """
    if refused := door.held_off(client_address(request), _language()):
        return _written(refused)
    _learn(session)
    return _written(door.admit(session, language=_language(), answer=door.answer_in(request.body)))


@api.post(
    "/sessions/{session}/bookings", response={201: Booked, **TELLING}, summary="Book seats", url_name="bookings",
    openapi_extra=ASKED,
)  # fmt: skip
@csrf_exempt
def bookings(request: HttpRequest, session: int) -> HttpResponse:
    """Seats for one person, with the token of `admission`. The same Idempotency-Key gets the same answer.

    A 201 is durable before it is sent. 409 has the types already-booked, sold-out, closed, day-is-full and
    blocked (with `until`).
    """
    language = _language()
    if not door.is_known(session):
        _learn(session)
    asked = door.request_of(
        session,
        authorization=request.headers.get("Authorization", ""),
        key=request.headers.get("Idempotency-Key", ""),
        body=request.body,
        language=language,
    )
    if isinstance(asked, Reply):
        return _written(asked)
    try:
        return _written(door.reply(book(asked), language))
    except NotYet:
        return _written(door.not_yet(language))


def _learn(session: int) -> None:
    # No key of a database is longer, and SQLite would not read it
    if session.bit_length() < 64:
        door.learn(session)


def _language() -> str:
    return "en" if translation.get_language().startswith("en") else "zh-hans"


def _written(reply: Reply) -> HttpResponse:
    answer = HttpResponse(reply.content, status=reply.status, content_type=reply.content_type)
    for name, value in (("Cache-Control", "no-store"), *reply.headers):
        answer[name] = value
    return answer
