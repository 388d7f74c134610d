"""A shared cache that is away."""

import socket
import time
from typing import Any

import pytest
from django.core.cache import caches
from redis.connection import AbstractConnection

from kepuyue.core.caches import PAUSE
from tests.test_settings import started


@pytest.fixture
def away(settings: Any, tmp_path: Any) -> Any:
    """The cache as the settings make it of an address where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = started(tmp_path, REDIS_URL=f"redis://:secret@127.0.0.1:{port}/0")["CACHES"]
    settings.CACHES = {**settings.CACHES, "shared": made["default"]}
    return caches["shared"]


def test_the_site_goes_on_without_it_and_asks_once_in_a_while(
    away: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    connect = AbstractConnection.connect

    def counted(self: Any) -> None:
        tried.append("connect")
        connect(self)

    monkeypatch.setattr(AbstractConnection, "connect", counted)

    found = [
        away.get("a"),
        away.get("a", "nothing"),
        away.set("a", 1),
        away.add("b", 1),
        away.get_many(["a"]),
    ]
    first = len(tried)

    assert found == [None, "nothing", None, None, {}]
    assert first == 1, "each question waited for the cache"

    later = time.monotonic() + PAUSE + 1
    monkeypatch.setattr("kepuyue.core.caches.time.monotonic", lambda: later)
    away.get("a")
    assert len(tried) == 2
