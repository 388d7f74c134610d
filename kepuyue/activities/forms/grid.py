"""Sessions as the grid in the browser sends and gets them: one JSON value instead of thousands of fields.

It is unfolded into the rows of the plain form, so that both are judged by the same rules. A row that the person
did not touch is sent as its number only and stays as it is stored.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.http import QueryDict

from kepuyue.activities.content import Content

FIELD = "sessions_grid"
PREFIX = "sessions"
TEXTS = (
    "starts_on", "starts_at", "ends_at", "ends_on", "venue_name", "place", "capacity", "online_url", "note",
    "safety_plan", "emergency_contact",
)  # fmt: skip
FLAGS = ("is_all_day", "is_cancelled")
# Of one cell, in characters; the fields' own limits are narrower
LONGEST = 1_000

Row = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """What a grid sent: the rows that were typed in, as data of the plain form, and those left as they are."""

    data: QueryDict
    kept: dict[int, int]
    """{place in the grid: number of the session}."""
    places: list[int]
    """Where in the grid each row of the form stands."""

    def ordered(self, typed: list[Content]) -> list[Content]:
        """All sessions in the grid's order; one left as it is by its number alone (see `content.filled`)."""
        placed = dict(zip(self.places, typed, strict=True)) | {
            place: {"id": number} for place, number in self.kept.items()
        }
        return [placed[place] for place in sorted(placed)]


def unfolded(data: QueryDict, stored: Iterable[int]) -> Sent | None:
    """The same typed data with the grid's value as rows of the plain form; `stored` are the known sessions.

    None where no grid was sent, or something that is none: then the plain form's rows count, if there are any.
    """
    unfolded_data = data.copy()
    rows, known = _rows(data.get(FIELD, "")), set(stored)
    if rows is None:
        return None
    kept = {place: row["id"] for place, row in enumerate(rows) if set(row) == {"id"} and row["id"] in known}
    says = (*TEXTS, "is_all_day")
    typed = {place: row for place, row in enumerate(rows) if place not in kept and any(map(row.get, says))}
    unfolded_data[f"{PREFIX}-TOTAL_FORMS"] = str(len(typed))
    unfolded_data[f"{PREFIX}-INITIAL_FORMS"] = "0"
    for number, row in enumerate(typed.values()):
        for name in TEXTS:
            # An empty one is sent too: what is not sent would stay as it is
            unfolded_data[f"{PREFIX}-{number}-{name}"] = str(row.get(name) or "")[:LONGEST]
        for name in FLAGS:
            if row.get(name):
                unfolded_data[f"{PREFIX}-{number}-{name}"] = "on"
        # Said either way: what is not sent would stay as it is
        unfolded_data[f"{PREFIX}-{number}-is_full"] = "on" if row.get("is_full") else ""
        if row.get("id") in known:
            unfolded_data[f"{PREFIX}-{number}-id"] = str(row["id"])
    return Sent(unfolded_data, kept, list(typed))


def _rows(text: str) -> list[Row] | None:
    try:
        rows = json.loads(text)
    except ValueError:
        return None
    is_list = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    # A number that is none (or a list, which nothing can be looked up by) is no number
    return [row | {"id": _number(row.get("id"))} for row in rows] if is_list else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def rows_of(form_rows: Any, sent: Sent | None, stored: Mapping[int, Row]) -> list[Row]:
    """The rows of a form as the grid shows them, with the faults of what was typed beside them."""
    if not form_rows.is_bound:
        return [as_text(row) for row in form_rows.initial or []]
    if sent is None:
        return [_typed(row) for row in form_rows.forms if f"{row.prefix}-DELETE" not in row.data]
    placed = dict(zip(sent.places, map(_typed, form_rows.forms), strict=False))
    placed |= {place: as_text(stored[number]) for place, number in sent.kept.items()}
    return [placed[place] for place in sorted(placed)]


def _typed(form: Any) -> Row:
    typed = {name: form.data.get(form.add_prefix(name), "") for name in TEXTS}
    number = form.data.get(form.add_prefix("id"), "")
    found: Row = {name: text for name, text in typed.items() if text}
    found |= {
        name: True
        for name in (*FLAGS, "is_full")
        if form.data.get(form.add_prefix(name)) in ("on", "True", "true")
    }
    if number.isdecimal():
        found["id"] = int(number)
    if faults := faults_of(form):
        found["faults"] = faults
    return found


def faults_of(form: Any) -> dict[str, str]:
    """What is wrong in one row, by field; empty for a row in which nothing was typed."""
    return {name: " ".join(map(str, messages)) for name, messages in form.errors.items()}


def as_text(shown: Row) -> Row:
    """A session as the form shows it, with its days and times as a browser writes them."""

    def text(value: Any) -> str:
        if isinstance(value, time):
            return value.strftime("%H:%M")
        return value.isoformat() if isinstance(value, date) else str(value)

    found: Row = {name: text(shown[name]) for name in TEXTS if shown.get(name) not in (None, "")}
    found |= {name: True for name in (*FLAGS, "is_full") if shown.get(name)}
    return found | ({"id": shown["id"]} if shown.get("id") else {})
