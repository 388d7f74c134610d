"""Two real instances, each with a database of its own, read over HTTP by a third."""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.conf import settings as house
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from kepuyue.activities.models import Activity, State
from kepuyue.federation.actions import reading, subscribing
from kepuyue.federation.models import Source
from tests.cast import Cast, assemble
from tests.factories import EditionFactory
from tests.programme.given import announce, published

# Outside a transaction: a database that is written to cannot be copied
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.same_everywhere]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Says nothing."""


class Instance:
    """An instance in a thread of its own, in which the database is its own file and the address its own name."""

    def __init__(self, name: str, address: str, file: Path) -> None:
        self.url, self.ip = f"http://{name}.example.org", address
        self.file = file
        self.work: Queue[tuple[Callable[[], Any], Future[Any]] | None] = Queue()
        self.server = make_server("127.0.0.1", 0, self._answer, handler_class=Quiet)
        self.server.timeout = 0.01
        self.port = self.server.server_port
        self.django = WSGIHandler()
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def do(self, act: Callable[[], Any]) -> Any:
        """Have something done there, with its own database."""
        done: Future[Any] = Future()
        self.work.put((act, done))
        return done.result(60)

    def end(self) -> None:
        self.work.put(None)
        self.thread.join(10)
        self.server.server_close()

    def _run(self) -> None:
        facts = connections.settings["default"] | {
            "NAME": str(self.file),
            "ENGINE": "django.db.backends.sqlite3",
        }
        connections["default"] = DatabaseWrapper(facts | {"OPTIONS": {}}, "default")
        while True:
            self.server.handle_request()
            try:
                wanted = self.work.get_nowait()
            except Empty:
                continue
            if wanted is None:
                connections["default"].close()
                return
            act, done = wanted
            try:
                done.set_result(act())
            except BaseException as error:  # the thread that waits raises it
                done.set_exception(error)

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        # Who asks waits for the answer: nobody else reads the setting meanwhile
        before, house.PUBLIC_URL = house.PUBLIC_URL, self.url
        try:
            return [b"".join(self.django(environ, start))]
        finally:
            house.PUBLIC_URL = before


@pytest.fixture
def instances(tmp_path: Path, settings: Any) -> Iterator[list[Instance]]:
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], "http://province.example.org"
    found = []
    connection.ensure_connection()
    for name, address in (("guangzhou", "93.184.216.34"), ("zhuhai", "93.184.216.35")):
        file = tmp_path / f"{name}.sqlite3"
        with sqlite3.connect(file) as copy:
            connection.connection.backup(copy)
        copy.close()
        found.append(Instance(name, address, file))
    yield found
    for one in found:
        one.end()


def test_a_province_follows_two_cities(instances: list[Instance], cast_later: Callable[[], Cast]) -> None:
    by_address = {one.ip: one.port for one in instances}
    hosts = {one.url.partition("://")[2]: one.ip for one in instances}
    door: dict[str, Any] = {
        "resolve": lambda host, port: [hosts[host]],
        "dial": lambda address, port, seconds: socket.create_connection(
            ("127.0.0.1", by_address[address]), timeout=seconds
        ),
    }
    guangzhou, zhuhai = instances
    guangzhou.do(
        lambda: [
            published(edition=EditionFactory(code="gz-2024", city="广州"), title=f"广州活动{n}")
            for n in range(3)
        ]
    )
    zhuhai.do(
        lambda: [
            published(edition=EditionFactory(code="zh-2024", city="珠海"), title=f"珠海活动{n}")
            for n in range(2)
        ]
    )
    cast = cast_later()

    for one in instances:
        subscribing.add(cast.edition, one.url, by=cast.office)
    assert reading.read_due(**door) == 2
    assert {(one.name, one.there) for one in Source.objects.all()} == {
        ("广州", "gz-2024"),
        ("珠海", "zh-2024"),
    }
    for source in Source.objects.all():
        subscribing.start(source, by=cast.office)
    assert reading.read_due(**door) == 2

    titles = {f"广州活动{n}" for n in range(3)} | {f"珠海活动{n}" for n in range(2)}
    assert set(Activity.objects.values_list("title", flat=True)) == titles

    def cancel() -> None:
        one = Activity.objects.get(title="广州活动0")
        one.state, one.cancel_reason = State.CANCELLED, "台风"
        one.save()
        announce(one)

    def take_down() -> None:
        one = Activity.objects.get(title="珠海活动1")
        one.state = State.TAKEN_DOWN
        one.save()
        announce(one)

    guangzhou.do(cancel)
    zhuhai.do(take_down)
    for source in Source.objects.all():
        subscribing.read_soon(source, by=cast.office)
    assert reading.read_due(**door) == 2

    assert set(Activity.objects.values_list("title", flat=True)) == titles - {"珠海活动1"}
    assert Activity.objects.get(title="广州活动0").cancel_reason == "台风"
    assert [one.fault for one in Source.objects.all()] == ["", ""]


@pytest.fixture
def cast_later() -> Callable[[], Cast]:
    """The cast is put together after the databases of the others were copied from this one, which was empty then."""
    return assemble
