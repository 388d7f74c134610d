"""A calendar sent where a table is expected: its events as entries, so that preview and import are the same."""

from dataclasses import dataclass, field

from kepuyue.activities.models import UnitRole
from kepuyue.editions.models import Edition
from kepuyue.imports import calendar_content, calendar_words
from kepuyue.imports.calendars import opening
from kepuyue.imports.calendars.plain import Event, Unusable
from kepuyue.imports.dates import WARNING, Slot
from kepuyue.imports.entries import CANCELLED, PLANNED, Entry, Findings, Problem
from kepuyue.imports.reader import Unreadable


@dataclass
class CalendarEntry(Entry):
    """An event, with all that a table's row has no column for."""

    event: Event = field(default_factory=lambda: Event(""))


def find(data: bytes, edition: Edition | None) -> Findings:
    """The calendar's events in the edition's days (without one: of all years). Raises `Unreadable`."""
    try:
        feed = opening.read(data, calendar_content.window_of(edition))
    except Unusable as reason:
        raise Unreadable(calendar_words.fault(reason.code, reason.values)) from None
    findings = Findings(encoding=feed.encoding)
    for number, event in enumerate(feed.events, start=1):
        entry = _entry(event, number)
        findings.entries.append(entry)
        findings.problems += entry.problems
    for number, (title, code, values) in enumerate(feed.left, start=len(feed.events) + 1):
        why = calendar_words.reason(code, values)
        findings.skipped.append(("", number, f"{title} {why}".strip()))
    return findings


def _entry(event: Event, number: int) -> CalendarEntry:
    title = calendar_content.plain_text(event.title)
    doubts = [*event.doubts, *([("partly-outside", {})] if event.outside else [])]
    return CalendarEntry(
        sheet="",
        row=number,
        title=title,
        participations=[(UnitRole.HOST, event.organizer)] if event.organizer else [],
        venue=event.place,
        online=event.online,
        mode=calendar_content.mode_of(event),
        summary=calendar_content.plain_text(event.text),
        category="、".join(event.words),
        capacity=event.capacity,
        status=CANCELLED if event.is_cancelled else PLANNED,
        slots=[Slot(one.starts_at, one.ends_at, one.is_all_day) for one in event.occurrences],
        year=min(one.starts_at for one in event.occurrences).year,
        raw={"title": title, "when": event.occurrences[0].starts_at.isoformat(), "venue": event.place},
        key=calendar_content.outside_key(calendar_content.key_of(event.uid)),
        problems=[Problem("", number, str(number), code, WARNING, calendar_words.doubt(code, values))
                  for code, values in doubts],
        event=event,
    )  # fmt: skip
