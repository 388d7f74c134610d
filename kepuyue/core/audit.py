"""Writing the audit trail. Called by actions, inside their transaction."""

from typing import Any, Protocol

from django.db import models

from kepuyue.core.models import AuditEvent


class Actor(Protocol):
    """Whoever acts: a signed-in person. None stands for the system itself."""

    pk: Any

    def get_full_name(self) -> str: ...


SYSTEM_NAME = "系统"
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
) -> AuditEvent:
    """Keep that `by` did `action` to `subject`; `changes` is {field: [old, new]}."""
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
    )


def trail(subject: models.Model) -> models.QuerySet[AuditEvent]:
    """All that was recorded of one subject, newest first."""
    return AuditEvent.objects.filter(subject_type=subject._meta.model_name, subject_id=str(subject.pk))
