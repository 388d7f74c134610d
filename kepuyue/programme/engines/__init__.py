"""Where terms are kept and looked up: one module per database, with the same functions.

`write` replaces the terms of some activities, `remove` drops them, `settle` puts in order what
many writes left behind, `match` finds.
A match gives the activities for which every clause holds, by the fields that hold it: in the title, with units and
places, with the text. Who is in one may stand again in the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from django.db import connection

from kepuyue.programme.analysis import Clause

# In the order of their weight
FIELDS = ("title", "units", "places", "text")


@dataclass(frozen=True)
class Document:
    """The terms of one activity, by field."""

    activity: int
    terms: dict[str, list[str]] = field(default_factory=dict)


class Engine(Protocol):
    """What each database's module offers."""

    def write(self, documents: Iterable[Document]) -> None: ...

    def remove(self, activities: Iterable[int]) -> None: ...

    def settle(self) -> None: ...

    def match(self, clauses: list[Clause]) -> list[list[int]]: ...


def engine() -> Engine:
    """The engine of the database in use."""
    from kepuyue.programme.engines import postgresql, sqlite  # they need the names above

    return postgresql if connection.vendor == "postgresql" else sqlite


def checked(clauses: list[Clause]) -> list[Clause]:
    """The clauses of which a term match alone is no proof: the pairs of a long word may stand apart."""
    return [
        clause
        for clause in clauses
        if any(len(text) > 2 for alternative in clause for text in alternative.exact)
    ]


def check_sql(clauses: list[Clause], function: str) -> tuple[str, list[str]]:
    """A condition that each checked clause stands whole in the stored texts; `function` finds in a string."""
    parts: list[str] = []
    values: list[str] = []
    for clause in checked(clauses):
        ways = []
        for alternative in clause:
            ways.append(
                " AND ".join([f"{function}(entry.{alternative.kind}, %s) > 0"] * len(alternative.exact))
            )
            values += alternative.exact
        parts.append(f" AND ({' OR '.join(f'({way})' for way in ways)})")
    return "".join(parts), values
