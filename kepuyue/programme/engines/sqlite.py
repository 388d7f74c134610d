"""Terms in an FTS5 table. The words are cut before, so its tokenizer only splits at spaces."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from kepuyue.programme.analysis import Clause
from kepuyue.programme.engines import FIELDS, Document, check_sql


def write(documents: Iterable[Document]) -> None:
    """Replace the terms of these activities."""
    rows: list[Any] = [
        (one.activity, *(" ".join(one.terms.get(name, ())) for name in FIELDS)) for one in documents
    ]
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM programme_terms WHERE rowid = %s", [row[:1] for row in rows])
        cursor.executemany(
            "INSERT INTO programme_terms (rowid, title, units, places, text) VALUES (%s, %s, %s, %s, %s)",
            rows,
        )


def remove(activities: Iterable[int]) -> None:
    """Forget the terms of these activities."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM programme_terms WHERE rowid = %s", [(pk,) for pk in activities])


def settle() -> None:
    """Merge the pieces of the index into one, which rare words are found in several times as quickly."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO programme_terms (programme_terms) VALUES ('optimize')")


def match(clauses: list[Clause]) -> list[list[int]]:
    """The activities for which every clause holds, by the fields that hold it (see `engines`)."""
    expression = " AND ".join(_clause(clause) for clause in clauses)
    check, values = check_sql(clauses, "instr")
    found: list[list[int]] = []
    with connection.cursor() as cursor:
        for columns in ("{title} : ", "{title units places} : ", ""):
            # The stored texts are long and read only where a term alone is no proof
            stored = (
                f" JOIN programme_indexedactivity AS entry ON entry.activity_id = programme_terms.rowid{check}"
                if check
                else ""
            )
            cursor.execute(
                f"SELECT programme_terms.rowid FROM programme_terms{stored} WHERE programme_terms MATCH %s",  # noqa: S608 (no outside text)
                [*values, f"{columns}({expression})"],
            )
            found.append([activity for (activity,) in cursor.fetchall()])
    return found


def _clause(clause: Clause) -> str:
    ways = [
        " AND ".join(f'"{term.text}"{" *" if term.is_prefix else ""}' for term in alternative.terms)
        for alternative in clause
    ]
    return f"({' OR '.join(f'({way})' for way in ways)})"
