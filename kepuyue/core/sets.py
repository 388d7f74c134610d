"""Sets of rows that travel to the database as one JSON text: a statement is the same however many rows it is given, and
the driver dumps one value instead of thousands. For what writes hundreds of rows while others wait.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection


def packed(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as the text of a parameter. Moments are written as the database keeps them, in UTC; other values that
    JSON does not know as `str` writes them.
    """
    # Escaped as Django's own JSON columns are: SQLite finds a key only as it was written
    return json.dumps(list(rows), default=spelled, separators=(",", ":"))


def spelled(value: Any) -> str:
    """One value as `packed` writes it."""
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return str(value)


def source(columns: Mapping[str, str], vendor: str) -> str:
    """What a statement reads such a text by, as rows `r` of these columns: {name: type, as PostgreSQL calls it}. The
    names stand in the statement as they are.
    """
    if vendor == "postgresql":
        return f"json_to_recordset(%s::json) AS r({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
    chosen = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {chosen} FROM json_each(%s)) AS r"  # noqa: S608
