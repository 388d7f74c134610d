"""Queued work whose worker died."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from kepuyue.core import leases
from kepuyue.core.management.commands import worker

pytestmark = pytest.mark.django_db(transaction=True)
done: list[str] = []


@task()
def note(what: str) -> None:
    done.append(what)


def begun(*, ago: timedelta, leased_for: timedelta | None = None, times: int = 1) -> DBTaskResult:
    """A task that a worker took up so long ago."""
    row = DBTaskResult.objects.get(pk=note.enqueue("the work").id)
    for number in range(times):
        row.claim(f"worker{number}")
    row.started_at = timezone.now() - ago
    if leased_for is not None:
        row.run_after = timezone.now() + leased_for
    row.save()
    return row


@pytest.mark.parametrize("leased_for", [None, timedelta(seconds=-1)])
def test_work_of_a_worker_that_died_is_done_by_another(leased_for: timedelta | None) -> None:
    row = begun(ago=leases.LEASE + timedelta(seconds=1), leased_for=leased_for)
    done.clear()

    assert leases.put_back() == 1
    call_command("worker", "--once")

    row.refresh_from_db()
    assert (done, row.status) == (["the work"], "SUCCESSFUL")
    assert leases.put_back() == 0


def test_work_in_hand_is_left_to_its_worker_however_long_it_takes() -> None:
    begun(ago=timedelta(hours=1), leased_for=timedelta(seconds=5))
    begun(ago=timedelta(seconds=1))

    assert leases.put_back() == 0


def test_worker_renews_the_lease_of_what_it_has_in_hand() -> None:
    runner = worker._task_runner()
    row = begun(ago=timedelta(hours=1))

    leases.renew(runner)
    assert leases.put_back() == 1

    row.claim("again")
    runner.in_hand = row
    leases.renew(runner)
    DBTaskResult.objects.filter(pk=row.pk).update(started_at=timezone.now() - timedelta(hours=1))
    assert leases.put_back() == 0


def test_runner_has_in_hand_what_it_runs_and_nothing_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = worker._task_runner()
    seen = []
    monkeypatch.setattr(leases.Worker, "run_task", lambda self, row: seen.append(self.in_hand))
    row = begun(ago=timedelta())

    runner.run_task(row)

    assert (seen, runner.in_hand) == ([row], None)


def test_work_that_takes_its_workers_down_is_given_up() -> None:
    row = begun(ago=timedelta(hours=1), times=leases.MOST_BEGINNINGS)

    assert leases.put_back() == 1

    row.refresh_from_db()
    assert (row.status, row.exception_class_path) == ("FAILED", "kepuyue.core.leases.WorkerDied")
