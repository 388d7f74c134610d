"""Writing a record that several people may have open: changed only from the version that the person looked at."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _


class Conflict(ValidationError):
    """Somebody else changed the record since the person opened it. Nothing was written.

    `present` is what stands there now; `text` says what it is where a page has several such things.
    """

    def __init__(self, present: Any, text: str = "") -> None:
        self.present = present
        super().__init__(
            text or _("刚刚有人修改过这份内容。您填写的没有丢，请与现在的内容核对后再保存。"), code="conflict"
        )


def write(record: models.Model, facts: dict[str, Any]) -> dict[str, list[Any]]:
    """Set plain fields and sets of others; returns what differs as {field: [old, new]} of readable values."""
    changes: dict[str, list[Any]] = {}
    sets = {field.name for field in record._meta.many_to_many}
    for name, value in facts.items():
        if name in sets:
            continue
        old = getattr(record, name)
        if old != value:
            changes[name] = [_readable(old), _readable(value)]
            setattr(record, name, value)
    record.save()
    for name in sets & set(facts):
        related = getattr(record, name)
        before = list(related.all())
        if {one.pk for one in before} != {one.pk for one in facts[name]}:
            changes[name] = [[str(one) for one in before], [str(one) for one in facts[name]]]
            related.set(facts[name])
    return changes


def _readable(value: Any) -> Any:
    return str(value) if isinstance(value, models.Model) else value
