"""The web application as the server loads it: the raw route of a rush, and Django for everything else.

The two addresses of the booking contract are answered in the event loop, without a thread or a template for each
request; a request waits there for its batch at no cost. They say just what the interface says (`bookings.door`).
"""

import asyncio
import logging
import os
import re
import string
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, partial
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.db import Error
from django.utils.translation.trans_real import parse_accept_lang_header

from kepuyue.wsgi import application as django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")

from kepuyue.accounts.network import client_address_of as client_address
from kepuyue.bookings import door
from kepuyue.bookings.admission import PATIENCE, NotYet, enqueue
from kepuyue.bookings.door import Reply
from kepuyue.core import logs, requests
from kepuyue.core.database import is_away
from kepuyue.core.time import shifted

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ASCII = string.printable
ROUTE = re.compile(r"/api/v1/sessions/(\d{1,18})/(admission|bookings)")
# As the framework's middleware says it of pages
_SCOPE = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
_HSTS = (b"strict-transport-security", f"max-age={settings.SECURE_HSTS_SECONDS}{_SCOPE}".encode())
HSTS = [_HSTS] if settings.SECURE_HSTS_SECONDS else []
_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sessions")
_learning: dict[int, "asyncio.Future[None]"] = {}


def make(threads: int) -> Application:
    """The application with so many threads for Django's pages; made in the process that serves it."""
    pages = WSGIMiddleware(django, workers=threads)  # type: ignore[arg-type]

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        route = ROUTE.fullmatch(scope["path"]) if scope["method"] == "POST" else None
        if route is not None:
            await _booking(int(route[1]), route[2], scope, receive, send)
            return
        # What of a query is no ASCII is a browser's fault; the bridge would fall over it
        query = quote(scope["query_string"], safe=ASCII)
        headers = [*_joined(scope["headers"]).items()]

        async def received() -> dict[str, Any]:
            # The bridge takes a coroutine and nothing else that can be awaited, which is what the server gives
            return await receive()

        cleaned = {**scope, "query_string": query.encode(), "headers": headers}
        await pages(cleaned, received, send)  # type: ignore[arg-type]

    return application


async def _booking(session: int, what: str, scope: Scope, receive: Receive, send: Send) -> None:
    headers = _joined(scope["headers"])
    language = _language(headers.get(b"accept-language", b"").decode("latin-1"))
    began = time.perf_counter()
    with _demonstration(headers):
        reply = await _answer(session, what, scope, headers, language, receive)
    await _send(reply, send, logs.identifier_of(headers.get(b"x-request-id", b"").decode("latin-1")))
    requests.observe(f"booking:{what}", "POST", reply.status, time.perf_counter() - began)


async def _answer(
    session: int, what: str, scope: Scope, headers: dict[bytes, bytes], language: str, receive: Receive
) -> Reply:
    body = await _body(receive)
    try:
        if what == "admission":
            if refused := door.held_off(_address(scope, headers), language):
                return refused
            await _learn(session)
            return door.admit(session, language=language, answer=door.answer_in(body))
        if not door.is_known(session):
            # The token is of another process: how many adults a class needs is a rule of the session's edition
            await _learn(session)
    except Error as error:
        if is_away(error):
            return door.not_yet(language)
        raise
    asked = door.request_of(
        session,
        authorization=headers.get(b"authorization", b"").decode("latin-1"),
        key=headers.get(b"idempotency-key", b"").decode("latin-1"),
        body=body,
        language=language,
    )
    if isinstance(asked, Reply):
        return asked
    loop = asyncio.get_running_loop()
    told: asyncio.Future[Any] = loop.create_future()

    def tell(result: Any) -> None:
        # The client may have gone meanwhile
        if not told.done():
            told.set_result(result)

    try:
        answer = enqueue(asked, tell, loop)
        result: Any = answer or await asyncio.wait_for(told, PATIENCE)
    except (NotYet, TimeoutError):
        return door.not_yet(language)
    return door.not_yet(language) if isinstance(result, NotYet) else door.reply(result, language)


async def _learn(session: int) -> None:
    """Let the door know the session's hours: who comes first waits for them, later ones go by those of a moment ago."""
    if door.is_fresh(session):
        return
    if session not in _learning:
        loop = asyncio.get_running_loop()
        _learning[session] = loop.run_in_executor(_reader, door.learn, session)
        _learning[session].add_done_callback(partial(_learnt, session))
    if not door.is_known(session):
        await asyncio.shield(_learning[session])


def _learnt(session: int, done: "asyncio.Future[None]") -> None:
    _learning.pop(session, None)
    if not done.cancelled() and (error := done.exception()) is not None:
        # Who waits for it is told; for others what was known a moment ago holds on
        logger.warning("session %s could not be read: %s", session, type(error).__name__)


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Each header once: what came in parts is one list (RFC 9110 5.3), of cookies one line (RFC 9113 8.2.3). Names
    with an underscore would be taken for others by what follows, and are left out.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if b"_" not in name:
            between = b"; " if name == b"cookie" else b", "
            found[name] = found[name] + between + value if name in found else value
    return found


@lru_cache(maxsize=1_000)
def _language(accepted: str) -> str:
    """Chinese, unless English is asked for before it."""
    for code, _quality in parse_accept_lang_header(accepted.lower()[:500]):
        if code.startswith("zh"):
            break
        if code.startswith("en"):
            return "en"
    return "zh-hans"


async def _body(receive: Receive) -> bytes:
    """The body, as far as it is looked at: of a longer one a little more than is allowed."""
    parts, length = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        if length <= door.MOST_BYTES:
            parts.append(part)
            length += len(part)
        if not message.get("more_body") or message["type"] != "http.request":
            return b"".join(parts)[: door.MOST_BYTES + 1]


def _address(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """The client's address as the outermost of our own proxies saw it (see `accounts.network.client_address`)."""
    peer = (scope.get("client") or ("",))[0]
    return client_address(headers.get(b"x-forwarded-for", b"").decode("latin-1"), peer)


def _demonstration(headers: dict[bytes, bytes]) -> AbstractContextManager[None]:
    """In a demonstration the clock stands where the visitor put it."""
    if not settings.DEMO:
        return nullcontext()
    from kepuyue.demo import stages

    cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    kept = cookies.get(stages.COOKIE)
    jumped = stages.read_cookie(kept.value) if kept else None
    return shifted(jumped[1] if jumped else stages.default_shift())


async def _send(reply: Reply, send: Send, identifier: str) -> None:
    content = reply.content
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"cross-origin-resource-policy", b"same-origin"),
        *HSTS,
        (b"x-request-id", identifier.encode()),
        *((name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
