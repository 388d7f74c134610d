"""What a column of the open data is: its name for programs, its type, and what it means in the reader's language."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Choices

# What parts the values of a list inside one cell of CSV
SEPARATOR = ";"


@dataclass(frozen=True)
class Column:
    """One column. `kind` is a type of Table Schema, or `list` for several texts."""

    name: str
    label: Any
    "In the reader's language, as all texts here"
    note: Any = ""
    kind: str = "string"
    choices: type[Choices] | tuple[str, ...] | None = None
    is_required: bool = False
    to: str = ""
    "The table whose key it names"

    @property
    def values(self) -> list[str]:
        """All that it can hold, where that is fixed."""
        return [str(value) for value in getattr(self.choices, "values", self.choices or ())]

    def schema(self, *, for_csv: bool) -> dict[str, Any]:
        """As a field of Table Schema; a list is one text in a cell and an array in JSON."""
        kind = {"list": "string" if for_csv else "array"}.get(self.kind, self.kind)
        found: dict[str, Any] = {"name": self.name, "type": kind}
        if kind == "datetime":
            # With its offset from UTC, which the default format of the standard leaves out
            found["format"] = "any"
        rules: dict[str, Any] = {"required": True} if self.is_required else {}
        if self.values and self.kind != "list":
            rules["enum"] = self.values
        return found | ({"constraints": rules} if rules else {})


@dataclass(frozen=True)
class Table:
    """One table: a CSV file and a file of JSON lines with the same rows in the same order."""

    name: str
    label: Any
    note: Any
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    links: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    "Columns that together name a row of another table"

    def foreign_keys(self) -> list[dict[str, Any]]:
        """As Table Schema writes them."""
        simple = {
            (one.name,): (one.to, ("id" if one.to == "venues" else "code",)) for one in self.columns if one.to
        }
        return [
            {"fields": list(here), "reference": {"resource": table, "fields": list(there)}}
            for here, (table, there) in (simple | self.links).items()
        ]
