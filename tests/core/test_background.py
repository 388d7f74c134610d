"""The server and the worker: what starts, what is done in between, and that all of it stops."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from kepuyue.core.duties import Duty, all_duties, in_lines
from kepuyue.core.ledger import Ledger
from kepuyue.core.management.commands import worker
from kepuyue.core.models import DutyRun
from kepuyue.messaging.actions import outbox

KEPUYUE = Path(sys.executable).parent / "kepuyue"
PATIENCE = 60  # seconds, on a machine that does other things too


def test_sending_mail_is_a_duty() -> None:
    assert "kepuyue.messaging.tasks.deliver" in {duty.name for duty in all_duties()}


@pytest.mark.django_db
def test_worker_once_sends_what_is_due(mailoutbox: list[Any]) -> None:
    outbox.post(kind="unit.decided", to="a@example.org", subject="一", body="二", key=None)

    call_command("worker", "--once")

    assert [mail.subject for mail in mailoutbox] == ["一"]


@pytest.mark.django_db
def test_failing_duty_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping, done = threading.Event(), []

    def fail() -> None:
        raise OperationalError("the database is away")

    def work() -> None:
        done.append("work")
        stopping.set()

    duties = [Duty("fail", fail, timedelta(seconds=1)), Duty("work", work, timedelta(seconds=1))]
    monkeypatch.setattr(worker, "connections", _NoConnections())
    # An earlier test may have left one open, which this test may not touch
    monkeypatch.setattr(worker, "close_old_connections", list)

    ledger = Ledger()
    worker._see_to_duties(duties, stopping, ledger)

    assert done == ["work"]
    assert dict(DutyRun.objects.values_list("name", "result")) == {"fail": "failed", "work": "done"}


def test_what_waits_for_others_stands_in_no_line_of_the_house() -> None:
    lines = {one.line: {duty.name.rpartition(".")[2] for duty in line} for line in in_lines() for one in line}

    assert {"expire_offers", "seal_the_trail", "put_back_what_died"} <= lines[""]
    assert lines["mail"] == {"deliver", "read_mailbox"}
    assert [lines[name] for name in ("webhooks", "sources", "calendars", "links")] == [
        {"deliver_events"}, {"read_sources"}, {"refresh_calendars"}, {"check_links"}
    ]  # fmt: skip
    assert lines["typesetting"] == {"make_pdfs", "study_letters"}


class _NoConnections:
    def all(self, initialized_only: bool = False) -> list[Any]:
        return []

    def close_all(self) -> None:
        pass


def test_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    class Away:
        def run(self) -> None:
            raise OperationalError("no answer")

    monkeypatch.setattr(worker, "PAUSE_AFTER_TROUBLE", 0)
    monkeypatch.setattr(worker, "connections", _NoConnections())

    worker._drain(Away())  # type: ignore[arg-type]

    assert "did not answer" in caplog.text


def test_taken_port_is_named_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=rf"{port}.*PORT={port + 1} make run"):
            call_command("serve", "--port", str(port))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database is made already: how long that takes is nothing that these tests ask."""
    folder = tmp_path_factory.mktemp("data")
    subprocess.run(
        [KEPUYUE, "migrate", "--verbosity", "0"],
        env=of_its_own(folder),
        cwd=settings.PROJECT_ROOT,
        check=True,
    )
    return folder


def of_its_own(folder: Path) -> dict[str, str]:
    """The environment of a program that keeps its data there."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "KEPUYUE_DEMO"}}
    return kept | {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "kepuyue.settings"}


@pytest.fixture
def served(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A real `kepuyue serve` in a group of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [KEPUYUE, "serve", "--port", str(port), "--workers", "2"],
            env=of_its_own(data), cwd=settings.PROJECT_ROOT, start_new_session=True, stdout=log, stderr=log,
        )  # fmt: skip
    yield process, f"http://127.0.0.1:{port}/healthz"
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_group_told_to_stop_leaves_nothing_behind(
    served: tuple[subprocess.Popen[bytes], str], word: signal.Signals
) -> None:
    process, address = served
    _wait_until(lambda: _answers(address) or process.poll() is not None)
    assert process.poll() is None, "it did not start"

    os.killpg(process.pid, word)

    assert process.wait(PATIENCE) == 0
    _wait_until(lambda: not _lives(process.pid))


ASKED = "POST /api/v1/sessions/1/bookings HTTP/1.1\r\nHost: localhost\r\n"
HIDDEN = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LENGTH = f"Content-Length: {len(HIDDEN)}\r\n"
NO_LENGTH = "Content-Length: 0\r\n"
# Heads on whose end two servers may not agree (RFC 9112 6.3 and 11.2), and what stands before the hidden request
AMBIGUOUS = {
    "two lengths": (NO_LENGTH + LENGTH, ""),
    "length and chunks": (
        f"Content-Length: {len(HIDDEN) + 5}\r\nTransfer-Encoding: chunked\r\n",
        "0\r\n\r\n",
    ),
    "a list of lengths": (f"Content-Length: 0, {len(HIDDEN)}\r\n", ""),
    "a length with a sign": (f"Content-Length: +{len(HIDDEN)}\r\n", ""),
    "a length below nothing": ("Content-Length: -1\r\n", ""),
    "a length of another base": ("Content-Length: 0x0\r\n", ""),
    "a length with NUL": ("Content-Length: 0\0\r\n", ""),
    "a name with a space": (LENGTH.replace(":", " :"), ""),
    "a folded line": (f"X: a\r\n {LENGTH}", ""),
    "a bare return": (f"X: a\r{LENGTH}", ""),
    "an unknown coding": ("Transfer-Encoding: xchunked\r\n" + NO_LENGTH, ""),
    "a coding behind a control": ("Transfer-Encoding:\x0bchunked\r\n" + NO_LENGTH, ""),
    "chunks and another coding": ("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
    "chunks and then another": ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
    "a chunk below nothing": ("Transfer-Encoding: chunked\r\n", "-1\r\n\r\n"),
    "a chunk with a sign": ("Transfer-Encoding: chunked\r\n", "+0\r\n\r\n"),
    "a chunk of another length": ("Transfer-Encoding: chunked\r\n", "5;\nxx\r\n0\r\n\r\n"),
}


def test_what_hides_behind_an_ambiguous_message_is_never_answered(
    served: tuple[subprocess.Popen[bytes], str],
) -> None:
    process, address = served
    _wait_until(lambda: _answers(address) or process.poll() is not None)
    port = int(address.split(":")[2].partition("/")[0])

    # The control: two plain messages on one connection are two, so that a hidden one would be seen
    assert _told(port, f"{ASKED}{NO_LENGTH}\r\n{HIDDEN}") == [401, 200]
    told = {
        name: _told(port, f"{ASKED}{head}\r\n{before}{HIDDEN}") for name, (head, before) in AMBIGUOUS.items()
    }
    # Without a token 401 where the body is not read; then the connection is over too
    assert {name: codes for name, codes in told.items() if codes not in ([400], [401])} == {}


def _told(port: int, raw: str) -> list[int]:
    """The codes of all answers on one connection, until the server closes it or says no more."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(raw.encode("latin-1"))
        said = b""
        while len(codes := re.findall(rb"HTTP/1\.[01] (\d+)", said)) < 2:
            try:
                part = line.recv(65_536)
            except ConnectionResetError:
                break
            if not part:
                break
            said += part
    return [int(code) for code in codes]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until(condition: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.1)
