"""What became of the duties, kept for the office and for monitoring.

A worker notes each run in memory and writes all of them together: many duties run every few seconds, and a row for
each time would be most of what an embedded database writes. A fault is written at once.
"""

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from kepuyue.core.duties import Duty
from kepuyue.core.models import DutyRun, WorkerBeat

logger = logging.getLogger(__name__)

EVERY = 15.0  # seconds between two writings
SILENT = timedelta(seconds=90)  # a worker that was not seen for so long is gone
FORGOTTEN = timedelta(days=1)
FIELDS = ("result", "started_at", "seconds", "succeeded_at", "failures", "fault", "fault_place")


class Ledger:
    """The notes of one process."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:120]
        self._clock = clock
        self._notes: dict[str, DutyRun] = {}
        self._written = float("-inf")
        self._is_urgent = False
        self._lock = threading.Lock()

    def run(self, duty: Duty) -> None:
        """Do a duty and note how it went; what it raises goes on."""
        moment, began = timezone.now(), self._clock()
        try:
            duty.do()
        except Exception as error:
            self._note(duty, moment, self._clock() - began, error)
            raise
        self._note(duty, moment, self._clock() - began, None)

    def _note(self, duty: Duty, moment: object, seconds: float, error: Exception | None) -> None:
        with self._lock:
            row = self._notes.get(duty.name) or _known(duty.name)
            row.started_at, row.seconds = moment, round(seconds, 3)  # type: ignore[assignment]
            if error is None:
                row.result, row.failures, row.fault, row.fault_place = DutyRun.Result.DONE, 0, "", ""
                row.succeeded_at = timezone.now()
            else:
                row.result, row.failures = DutyRun.Result.FAILED, row.failures + 1
                row.fault, row.fault_place = type(error).__name__[:120], place_of(error.__traceback__)
                self._is_urgent = True
            self._notes[duty.name] = row

    def write(self, *, is_now: bool = False) -> bool:
        """Write what was noted, if it is time; a database that takes nothing is tried again the next time."""
        if not (is_now or self._is_urgent) and self._clock() - self._written < EVERY:
            return False
        try:
            with transaction.atomic():
                self.write_runs()
                WorkerBeat.objects.bulk_create(
                    [WorkerBeat(name=self.name)], update_conflicts=True, unique_fields=["name"],
                    update_fields=["seen_at"],
                )  # fmt: skip
                WorkerBeat.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN).delete()
        except DatabaseError as error:
            logger.warning("what the duties did was not written (%s)", type(error).__name__)
            return False
        self._written, self._is_urgent = self._clock(), False
        return True

    def write_runs(self) -> None:
        """Write what became of the duties, and nothing of this process."""
        with self._lock:
            rows = list(self._notes.values())
        DutyRun.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=FIELDS)

    def close(self) -> None:
        """Say that this process is over."""
        self.write(is_now=True)
        try:
            WorkerBeat.objects.filter(name=self.name).delete()
        except DatabaseError as error:
            logger.warning("the end of this worker was not written (%s)", type(error).__name__)


def _known(name: str) -> DutyRun:
    try:
        return DutyRun.objects.filter(name=name).first() or DutyRun(name=name)
    except DatabaseError:
        return DutyRun(name=name)


def place_of(trace: TracebackType | None) -> str:
    """The innermost line of this program that a fault went through, as path:line; "" where there is none."""
    own = Path(settings.PROJECT_ROOT) / "kepuyue"
    for frame in reversed(traceback.extract_tb(trace)):
        path = Path(frame.filename)
        if path.is_relative_to(own):
            return f"{path.relative_to(own.parent)}:{frame.lineno}"[:200]
    return ""


def workers() -> list[WorkerBeat]:
    """The workers that run."""
    return list(WorkerBeat.objects.filter(seen_at__gte=timezone.now() - SILENT))
