"""Terms in a tsvector column with weights A to D for title, units, places and text, under a GIN index."""

from collections.abc import Iterable

from django.db import connection

from kepuyue.programme.analysis import Clause
from kepuyue.programme.engines import FIELDS, Document, check_sql

WEIGHTS = dict(zip(FIELDS, "ABCD", strict=True))


def write(documents: Iterable[Document]) -> None:
    """Replace the terms of these activities."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE programme_indexedactivity SET terms = %s::tsvector WHERE activity_id = %s",
            [(_vector(one), one.activity) for one in documents],
        )


def remove(activities: Iterable[int]) -> None:
    """Nothing to do: the terms go with their row."""


def settle() -> None:
    """Enter into the index what waits beside it (GIN's pending list), which each search would read through."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gin_clean_pending_list(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " JOIN pg_am ON pg_am.oid = relam AND amname = 'gin'"
            " WHERE indrelid = 'programme_indexedactivity'::regclass"
        )


def match(clauses: list[Clause]) -> list[list[int]]:
    """The activities for which every clause holds, by the fields that hold it (see `engines`)."""
    check, values = check_sql(clauses, "strpos")
    found: list[list[int]] = [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry.activity_id, CASE WHEN entry.terms @@ %s::tsquery THEN 0"  # noqa: S608 (no outside text)
            " WHEN entry.terms @@ %s::tsquery THEN 1 ELSE 2 END"
            f" FROM programme_indexedactivity AS entry WHERE entry.terms @@ %s::tsquery{check}",
            [_query(clauses, "A"), _query(clauses, "ABC"), _query(clauses, ""), *values],
        )
        for activity, rank in cursor.fetchall():
            found[rank].append(activity)
    return found


def _vector(document: Document) -> str:
    """A tsvector literal; a position per field carries its weight. Terms hold no quote (see `analysis`)."""
    places: dict[str, list[str]] = {}
    for position, (name, weight) in enumerate(WEIGHTS.items(), start=1):
        for term in document.terms.get(name, ()):
            places.setdefault(term, []).append(f"{position}{weight}")
    return " ".join(f"'{term}':{','.join(positions)}" for term, positions in places.items())


def _query(clauses: list[Clause], weights: str) -> str:
    def written(clause: Clause) -> str:
        ways = [
            " & ".join(f"'{term.text}'{_flags(term.is_prefix, weights)}" for term in alternative.terms)
            for alternative in clause
        ]
        return f"({' | '.join(f'({way})' for way in ways)})"

    return " & ".join(written(clause) for clause in clauses)


def _flags(is_prefix: bool, weights: str) -> str:
    flags = ("*" if is_prefix else "") + weights
    return f":{flags}" if flags else ""
