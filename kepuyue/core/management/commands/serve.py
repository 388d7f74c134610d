"""`kepuyue serve`: the web server and the background worker as one group of processes.

On larger installations they run apart: `kepuyue serve --no-worker` on some machines, `kepuyue worker` on others.
"""

import ctypes
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPException
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

PATIENCE = 15  # seconds that requests and the task in hand get to finish when all is stopped
MOST_FAILURES = 5  # in a minute, before the server gives up
WORKER_NAME = "kepuyue-worker"
COMM = Path("/proc/self/comm")  # where Linux keeps a process's short name
WAITING = 16_384  # connections that a web process holds, and as many that wait to be taken
M_ARENA_MAX = -8  # as malloc.h says it


class Command(BaseCommand):
    help = "Serve the site and do the background work, until Ctrl-C or SIGTERM."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument(
            "--port", type=int, default=int(os.environ.get("PORT") or 8000), help="default: PORT, or 8000"
        )
        parser.add_argument("--workers", type=int, default=settings.WEB_WORKERS, help="web processes")
        parser.add_argument("--threads", type=int, default=settings.WEB_THREADS, help="in each web process")
        parser.add_argument("--no-worker", action="store_true", help="only the web server")

    def handle(self, *, host: str, port: int, workers: int, threads: int, no_worker: bool, **_o: Any) -> None:
        _check_port(host, port)
        if not os.environ.get("PUBLIC_URL"):
            # Examples, mails and what other cities are told name the address that this server really has
            settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
        _share_one_arena()
        # What the web processes share is loaded once, before they are forked off
        import_string(settings.ASGI_MAKER)
        reverse("core:health")
        connections.close_all()
        # What is there now stays shared: the collector of a web process does not touch it
        gc.collect()
        gc.freeze()
        self.server = _server(host, port, workers)
        # Ctrl-C reaches both at once: a worker that ends while the server is stopping is not started again
        worker = None if no_worker else BackgroundWorker(is_over=lambda: self.server.interrupt_signal)
        threading.Thread(target=self._announce, args=(host, port), daemon=True).start()
        try:
            self._serve(host, port, workers, threads)
        finally:
            if worker is not None:
                worker.stop()

    def _serve(self, host: str, port: int, workers: int, threads: int) -> None:
        """Serve until told to stop. Where a web process fails twice within seconds the server gives up (Granian 2.8);
        a morning of booking is worth beginning anew, but not for ever.
        """
        failed: list[float] = []
        while True:
            try:
                self.server.serve(target_loader=partial(_load_in_web_process, threads), wrap_loader=False)
                return
            except SystemExit:
                # Where the whole group is told to stop, a web process may end before the server has told it to, and
                # counts as failed there; without such a word a failure is one
                if self.server.interrupt_signal:
                    return
                moment = time.monotonic()
                failed = [*(one for one in failed if moment - one < 60), moment]
                if len(failed) > MOST_FAILURES:
                    raise
                self.server = _server(host, port, workers)

    def _announce(self, host: str, port: int) -> None:
        """Say where the site is once it answers."""
        for _attempt in range(300):
            if _answers(host, port):
                address = f"http://{host}:{port}/"
                self.stdout.write(_("网站已经可以访问：%(address)s（按 Ctrl-C 停止）") % {"address": address})
                self.stdout.flush()
                return
            time.sleep(0.1)


def _share_one_arena() -> None:
    """Let all threads of this process and of those forked off it take memory from one place.

    glibc gives up to eight times as many arenas as there are processors, and each keeps what its threads gave back
    (mallopt(3), M_ARENA_MAX): with thousands of connections that is a third more. Other C libraries have none.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


def _server(host: str, port: int, workers: int) -> Any:
    return Granian(
        "kepuyue.asgi:make",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        # In a rush thousands wait for their batch at the same time, each at little cost
        backlog=WAITING,
        backpressure=WAITING,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
        log_level=LogLevels.error,
    )


def _load_in_web_process(threads: int) -> Any:
    """The application, in a process that hears the word to stop once, and stops when its parent is gone.

    Ctrl-C and supervisors tell the whole group, and then Granian tells its processes again. Granian's own
    handling of two signals at once can lose both (2.8: the process then hangs until it is killed).
    """
    words = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, words)

    parent = os.getppid()

    def listen() -> None:
        while signal.sigtimedwait({signal.SIGTERM}, 1) is None and os.getppid() == parent:
            pass
        # The event loop hears of a signal by what the system's handler writes; calling its Python handler does nothing
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    threading.Thread(target=listen, name="stop", daemon=True).start()
    return import_string(settings.ASGI_MAKER)(threads)


class BackgroundWorker:
    """What `kepuyue worker` does, in a process forked off like the web processes, so that it shares with them what is
    loaded; started again when it ends by itself, stopped with the server.
    """

    def __init__(self, *, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over
        self._stopping = threading.Event()
        self._process = self._start()
        self._watch = threading.Thread(target=self._keep_running, daemon=True)
        self._watch.start()

    def _start(self) -> ForkProcess:
        process = get_context("fork").Process(target=_work, args=(os.getpid(),), name=WORKER_NAME)
        process.start()
        return process

    def _keep_running(self) -> None:
        while True:
            self._process.join()
            if self._stopping.wait(2) or self._is_over():
                return
            self._process = self._start()

    def stop(self) -> None:
        """Let it finish the task in hand, but not for ever."""
        self._stopping.set()
        self._process.terminate()
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()


def _work(parent: int) -> None:
    # So that `ps` and `top` tell it from the web processes
    if COMM.exists():
        COMM.write_text(WORKER_NAME)
    call_command("worker", stop_with=parent)


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                _("%(host)s 的端口 %(port)s 用不了（%(why)s）。换一个端口：PORT=%(other)s make run")
                % {"host": host, "port": port, "why": error.strerror, "other": port + 1}
            ) from None


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(settings.PUBLIC_URL).netloc})
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
