"""Whether the code of before can go on while a migration is applied: what an upgrade without a pause rests on.

Hosts are upgraded one after the other, so for a while the new tables are read and written by the old code. What adds
(a table, a column that may be empty or that the database fills) leaves the old code alone; what takes away, renames or
demands does not, and comes one release later, when no code needs what it takes away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# A migration of data says by this that it was read and that the code of before can live with it
DECLARATION = "lets_the_code_of_before_run"

# A type that takes whatever the other took
WIDER = {("CharField", "TextField"), ("IntegerField", "BigIntegerField"), ("SmallIntegerField", "IntegerField"),
         ("PositiveSmallIntegerField", "PositiveIntegerField"),
         ("PositiveIntegerField", "PositiveBigIntegerField")}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A migration that is still to be applied, and what keeps it from being applied under the code of before."""

    app: str
    name: str
    obstacles: tuple[str, ...]
    waits: tuple[tuple[str, str], ...] = ()
    "(table, why) where writing waits while it is done: nothing on a small table, minutes on one of millions of rows"


def plan(migrations: Iterable[Migration], state: ProjectState) -> list[Step]:
    """What is to be applied, in this order, on a database that is as `state` says; the state is moved along.

    What is done to a table that was made on the way is nothing to the code of before, which does not know it.
    """
    steps = []
    known = set(state.models)
    waits: list[tuple[str, str]]
    for migration in migrations:
        found, waits = [], []
        for operation in migration.operations:
            model = getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))
            is_new = (migration.app_label, model) in state.models.keys() - known
            if not getattr(migration, DECLARATION, False) and not is_new:
                found += obstacles(operation, migration.app_label, state)
            if not is_new:
                waits += writers_wait(operation, migration.app_label, state)
            operation.state_forwards(migration.app_label, state)
        steps.append(Step(migration.app_label, migration.name, tuple(found), tuple(waits)))
    return steps


def writers_wait(operation: Operation, app: str, state: ProjectState) -> list[tuple[str, str]]:
    """(table, why) where nobody can write to a table while this is done, on PostgreSQL, however long it takes. A
    plain column (with a default of the database too) and longer text take no time.
    """
    if isinstance(operation, operations.SeparateDatabaseAndState):
        return [one for part in operation.database_operations for one in writers_wait(part, app, state)]
    why = ""
    # `AddIndexConcurrently` is one of these and lets writers go on
    if type(operation) is operations.AddIndex or isinstance(operation, operations.AlterUniqueTogether):
        why = "an index is built"
    elif isinstance(operation, operations.AddConstraint):
        is_check = isinstance(operation.constraint, models.CheckConstraint)
        why = "all rows are checked" if is_check else "an index is built"
    elif isinstance(operation, operations.AddField):
        why = "an index is built" if _has_index(operation.field) else ""
    elif isinstance(operation, operations.AlterField):
        old, new = state.models[app, operation.model_name_lower].fields[operation.name], operation.field
        if (old.get_internal_type(), new.get_internal_type()) in WIDER - {("CharField", "TextField")}:
            why = "the table is written anew"
        elif _has_index(new) and not _has_index(old):
            why = "an index is built"
    if not why:
        return []
    name = operation.model_name_lower  # type: ignore[attr-defined]
    return [(state.models[app, name].options.get("db_table") or f"{app}_{name}", why)]


def _has_index(field: Any) -> bool:
    return not field.many_to_many and (field.unique or getattr(field, "db_index", False))


def obstacles(operation: Operation, app: str, state: ProjectState) -> list[str]:
    """Why the code of before fails once this is done, on models as they were before it; nothing where it does not."""
    match operation:
        case operations.SeparateDatabaseAndState():
            return [one for part in operation.database_operations for one in obstacles(part, app, state)]
        case operations.RunPython() | operations.RunSQL():
            return [
                f"changes data: read it, and declare {DECLARATION} = True if the code of before can live with it"
            ]
        case operations.DeleteModel() | operations.RenameModel() | operations.AlterModelTable():
            return [f"{operation.describe()}: the code of before reads this table"]
        case operations.RemoveField() | operations.RenameField():
            return [f"{operation.describe()}: the code of before reads this column"]
        case operations.AddField() if _is_demanded(operation.field):
            return [
                f"{operation.describe()}: the code of before writes rows without it (null=True or db_default)"
            ]
        case operations.AlterField():
            return _narrowed(operation, app, state)
        case operations.AddConstraint() | operations.AlterUniqueTogether():
            return [f"{operation.describe()}: the code of before may write what it refuses"]
    return []


def _is_demanded(field: models.Field) -> bool:
    return not (field.many_to_many or field.null or field.has_db_default())


def _narrowed(operation: operations.AlterField, app: str, state: ProjectState) -> list[str]:
    old = state.models[app, operation.model_name_lower].fields[operation.name]
    new, what = operation.field, operation.describe()
    found = []
    if old.null and not new.null:
        found.append(f"{what}: the code of before may leave it empty")
    if new.unique and not old.unique:
        found.append(f"{what}: the code of before may write a value twice")
    if (old.db_column or operation.name) != (new.db_column or operation.name):
        found.append(f"{what}: the code of before reads a column of another name")
    widened = (old.get_internal_type(), new.get_internal_type()) in WIDER
    if old.get_internal_type() != new.get_internal_type() and not widened:
        found.append(f"{what}: the code of before reads another type")
    elif old.max_length and new.max_length and new.max_length < old.max_length:
        found.append(f"{what}: the code of before may write more than {new.max_length} characters")
    return found
