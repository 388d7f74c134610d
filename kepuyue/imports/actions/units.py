"""Units from a spreadsheet: read, look at, make one by one. Running it again makes and writes nothing twice."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.imports import reader, unit_rows
from kepuyue.imports.models import UnitBatch, UnitRow
from kepuyue.organizations import naming, queries
from kepuyue.organizations.actions import invitations, units
from kepuyue.organizations.models import District, Organization
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = UnitRow.State
# What is gone through when one presses the button: what was refused may be possible now
OPEN = (State.WAITING, State.REFUSED)


@transaction.atomic
def stage(data: bytes, *, file_name: str, superior: Organization, by: "User") -> UnitBatch:
    """Keep every row with what is doubtful in it; nothing else is written. Raises `reader.Unreadable`, `NoTable`."""
    check(by, "unit.create", superior)
    entries = unit_rows.find(reader.read(data), dict(District.objects.values_list("name", "code")))
    batch = UnitBatch.objects.create(organization=superior, by=by, file_name=file_name[-200:])
    rows = [_staged(batch, entry) for entry in entries]
    known = queries.units_named(row.values.get("name", "") for row in rows)
    holders = {unit.credit_code: unit for unit in Organization.objects.filter(
        credit_code__in=[row.values.get("credit_code") for row in rows if row.values.get("credit_code")])}  # fmt: skip
    names = queries.names_among(Organization.objects.active())
    for row in rows:
        _compare(row, known, holders, names)
    UnitRow.objects.bulk_create(rows, batch_size=500)
    audit.record("import.units.stage", batch, by=by, organization_path=superior.path)
    return batch


def _staged(batch: UnitBatch, entry: unit_rows.UnitEntry) -> UnitRow:
    problems = [vars(problem) for problem in entry.problems]
    row = UnitRow(batch=batch, sheet=entry.sheet, number=entry.number, values=entry.values, problems=problems)
    if entry.skipped:
        row.state, row.why = State.SKIPPED, entry.skipped
    elif faults := [problem.why for problem in entry.problems if problem.severity == unit_rows.ERROR]:
        row.state, row.why = State.REFUSED, wording.clauses(faults)[:300]
    return row


def _compare(
    row: UnitRow,
    known: dict[str, Organization],
    holders: dict[str, Organization],
    names: list[tuple[int, str]],
) -> None:
    """Say what is known already, and what looks like it."""
    if row.state != State.WAITING:
        return
    name, code = row.values["name"], row.values["credit_code"]
    if unit := known.get(name):
        row.state, row.organization = State.KNOWN, unit
        return
    if code and (holder := holders.get(code)):
        row.state = State.REFUSED
        row.why = _("信用代码已由“%(unit)s”登记。") % {"unit": holder.name}
        return
    found = [one for one in queries.near_confirmed(name, known=names) if one.score >= naming.NEARLY_SAME]
    row.near = [
        {"code": one.organization.code, "name": one.organization.name, "why": one.why} for one in found
    ]
    if found:
        row.state = State.HELD


def begin(batch: UnitBatch, *, by: "User", distinct: list[int]) -> int:
    """Take the rows of `distinct` for units of their own although they look like others; returns how many wait."""
    check(by, "unit.create", batch.organization)
    batch.rows.filter(pk__in=distinct, state=State.HELD).update(state=State.WAITING)
    UnitBatch.objects.filter(pk=batch.pk).update(state=UnitBatch.State.COMMITTING)
    return batch.rows.filter(state__in=OPEN).count()


def commit(batch: UnitBatch, *, by: "User") -> UnitBatch:
    """Make a unit for every open row and invite its first person; each row in a transaction of its own."""
    check(by, "unit.create", batch.organization)
    for key in list(batch.rows.filter(state__in=OPEN).values_list("pk", flat=True)):
        _commit_row(key, batch, by)
    with transaction.atomic():
        batch.state, batch.finished_at = UnitBatch.State.DONE, now()
        batch.save(update_fields=["state", "finished_at"])
        counts: dict[str, list[Any]] = {}
        for state in batch.rows.values_list("state", flat=True):
            counts.setdefault(state, [None, 0])[1] += 1
        audit.record(
            "import.units.commit", batch, by=by, changes=counts, organization_path=batch.organization.path
        )
    return batch


def _commit_row(key: int, batch: UnitBatch, by: "User") -> None:
    try:
        with transaction.atomic():
            row = UnitRow.objects.select_for_update().get(pk=key)
            if row.state not in OPEN or any(
                problem["severity"] == unit_rows.ERROR for problem in row.problems
            ):
                return
            _make(row, batch, by)
            row.why = ""
            row.save(update_fields=["state", "why", "organization", "is_invited"])
    except (ValidationError, PermissionDenied) as error:
        why = wording.clauses(error.messages) if isinstance(error, ValidationError) else str(error)
        UnitRow.objects.filter(pk=key).update(state=State.REFUSED, why=why[:300])


def _make(row: UnitRow, batch: UnitBatch, by: "User") -> None:
    values = row.values
    if unit := queries.units_named([values["name"]]).get(values["name"]):
        # Another file, or a colleague, was quicker: nothing is made and nobody is written to twice
        row.state, row.organization = State.KNOWN, unit
        return
    facts = {
        "name": values["name"],
        "type": values["type"],
        "district": District.objects.filter(code=values["district"]).first() or batch.organization.district,
        "parent": batch.organization,
        "credit_code": values["credit_code"],
        "address": values["address"],
    }
    if not values["credit_code"]:
        facts |= _no_code(values["name"])
    from_sheet = invitations.create_and_invite if values["email"] else _create_only
    row.organization, _link = from_sheet(unit=facts, by=by, email=values["email"], name=values["person"])
    row.state, row.is_invited = State.CREATED, bool(values["email"])


def _create_only(*, unit: dict[str, Any], by: "User", email: str, name: str) -> tuple[Organization, str]:
    return units.create(unit=unit, by=by), ""


def _no_code(name: str) -> dict[str, str]:
    """Why there is no code, as far as the name tells it."""
    if any(word in name for word in ("社区", "工作站", "党群", "街道")):
        return {"no_code_reason": Organization.NoCode.WORKSTATION}
    return {"no_code_reason": Organization.NoCode.OTHER, "no_code_note": _("用表格新建时没有填")}
