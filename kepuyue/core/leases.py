"""Queued work whose worker died (its host lost power, its database went away meanwhile) is done by another.

A worker that has a task in hand renews a lease on it while it works: until when it is believed to be alive stands in
the row's `run_after`, which means nothing else for a task that runs. Once that has passed, the task is put back; tasks
are safe to run twice. One that was begun in vain several times is given up, or it would take every worker down with it.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult, get_date_max

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
RENEWED_EVERY = timedelta(seconds=10)
MOST_BEGINNINGS = 3


class WorkerDied(Exception):
    """The task was begun several times, and each time its worker died or lost the database."""


class Runner(Worker):
    """The library's runner of tasks, which knows what it has in hand."""

    in_hand: DBTaskResult | None = None

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Run one task."""
        self.in_hand = db_task_result
        try:
            super().run_task(db_task_result)
        finally:
            self.in_hand = None


def renew(runner: Runner) -> None:
    """Say that the worker is alive, where it has a task in hand; called beside it, by another thread."""
    if (task := runner.in_hand) is not None:
        DBTaskResult.objects.running().filter(pk=task.pk).update(run_after=timezone.now() + LEASE)


def put_back() -> int:
    """Put tasks back whose lease ran out; returns how many. Safe in several processes at once."""
    moment = timezone.now()
    # Never renewed: its worker died within seconds of the beginning
    died = Q(run_after__lt=moment) | Q(run_after=get_date_max())
    found = DBTaskResult.objects.running().filter(died, started_at__lt=moment - LEASE)
    number = 0
    with transaction.atomic():
        for task in found.select_for_update(skip_locked=True):
            number += 1
            logger.warning("the worker of task %s (%s) is gone", task.pk, task.task_path)
            if len(task.worker_ids) >= MOST_BEGINNINGS:
                task.set_failed(WorkerDied(f"begun {len(task.worker_ids)} times"))
                continue
            DBTaskResult.objects.filter(pk=task.pk).update(status="READY", run_after=moment)
    return number
