"""From a batch to activities, one small transaction a row. Running it again goes on where it stopped."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting, publication
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, State
from kepuyue.activities.queries import working_content
from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.editions.actions import archiving
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition
from kepuyue.imports.calendar_content import origin_of
from kepuyue.imports.models import ImportBatch, ImportRow
from kepuyue.imports.queries import counts, last_import_of
from kepuyue.organizations.models import District
from kepuyue.organizations.permissions import check
from kepuyue.publicity.actions import key_activities

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def begin(batch: ImportBatch, *, by: "User") -> bool:
    """Say that the batch is being imported (by a task that follows); False where it was said before."""
    check(by, "import.run", batch.organization)
    waiting = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.STAGED)
    return waiting.update(state=ImportBatch.State.COMMITTING) == 1


def commit(batch: ImportBatch, *, by: "User", progress: Callable[[], Any] | None = None) -> ImportBatch:
    """Make or change an activity for every waiting row; `progress` is called after each."""
    check(by, "import.run", batch.organization)
    open_ones = (ImportBatch.State.STAGED, ImportBatch.State.COMMITTING)
    if not ImportBatch.objects.filter(pk=batch.pk, state__in=open_ones).update(
        state=ImportBatch.State.COMMITTING
    ):
        return batch
    for key in list(batch.rows.waiting().values_list("pk", flat=True)):
        _commit_row(key, batch, by)
        if progress:
            progress()
    with transaction.atomic():
        batch.state, batch.finished_at = ImportBatch.State.DONE, now()
        batch.save(update_fields=["state", "finished_at"])
        outcome = {state: [0, count] for state, count in counts(batch).items()}
        audit.record(
            "import.commit", batch, by=by, changes=outcome, organization_path=batch.organization.path
        )
    return batch


def _commit_row(key: int, batch: ImportBatch, by: "User") -> None:
    try:
        with transaction.atomic():
            row = ImportRow.objects.select_for_update().get(pk=key)
            if row.state != ImportRow.State.WAITING:
                return
            row.state = _write(row, batch, by)
            row.version = row.activity.version if row.activity else None
            row.save(update_fields=["state", "activity", "version", "before"])
    except (ValidationError, PermissionDenied) as error:
        why = wording.clauses(error.messages) if isinstance(error, ValidationError) else str(error)
        ImportRow.objects.filter(pk=key).update(state=ImportRow.State.REFUSED, why=why[:300])


def _write(row: ImportRow, batch: ImportBatch, by: "User") -> str:
    edition = batch.edition or _archive_of(row.archive_year, by)
    known = Activity.objects.filter(
        edition=edition, organization=batch.organization, outside_key=row.outside_key
    ).first()
    if known is None:
        content = {name: value for name, value in row.content.items() if name != "is_key"}
        row.activity = drafting.create(
            edition=edition,
            organization=batch.organization,
            by=by,
            content=_with_venues(content, row.raw),
            origin=origin_of(row.outside_key),
            outside_key=row.outside_key,
        )
        if edition.is_archive:
            row.activity = publication.archive(row.activity, by=by)
        elif row.content.get("is_key"):
            row.activity = key_activities.state(row.activity, is_put_forward=True, by=by)
        return ImportRow.State.CREATED
    row.activity = known
    before = last_import_of(known.pk, row)
    changes = _changes(before.content if before else {}, row.stated)
    if not changes:
        return ImportRow.State.UNCHANGED
    changes = _with_venues(
        changes, row.raw, district=row.content.get("district", ""), city=row.content.get("city", "")
    )
    if "sessions" in changes:
        changes["sessions"] = _aligned(changes["sessions"], contents.of(known)["sessions"])
    if known.state == State.ARCHIVED:
        raise ValidationError(_("这项活动已经存档，不再更改。"))
    present = working_content(known)
    is_key = changes.pop("is_key", None)
    changed = drafting.change(known, changes, by=by) if changes else known
    if is_key is not None:
        changed = key_activities.state(changed, is_put_forward=is_key, by=by)
        changes |= {"is_key": is_key}
    row.activity = changed
    if changed.version == known.version:
        return ImportRow.State.UNCHANGED
    row.before = {field: present[field] for field in changes}
    return ImportRow.State.CHANGED


def _changes(before: Content, after: Content) -> Content:
    """What the file says otherwise than last time; what people changed here since stays as it is."""
    return {field: value for field, value in after.items() if field not in before or before[field] != value}


def _with_venues(content: Content, raw: dict[str, str], *, district: str = "", city: str = "") -> Content:
    """The content with its venues as records, so that the row's address is kept with them."""
    place = District.objects.filter(code=content.get("district", district)).first()
    sessions = []
    for session in content.get("sessions", ()):
        rest = {key: value for key, value in session.items() if key != "venue_name"}
        if name := session.get("venue_name"):
            venue = drafting.venue_named(
                name, city=content.get("city", city), district=place, address=raw.get("address", "")
            )
            rest["venue"] = venue.pk
        sessions.append(rest)
    return content | ({"sessions": sessions} if "sessions" in content else {})


def _aligned(new: list[Content], present: list[Content]) -> list[Content]:
    """Sessions at the same time keep their record, so that what hangs on it stays."""
    by_start = {session["starts_at"]: session["id"] for session in present}
    return [session | {"id": by_start.pop(session["starts_at"], None)} for session in new]


def _archive_of(year: int | None, by: "User") -> Edition:
    home = current_edition()
    if home is None:
        raise ValidationError(_("还没有载入任何一届，不知道存档属于哪个城市。"))
    return archiving.archive(year, like=home, by=by)
