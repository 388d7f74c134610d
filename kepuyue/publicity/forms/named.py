"""Activities and units named line by line, as one copies them: by code, by the address of a page, or by name."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import Activity
from kepuyue.organizations.models import Organization

MOST_LINES = 20
MOST_NAMED = 5  # of several that a name fits, so many are told
CODE = re.compile(r"(?:\S*/activities/)?([2-9BCDFGHJKMNPQRSTVWXYZ]{6,12})(?=$|[/\s·])", re.IGNORECASE)


class LinesField(forms.CharField):
    """One thing a line. Clean data is the list of rows, each once, in the order of the lines."""

    default_error_messages = {
        "none": gettext_lazy("没有找到“%(line)s”。请写全称或编号。"),
        "several": gettext_lazy("“%(line)s”可能是：%(found)s。请写编号或全称。"),
        "too-many": gettext_lazy("最多填写%(most)s行。"),
    }
    rows: QuerySet[Any]

    def __init__(self, *, rows: QuerySet[Any], **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(required=False, **options)
        self.rows = rows

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(self.error_messages["too-many"], params={"most": MOST_LINES})
        return list(dict.fromkeys(self._found(line) for line in lines))

    def _found(self, line: str) -> Any:
        if (exact := self.by_code(line)) is not None:
            return exact
        name = self.name_field
        known = list(self.rows.filter(**{name: line})[:2])
        if len(known) != 1:
            known = list(self.rows.filter(**{f"{name}__icontains": line})[: MOST_NAMED + 1])
        if not known:
            raise forms.ValidationError(self.error_messages["none"], params={"line": line[:60]})
        if len(known) > 1:
            named = "、".join(self.line_of(one) for one in known[:MOST_NAMED])
            raise forms.ValidationError(
                self.error_messages["several"], params={"line": line[:60], "found": named}
            )
        return known[0]

    name_field = "name"

    def by_code(self, line: str) -> Any:
        """The row that the line names by its code, if any."""
        return None

    def line_of(self, row: Any) -> str:
        """How a row is written back."""
        return str(row)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(self.line_of(one) for one in value) if isinstance(value, list) else value


class ActivitiesField(LinesField):
    """Public activities of an edition."""

    name_field = "title"

    def by_code(self, line: str) -> Activity | None:
        found = CODE.match(line)
        return self.rows.filter(code=found[1].upper()).first() if found else None

    def line_of(self, row: Any) -> str:
        return f"{row.code} · {row.title}"


class UnitsField(LinesField):
    """Units that stand."""

    def line_of(self, row: Any) -> str:
        return str(row.name)


def public_activities(edition: Any) -> QuerySet[Activity]:
    """What may be named: activities of the edition that everybody can read."""
    return Activity.objects.of(edition).published().order_by("title", "pk")


def units() -> QuerySet[Organization]:
    """What may be named: units that are confirmed."""
    return Organization.objects.active().order_by("name", "pk")
