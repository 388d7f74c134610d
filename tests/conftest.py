"""What every test may lean on: no outside world, a clock that stands where a test puts it, a language, the cast."""

import gc
import importlib
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from kepuyue.core import time as house_time
from tests import cast as casting
from tests import turns

# Playwright's own loop runs in the thread of the test, where Django would forbid database work
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SHENZHEN = ZoneInfo("Asia/Shanghai")
THIS_MACHINE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "")


@pytest.fixture(autouse=True, scope="session")
def no_outside_world() -> Iterator[None]:
    """Tests speak to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in THIS_MACHINE:
            raise AssertionError(f"a test spoke to the outside world: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, which PostgreSQL drops only when nobody is connected: threads of servers that a test started
    keep their connection for as long as they live."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Nothing that one test cached is seen by the next."""
    cache.clear()
    yield


class Clock:
    """The clock that rules go by, moved for one test: `clock.set(datetime(2024, 9, 14, 10))`."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def set(self, moment: datetime) -> datetime:
        """Let it be this moment (Shenzhen time where no zone is given); time goes on from there."""
        moment = moment if moment.tzinfo else moment.replace(tzinfo=SHENZHEN)
        self._stack.enter_context(house_time.shifted(moment - timezone.now()))
        return moment


@pytest.fixture
def clock(settings: Any) -> Iterator[Clock]:
    """A clock to set. It holds for the test's own thread: not for a live server's requests.

    The demonstration's own clock would move it again for each request, and is out of the way here.
    """
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "DemoClock" not in name]
    with ExitStack() as stack:
        yield Clock(stack)


@pytest.fixture
def in_the_month(clock: Clock) -> datetime:
    """Saturday 14 September 2024, 10:00: the month of the edition that the factories build."""
    return clock.set(datetime(2024, 9, 14, 10))


@pytest.fixture(autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Chinese; `@pytest.mark.parametrize("language", ["zh-hans", "en"], indirect=True)` runs in both.

    It holds for calls; a request through `client` says its language by `headers={"accept-language": …}`.
    """
    code: str = getattr(request, "param", "zh-hans")
    with translation.override(code):
        yield code


@pytest.fixture
def cast(db: None) -> casting.Cast:
    """The people of every access test; see `tests.cast`."""
    return casting.assemble()


@pytest.fixture
def sign_in(client: Client) -> Any:
    """`sign_in(user)` gives the test client, signed in as that person; None signs out."""

    def enter(user: Any) -> Client:
        client.logout()
        if user is not None:
            casting.come_in(client, user)
        return client

    return enter


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long` runs the long matrices whole; without it they are sampled."""
    parser.addoption("--long", action="store_true", help="the long matrices whole")


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def takes_turns(request: pytest.FixtureRequest) -> bool:
    """Whether a test that is a matrix by itself may leave some of it to the next commits."""
    return not is_whole(request.config)


def pytest_configure() -> None:
    """The processes that work for this one take the same turn."""
    turns.turn()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests are known by their folder; in the gate some tests have their cases taken in turns."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
        listed = any(f"/{place}" in str(item.path) for place in turns.SAME_EVERYWHERE)
        if listed or not turns.needs_database(item):
            item.add_marker(pytest.mark.same_everywhere)
    if is_whole(config):
        return
    waiting = turns.waiting([item.nodeid for item in items])
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in waiting])
    items[:] = [item for item in items if item.nodeid not in waiting]


def pytest_collection_finish() -> None:
    """What is loaded by now stays for the whole run: looking through it for garbage again and again took a tenth of it.

    The addresses are among it: read first by a test that sets the demonstration aside, they would lack its own.
    """
    importlib.import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def is_whole(config: pytest.Config) -> bool:
    """Whether nothing waits for its turn: in a long run, and where single tests are asked for by name."""
    named = bool(config.option.keyword) or any("::" in str(part) for part in config.args)
    return bool(config.getoption("--long")) or named


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Which database a run was on, and what it left for others, belongs in its protocol."""
    from django.db import connection  # the settings are read by now

    # The server's version would need a connection, which no test has asked for yet
    share = "whole" if is_whole(config) else f"in turns ({turns.NAME}={turns.turn()} repeats this one)"
    return [f"database: {connection.vendor}", f"long matrices: {share}"]
