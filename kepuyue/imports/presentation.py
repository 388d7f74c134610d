"""A row of a file as the preview shows it: what it will become, beside what is doubtful in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities.content import labels
from kepuyue.activities.models import Activity
from kepuyue.activities.presentation import span
from kepuyue.core import wording
from kepuyue.imports.models import ImportRow
from kepuyue.imports.places import Places
from kepuyue.imports.suggestions import Doubt, suggested

SESSIONS_SHOWN = 3
# Faults of the row as a whole, which no other text in a cell takes away
NO_MATTER_OF_TEXT = frozenset({"hidden-row", "duplicate"})


@dataclass(frozen=True)
class ShownRow:
    """One line of the preview."""

    row: ImportRow
    title: str
    units: str
    times: list[str]
    places: str
    problems: list[dict[str, str]]
    twins: list[Activity] = field(default_factory=list)

    @property
    def where(self) -> str:
        """Where it stands in the file."""
        named = {"sheet": self.row.sheet, "number": self.row.number}
        return _("“%(sheet)s”第%(number)s行") % named if self.row.sheet else str(self.row.number)


def shown(row: ImportRow, zone: ZoneInfo | None = None) -> ShownRow:
    """The row for the preview; reads nothing from the database."""
    content = row.content
    sessions = content.get("sessions", [])
    zone = zone or ZoneInfo(settings.TIME_ZONE)
    times = [_time(session, zone) for session in sessions[:SESSIONS_SHOWN]]
    if len(sessions) > SESSIONS_SHOWN:
        times.append(ngettext("共%(count)s场", "共%(count)s场", len(sessions)) % {"count": len(sessions)})
    places = {session.get("venue_name") or session.get("place") for session in sessions} - {"", None}
    problems = [*row.problems, *_refusals(row)]
    return ShownRow(
        row,
        content.get("title") or row.raw.get("title", ""),
        wording.listed(unit["name"] for unit in content.get("participations", [])),
        times or ([content["dates_as_written"]] if content.get("dates_as_written") else []),
        wording.listed(sorted(places)) or row.raw.get("venue", ""),
        problems,
    )


def with_mends(
    row: ImportRow, texts: Mapping[str, str], *, year: int, zone: ZoneInfo, places: Places
) -> list[dict[str, str]]:
    """The row's problems, each with what its cell says now (`text`) and what is suggested for it (`better`).

    `texts` is {address: text}. Only what another text in the cell would mend says `can_mend`.
    """
    named = []
    for problem in [*row.problems, *_refusals(row)]:
        text = texts.get(problem["cell"], "")
        better = suggested(problem["code"], Doubt(text, row.content, year, zone, places))
        can_mend = problem["code"] not in NO_MATTER_OF_TEXT and problem["cell"] in texts
        named.append(problem | {"text": text, "better": better, "can_mend": "yes" if can_mend else ""})
    return named


def _time(session: dict[str, Any], zone: ZoneInfo) -> str:
    return span(
        datetime.fromisoformat(session["starts_at"]),
        datetime.fromisoformat(session["ends_at"]) if session.get("ends_at") else None,
        is_all_day=session.get("is_all_day", False),
        zone=zone,
    )


def _refusals(row: ImportRow) -> list[dict[str, str]]:
    names = labels()
    return [
        {
            "cell": row.cells.get(field) or str(names.get(field, field)),
            "code": "refused",
            "severity": "error",
            "why": why,
        }
        for field, whys in row.refused.items()
        for why in whys
    ]
