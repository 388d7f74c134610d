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
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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


@dataclass
class Note:
    """What became of one duty in this process since it was last written."""

    started_at: datetime
    seconds: float
    fault: str = ""
    fault_place: str = ""
    succeeded_at: datetime | None = None
    failures: int = 0
    "In a row, up to the latest run"

    def followed_by(self, later: "Note") -> "Note":
        """Both as one."""
        failures = later.failures if later.succeeded_at else self.failures + later.failures
        return replace(later, succeeded_at=later.succeeded_at or self.succeeded_at, failures=failures)

    def put_on(self, row: DutyRun) -> None:
        """Write it on what is known of the duty: another process, or the office, may have had it done since."""
        was_later = row.started_at is not None and self.started_at < row.started_at <= timezone.now()
        if self.succeeded_at:
            row.succeeded_at = max(self.succeeded_at, row.succeeded_at or self.succeeded_at)
        if was_later:
            return
        row.failures = self.failures if self.succeeded_at else row.failures + self.failures
        row.result = DutyRun.Result.FAILED if self.fault else DutyRun.Result.DONE
        row.started_at, row.seconds = self.started_at, self.seconds
        row.fault, row.fault_place = self.fault, self.fault_place


class Ledger:
    """The notes of one process."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:120]
        self._clock = clock
        self._notes: dict[str, Note] = {}
        self._written = float("-inf")
        self._is_urgent = False
        self._lock = threading.Lock()

    def run(self, duty: Duty) -> None:
        """Do a duty and note how it went; what it raises goes on."""
        moment, began = timezone.now(), self._clock()
        try:
            duty.do()
        except Exception as error:
            fault = type(error).__name__[:120]
            self._note(
                duty.name,
                Note(moment, self._since(began), fault, place_of(error.__traceback__), failures=1),
            )
            self._is_urgent = True
            raise
        self._note(duty.name, Note(moment, self._since(began), succeeded_at=timezone.now()))

    def _since(self, began: float) -> float:
        return round(self._clock() - began, 3)

    def _note(self, name: str, note: Note) -> None:
        with self._lock:
            former = self._notes.get(name)
            self._notes[name] = former.followed_by(note) if former else note

    def write(self, *, is_now: bool = False) -> bool:
        """Write what was noted, if it is time; a database that takes nothing is tried again the next time."""
        if not (is_now or self._is_urgent) and self._clock() - self._written < EVERY:
            return False
        try:
            self.write_runs()
            with transaction.atomic():
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
        """Write what became of the duties, and nothing of this process.

        What is written is forgotten here: kept, it would be written again over what others have done since.
        """
        with self._lock:
            notes, self._notes = self._notes, {}
        try:
            with transaction.atomic():
                known = DutyRun.objects.select_for_update().in_bulk(notes)
                rows = [known.get(name) or DutyRun(name=name) for name in notes]
                for row in rows:
                    notes[row.name].put_on(row)
                DutyRun.objects.bulk_create(
                    rows, update_conflicts=True, unique_fields=["name"], update_fields=FIELDS
                )
        except DatabaseError:
            with self._lock:
                for name, note in self._notes.items():
                    notes[name] = notes[name].followed_by(note) if name in notes else note
                self._notes = notes
            raise

    def close(self) -> None:
        """Say that this process is over."""
        self.write(is_now=True)
        try:
            WorkerBeat.objects.filter(name=self.name).delete()
        except DatabaseError as error:
            logger.warning("the end of this worker was not written (%s)", type(error).__name__)


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
