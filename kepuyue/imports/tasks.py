from datetime import timedelta

from django_tasks import task

from kepuyue.accounts.models import User
from kepuyue.core.duties import duty
from kepuyue.imports.actions import committing, refreshing, taking, undoing, units
from kepuyue.imports.models import CalendarSubscription, ImportBatch, UnitBatch


@task()
def commit_batch(batch_id: int, user_id: int) -> None:
    """Import the waiting rows of a batch; safe to run twice."""
    committing.commit(ImportBatch.objects.get(pk=batch_id), by=User.objects.get(pk=user_id))


@task()
def undo_batch(batch_id: int, user_id: int) -> None:
    """Take an import back; safe to run twice."""
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.state != ImportBatch.State.UNDONE:
        undoing.undo(batch, by=User.objects.get(pk=user_id))


@task()
def commit_units(batch_id: int, user_id: int) -> None:
    """Make the units of a file; safe to run twice."""
    units.commit(UnitBatch.objects.get(pk=batch_id), by=User.objects.get(pk=user_id))


@task()
def take_events(calendar_id: int, user_id: int) -> None:
    """Make drafts of the chosen events of a calendar; safe to run twice."""
    calendar = CalendarSubscription.objects.filter(pk=calendar_id).first()
    if calendar is not None:
        taking.take(calendar, by=User.objects.get(pk=user_id))


@duty(every=timedelta(seconds=10), line="calendars")
def refresh_calendars() -> None:
    """Read the subscribed calendars that are due: new ones at once, known ones every few hours."""
    refreshing.refresh_due()
