"""Writing the audit trail. Called by actions, inside their transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.db import connection, models

from kepuyue.core import sets
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now


class Actor(Protocol):
    """Whoever acts: a signed-in person. None stands for the system itself."""

    pk: Any

    def get_full_name(self) -> str: ...


SYSTEM_NAME = "系统"
# Somebody without an account, who acts for themselves
PUBLIC_NAME = "公众"
# The columns of rows that are written in a set, as PostgreSQL calls their types
MANY = {
    "at": "timestamptz", "actor_id": "bigint", "actor_name": "text", "action": "text", "subject_type": "text",
    "subject_id": "text", "subject_name": "text", "organization_path": "text", "changes": "jsonb", "reason": "text",
    "is_quiet": "boolean",
}  # fmt: skip
_action_names: dict[str, Any] = {}


def name_actions(names: dict[str, Any]) -> None:
    """Tell how people read the codes of a room's actions; called once when the room starts."""
    _action_names.update(names)


def action_name(code: str) -> str:
    """The action as people read it."""
    return str(_action_names.get(code, code))


def all_action_names() -> list[tuple[str, str]]:
    """Every action as (code, how it reads), in the order of the codes."""
    return [(code, str(name)) for code, name in sorted(_action_names.items())]


def is_named(code: str) -> bool:
    """Whether some room has said how the action reads."""
    return code in _action_names


def record(
    action: str,
    subject: models.Model,
    *,
    by: Actor | None,
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
    organization_path: str = "",
    version: int | None = None,
    is_quiet: bool = False,
) -> AuditEvent:
    """Keep that `by` did `action` to `subject`; `changes` is {field: [old, new]}; `is_quiet` as `AuditEvent` has it."""
    return AuditEvent.objects.create(
        action=action,
        actor_id=by.pk if by else None,
        actor_name=(by.get_full_name() if by else SYSTEM_NAME)[:150],
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        subject_name=str(subject)[:300],
        organization_path=organization_path,
        version=version,
        changes=changes or {},
        reason=reason,
        is_quiet=is_quiet,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the trail that is written with many others; `subject_type` and `subject_id` as `record` writes them."""

    action: str
    subject_type: str
    subject_id: str
    subject_name: str
    changes: dict[str, list[Any]]
    actor_id: int | None = None
    actor_name: str = PUBLIC_NAME
    organization_path: str = ""


def record_many(entries: Iterable[Entry]) -> None:
    """Keep many things at once that no page for all shows (see `AuditEvent.is_quiet`)."""
    moment = sets.spelled(now())
    rows = [
        {
            "at": moment, "actor_id": entry.actor_id, "actor_name": entry.actor_name, "action": entry.action,
            "subject_type": entry.subject_type, "subject_id": entry.subject_id, "subject_name": entry.subject_name,
            "organization_path": entry.organization_path, "changes": entry.changes, "reason": "", "is_quiet": True,
        }
        for entry in entries
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_insertion(connection.vendor), [sets.packed(rows)])


@cache
def _insertion(vendor: str) -> str:
    names = ", ".join(MANY)
    return f"INSERT INTO core_auditevent ({names}) SELECT {names} FROM {sets.source(MANY, vendor)}"  # noqa: S608


def trail(subject: models.Model) -> models.QuerySet[AuditEvent]:
    """All that was recorded of one subject, newest first."""
    return AuditEvent.objects.filter(subject_type=subject._meta.model_name, subject_id=str(subject.pk))
