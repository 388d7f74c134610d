"""Reads about the running system: duties, queues, health. Nothing here names a person."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.models import DBTaskResult

from kepuyue.core import ledger
from kepuyue.core.duties import Duty, all_duties
from kepuyue.core.models import DutyRun
from kepuyue.messaging.models import Message
from kepuyue.operation.faults import in_words
from kepuyue.operation.labels import LABELS

FEW_BYTES = 500_000_000
"A disk with less is warned of; it lasts for about an hour of a busy morning"
NO_BYTES = 50_000_000
"A disk with less takes no more work"


@dataclass(frozen=True)
class Job:
    """A duty with what became of it."""

    duty: Duty
    run: DutyRun

    @property
    def next_at(self) -> datetime | None:
        """When it is due again, if a worker runs."""
        if self.run.started_at is None:
            return None
        return self.run.started_at + timedelta(seconds=self.run.seconds) + self.duty.every

    @property
    def is_late(self) -> bool:
        """Whether it should have run again long ago: no worker runs, or it hangs."""
        patience = max(self.duty.every, ledger.SILENT)
        return self.next_at is None or timezone.now() > self.next_at + patience

    @property
    def label(self) -> str:
        """What it does, in the reader's language."""
        return str(LABELS.get(self.duty.name, self.duty.name))

    @property
    def fault_in_words(self) -> str:
        """What went wrong and what to do; "" where nothing did."""
        return in_words(self.run.fault) if self.run.fault else ""


def jobs() -> list[Job]:
    """Every duty, those that failed first."""
    runs = DutyRun.objects.in_bulk()
    found = [Job(duty, runs.get(duty.name) or DutyRun(name=duty.name)) for duty in all_duties()]
    return sorted(found, key=lambda one: (one.run.result != DutyRun.Result.FAILED, one.duty.name))


def task_counts() -> dict[str, int]:
    """How many background tasks are in each state."""
    return dict(DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk")))


def oldest_task() -> float:
    """For how many seconds the longest of the tasks that are ready has waited; 0: none waits."""
    first = DBTaskResult.objects.ready().aggregate(first=Min("enqueued_at"))["first"]
    return _age(first)


def failed_tasks() -> list[DBTaskResult]:
    """The newest tasks that failed."""
    return list(DBTaskResult.objects.failed().order_by("-finished_at")[:10])


def outbox_counts() -> dict[str, int]:
    """How many messages are in each state."""
    return dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))


def oldest_message() -> float:
    """For how many seconds the longest of the messages that are due has waited; 0: none is due."""
    due = Message.objects.filter(state=Message.State.WAITING, due_at__lte=timezone.now())
    return _age(due.aggregate(first=Min("due_at"))["first"])


def _age(moment: datetime | None) -> float:
    # A clock that was set back makes nothing younger than now
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


@dataclass(frozen=True)
class Disk:
    """The disk that database and media lie on."""

    total: int
    "bytes"
    free: int
    "bytes"

    @property
    def share(self) -> float:
        """What is used, from 0 to 1."""
        return 1 - self.free / self.total if self.total else 1.0


def disk() -> Disk:
    """That of DATA_DIR."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return Disk(usage.total, usage.free)


def database_bytes() -> int:
    """The size of the database."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return sum(path.stat().st_size for path in map(Path, (name, f"{name}-wal")) if path.exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Check:
    """One thing that readiness looks at: `state` is ok, warning or failed, `says` why in a few words for machines."""

    name: str
    state: str
    says: str = ""


def readiness() -> list[Check]:
    """Whether this process can serve: what failed keeps it from that, a warning is somebody's work."""
    asked: list[tuple[str, Callable[[], tuple[str, str]]]] = [
        ("database", _database),
        ("migrations", _migrations),
        ("cache", _cache),
        ("disk", _disk),
        ("worker", _worker),
    ]
    found = []
    for name, ask in asked:
        try:
            state, says = ask()
        except (
            Exception
        ) as error:  # whatever it is, this cannot be relied on, and the others are asked all the same
            state, says = "failed", type(error).__name__
        found.append(Check(name, state, says))
    return found


def _database() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool")
            return ("failed", "read-only") if cursor.fetchone()[0] else ("ok", "")
    # No lock is taken to find out: that would wait behind whoever writes
    file = Path(str(connection.settings_dict["NAME"]))
    is_writable = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    return ("ok", "") if is_writable else ("failed", "read-only")


_migrated = False


def _migrations() -> tuple[str, str]:
    # Once they are all there they stay; asking for each request would read every file of them
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "failed", f"{len(plan)} pending"
        _migrated = True
    return "ok", ""


def _cache() -> tuple[str, str]:
    key, value = f"ready:{get_random_string(12)}", get_random_string(12)
    cache.set(key, value, 10)
    is_kept = cache.get(key) == value
    cache.delete(key)
    # Nothing in it is more than a saving: without it all is made anew
    return ("ok", "") if is_kept else ("warning", "forgets")


def _disk() -> tuple[str, str]:
    free = disk().free
    state = "failed" if free < NO_BYTES else "warning" if free < FEW_BYTES else "ok"
    return state, "" if state == "ok" else f"{free // 1_000_000} MB free"


def _worker() -> tuple[str, str]:
    # A web host without workers goes on serving: pages and bookings do not need one
    return ("ok", "") if ledger.workers() else ("warning", "none seen")


def as_data(job: Job) -> dict[str, Any]:
    """A job for machines."""
    run = job.run
    return {
        "name": job.duty.name,
        "every_seconds": job.duty.every.total_seconds(),
        "result": run.result,
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "succeeded_at": run.succeeded_at.isoformat() if run.succeeded_at else None,
        "seconds": run.seconds,
        "failures": run.failures,
        "fault": run.fault,
        "fault_place": run.fault_place,
        "next_at": job.next_at.isoformat() if job.next_at else None,
        "is_late": job.is_late,
    }
