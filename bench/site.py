"""A throwaway site: built, started, weighed, stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
KEPUYUE = Path(sys.executable).parent / "kepuyue"


def prepare(environment: dict[str, str]) -> None:
    """The edition and its demonstration content."""
    for command in (["edition", "load", "editions/shenzhen-2024"], ["seed"]):
        subprocess.run([KEPUYUE, *command], env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@dataclass
class Server:
    """A running `kepuyue serve`."""

    port: int
    process: psutil.Process
    started_in: float
    memory_at_rest: dict[str, float] = field(default_factory=dict)

    def memory(self) -> dict[str, float]:
        """Of all its processes: PSS counts what they share once, RSS each time."""
        family = [self.process, *self.process.children(recursive=True)]
        known = [process.memory_full_info() for process in family]
        return {
            "processes": len(family),
            "pss_mb": round(sum(memory.pss for memory in known) / 1e6, 1),
            "rss_mb": round(sum(memory.rss for memory in known) / 1e6, 1),
        }


@contextmanager
def running(environment: dict[str, str]) -> Iterator[Server]:
    """Start it, wait for its first answer, stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.perf_counter()
    started = subprocess.Popen(
        [KEPUYUE, "serve", "--port", str(port)], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        while not _answers(port):
            if started.poll() is not None:
                raise RuntimeError("the server ended before it answered")
            time.sleep(0.02)
        server = Server(port, psutil.Process(started.pid), time.perf_counter() - begun)
        time.sleep(2)
        server.memory_at_rest = server.memory()
        yield server
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGTERM)
            started.wait(30)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
