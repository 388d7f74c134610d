"""The application as the server loads it."""

import asyncio
from typing import Any

import pytest

from kepuyue import asgi
from tests import loops


@pytest.mark.django_db(transaction=True)
def test_form_arrives_though_the_server_hands_on_no_coroutine() -> None:
    body = b"language=en&next=/healthz"
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        def receive() -> Any:
            # As the server does: something to be awaited
            given = asyncio.get_running_loop().create_future()
            given.set_result({"type": "http.request", "body": body, "more_body": False})
            return given

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"host", b"localhost"),
                   (b"content-length", str(len(body)).encode())]  # fmt: skip
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
                 "path": "/language/", "raw_path": b"/language/", "query_string": b"", "headers": headers,
                 "server": ("localhost", 8000), "client": ("127.0.0.1", 1), "root_path": ""}  # fmt: skip
        await asgi.make(1)(scope, receive, send)

    loops.run(ask())

    assert (sent[0]["status"], dict(sent[0]["headers"])[b"location"]) == (302, b"/healthz")
