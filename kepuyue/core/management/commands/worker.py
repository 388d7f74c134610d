"""`kepuyue worker`: the background process. It runs queued tasks, and beside them the rooms' duties."""

import logging
import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connections
from django.utils.crypto import get_random_string

from kepuyue.core import leases
from kepuyue.core.duties import Duty, all_duties, in_lines
from kepuyue.core.ledger import Ledger

logger = logging.getLogger(__name__)

LOOK_AGAIN = 1.0  # seconds between two looks at an empty queue
PAUSE_AFTER_TROUBLE = 5.0


class Command(BaseCommand):
    help = "Send mail that is due and run queued work, until it is told to stop (SIGTERM or Ctrl-C)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then stop")
        parser.add_argument(
            "--stop-with", type=int, metavar="PID", help="stop when this process, which started us, is gone"
        )

    def handle(self, *, once: bool, stop_with: int | None, **_options: Any) -> None:
        if once:
            ledger = Ledger()
            for duty in all_duties():
                ledger.run(duty)
            _drain(_task_runner())
            ledger.close()
            return
        stopping, ledger = threading.Event(), Ledger()
        runner = _task_runner()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            # The task in hand is finished; the next one is left for the next start
            stopping.set()
            runner.running = False

        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, stop)
        renewing = Duty("lease", lambda: leases.renew(runner), leases.RENEWED_EVERY)
        threads = [
            *(
                threading.Thread(target=_see_to_duties, args=(line, stopping, ledger), name="duties")
                for line in in_lines()
            ),
            # For itself: a duty that takes long would let the lease of a task run out
            threading.Thread(target=_see_to_duties, args=([renewing], stopping, ledger), name="lease"),
        ]
        for thread in threads:
            thread.start()
        while not stopping.is_set():
            _drain(runner)
            if stop_with is not None and os.getppid() != stop_with:
                stopping.set()
            # Here too: a duty may take long
            ledger.write()
            # Not `stopping.wait`: the signal arrives in this thread, and setting what it waits on could hang it
            time.sleep(LOOK_AGAIN)
        for thread in threads:
            thread.join()
        ledger.close()


def _task_runner() -> leases.Runner:
    return leases.Runner(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
    )


def _drain(runner: leases.Runner) -> None:
    """Run all tasks that are ready. A database that is away is waited for."""
    try:
        runner.run()
    except DatabaseError as error:
        logger.warning("the database did not answer (%s); trying again in %s s", error, PAUSE_AFTER_TROUBLE)
        _forget_connection()
        time.sleep(PAUSE_AFTER_TROUBLE)


def _see_to_duties(duties: list[Duty], stopping: threading.Event, ledger: Ledger) -> None:
    due = dict.fromkeys(duties, 0.0)
    while not stopping.is_set():
        for duty, moment in due.items():
            if stopping.is_set() or time.monotonic() < moment:
                continue
            try:
                ledger.run(duty)
                pause = duty.every.total_seconds()
            except DatabaseError as error:
                logger.warning("%s waits for the database (%s)", duty.name, str(error).partition("\n")[0])
                _forget_connection()
                pause = PAUSE_AFTER_TROUBLE
            except Exception:  # whatever one duty meets, the others and the next time go on
                logger.exception("%s failed", duty.name)
                _forget_connection()
                pause = max(duty.every.total_seconds(), PAUSE_AFTER_TROUBLE)
            due[duty] = time.monotonic() + pause
        ledger.write()
        close_old_connections()
        stopping.wait(LOOK_AGAIN)
    connections.close_all()


def _forget_connection() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()
