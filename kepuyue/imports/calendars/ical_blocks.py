"""A calendar file parted into its events, however it was broken on the way: each is then parsed by itself, and a bad
one costs no other."""

import re
from collections import Counter
from dataclasses import dataclass, field

from icalendar import Component

from kepuyue.imports.calendars.plain import one_line

PROPERTY = re.compile(r"[A-Za-z][A-Za-z0-9-]*\s*[;:]")
TEXTS = re.compile(r"(DESCRIPTION|SUMMARY|LOCATION|COMMENT|X-)", re.I)
OUTER = frozenset({"VCALENDAR"})


@dataclass
class Block:
    """The lines of one event or time zone; not whole where its end is missing."""

    name: str
    lines: list[str] = field(default_factory=list)
    is_whole: bool = False

    @property
    def title(self) -> str:
        """Its summary, for naming it in a report."""
        for line in self.lines:
            if line.upper().startswith("SUMMARY"):
                return one_line(line.partition(":")[2].replace("\\n", " ").replace("\\", ""))
        return ""


def blocks(text: str) -> tuple[list[Block], Counter[str], str]:
    """(events and time zones, how many there are of other kinds, the calendar's name)."""
    found: list[Block] = []
    others: Counter[str] = Counter()
    name = ""
    open_names: list[str] = []
    block: Block | None = None
    for line in re.split(r"\r\n|\r|\n", text):
        head = line.strip().upper()
        if head.startswith("BEGIN:"):
            part = head[6:].strip()
            if part in OUTER:
                continue
            open_names.append(part)
            if len(open_names) == 1:
                if part in ("VEVENT", "VTIMEZONE"):
                    block = Block(part)
                    found.append(block)
                else:
                    others[part] += 1
        if block and line.strip():
            if PROPERTY.match(line):
                # Alarms and other parts of an event say nothing about it
                if block.name == "VTIMEZONE" or len(open_names) == 1:
                    block.lines.append(line)
            elif len(open_names) == 1 and TEXTS.match(block.lines[-1]):
                # A line break that nobody escaped or folded belongs to the text before it
                block.lines[-1] += "\\n" + line.strip()
        elif not open_names and head.startswith(("X-WR-CALNAME", "NAME")):
            name = name or one_line(line.partition(":")[2].replace("\\", ""))
        if head.startswith("END:") and open_names:
            part = head[4:].strip()
            if part in open_names:
                del open_names[len(open_names) - 1 - open_names[::-1].index(part) :]
            if block and not open_names:
                block.is_whole = True
                block = None
    return found, others, name


def parsed(block: Block) -> Component | None:
    """What the library makes of it; None where it can make nothing."""
    lines = block.lines if block.is_whole else [*block.lines, f"END:{block.name}"]
    try:
        found = Component.from_ical("\r\n".join(lines) + "\r\n")
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    return found if isinstance(found, Component) else None
