"""Taking a whole import back: what nobody worked on since is as it was before, what somebody did stays and says why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.actions import drafting
from kepuyue.activities.models import Activity, State
from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.imports.models import CalendarItem, ImportBatch, ImportRow
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

REMOVE, RESTORE = "remove", "restore"


@dataclass(frozen=True)
class Step:
    """What would happen with one row: `act` is remove or restore, or "" where `why` keeps it as it is."""

    row: ImportRow
    act: str
    why: str = ""


def foreseen(batch: ImportBatch) -> list[Step]:
    """What undoing would do, the last row first; rows that changed nothing are not named."""
    rows = batch.rows.written().select_related("activity").order_by("-pk")
    return [_step(row, row.activity) for row in rows]


def _step(row: ImportRow, activity: Activity | None) -> Step:
    if activity is None:
        return Step(row, REMOVE)  # deleted by a person meanwhile: nothing is left to do
    if activity.version != row.version:
        return Step(row, "", _("导入以后有人改过或提交过，没有撤销。"))
    if row.state == ImportRow.State.CREATED:
        why = drafting.why_kept(activity)
        return Step(row, "" if why else REMOVE, why)
    if activity.state == State.ARCHIVED:
        return Step(row, "", _("这项活动已经存档，不再更改。"))
    return Step(row, RESTORE)


def begin(batch: ImportBatch, *, by: "User") -> bool:
    """Say that the import is being taken back (by a task that follows); False where it was said before."""
    check(by, "import.run", batch.organization)
    done = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.DONE)
    return done.update(state=ImportBatch.State.UNDOING) == 1


def undo(batch: ImportBatch, *, by: "User", progress: Callable[[], Any] | None = None) -> ImportBatch:
    """Take the import back, one small transaction a row; running it again goes on where it stopped.

    Raises `NotPossibleNow` where the file is not imported, or was taken back before.
    """
    check(by, "import.run", batch.organization)
    possible = (ImportBatch.State.DONE, ImportBatch.State.UNDOING)
    if not ImportBatch.objects.filter(pk=batch.pk, state__in=possible).update(
        state=ImportBatch.State.UNDOING
    ):
        raise NotPossibleNow(_("只有已经导入的表格可以撤销，而且只能撤销一次。"))
    for key in list(batch.rows.written().order_by("-pk").values_list("pk", flat=True)):
        _undo_row(key, by)
        if progress:
            progress()
    with transaction.atomic():
        batch.state, batch.undone_at = ImportBatch.State.UNDONE, now()
        batch.save(update_fields=["state", "undone_at"])
        outcome = {
            "undone": [0, batch.rows.filter(state=ImportRow.State.UNDONE).count()],
            "kept": [0, batch.rows.written().count()],
        }
        audit.record("import.undo", batch, by=by, changes=outcome, organization_path=batch.organization.path)
    return batch


def _undo_row(key: int, by: "User") -> None:
    try:
        with transaction.atomic():
            row = ImportRow.objects.select_for_update().get(pk=key)
            if row.state not in ImportRow.WRITTEN:
                return
            activity = (
                Activity.objects.select_for_update().filter(pk=row.activity_id).first()
                if row.activity_id
                else None
            )
            step = _step(row, activity)
            if step.why:
                raise NotPossibleNow(step.why)
            if activity is not None:
                if step.act == REMOVE:
                    # A subscribed calendar that names the same event offers it again
                    CalendarItem.objects.filter(activity=activity, state=CalendarItem.State.TAKEN).update(
                        state=CalendarItem.State.NEW, is_changed=False, vanished_at=None, is_kept=False
                    )
                    drafting.delete(activity, by=by)
                else:
                    drafting.change(activity, row.before, by=by)
            ImportRow.objects.filter(pk=key).update(state=ImportRow.State.UNDONE, why="")
    except (ValidationError, PermissionDenied) as error:
        why = wording.clauses(error.messages) if isinstance(error, ValidationError) else str(error)
        ImportRow.objects.filter(pk=key).update(why=why[:300])
