"""What a loading leaves behind: its report, and what the folder said, by which the next one knows what people did."""

from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kepuyue.core import wording
from kepuyue.editions.models import Edition, LoadedFolder

CREATED, CHANGED, REMOVED, KEPT = "created", "changed", "removed", "kept"
Values = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One thing that loading did, or left alone for a reason."""

    verb: str
    kind: str
    name: str
    note: str = ""

    def __str__(self) -> str:
        verbs = {CREATED: _("新增"), CHANGED: _("更新"), REMOVED: pgettext("done", "删除"), KEPT: _("保留")}
        text = f"{verbs[self.verb]} {self.kind} {self.name}"
        return wording.labelled(text, self.note)


@dataclass
class Report:
    """What loading did."""

    edition: Edition
    lines: list[Line] = field(default_factory=list)

    @property
    def has_changes(self) -> bool:
        """Whether anything was written."""
        return any(line.verb != KEPT for line in self.lines)

    def counts(self) -> dict[str, int]:
        """How many things were created, changed, removed and kept."""
        return {
            verb: sum(line.verb == verb for line in self.lines) for verb in (CREATED, CHANGED, REMOVED, KEPT)
        }

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {"edition": self.edition.code, **self.counts(), "lines": [vars(line) for line in self.lines]}


def last_values(edition: Edition) -> tuple[Values, Values]:
    """What this edition's folder said last; and the same with the districts and units of other editions."""
    records = list(LoadedFolder.objects.order_by("edition__loaded_at", "pk"))
    own: Values = next((record.values for record in records if record.edition_id == edition.pk), {})
    house: Values = {"district": {}, "organization": {}}
    for record in records:
        for kind, entries in house.items():
            entries.update(record.values.get(kind, {}))
    for kind, entries in house.items():
        entries.update(own.get(kind, {}))
    return own, own | house


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    if isinstance(value, models.Model):
        return getattr(value, "code", value.pk)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value) if isinstance(value, str) else DjangoJSONEncoder().default(value)


def label(thing: models.Model, name: str) -> str:
    """A field's name as people read it."""
    return str(getattr(thing._meta.get_field(name), "verbose_name", name))
