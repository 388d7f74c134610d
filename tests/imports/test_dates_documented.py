"""The examples in docs/dates.md are what is read."""

import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kepuyue.imports.dates import Frame, Slot, read_text

EDITION = Frame(ZoneInfo("Asia/Shanghai"), 2024, date(2024, 9, 1), date(2024, 9, 30))
ROW = re.compile(r"^\| `(?P<written>.+?)` \| (?P<sessions>.*?) \| (?P<noted>.*?) \|$", re.MULTILINE)
EXAMPLES = ROW.findall((Path(__file__).parents[2] / "docs" / "dates.md").read_text(encoding="utf-8"))


def told(written: str) -> tuple[str, str]:
    """The sessions and codes as the page writes them: the first three and how many."""
    reading = read_text(written, EDITION)
    shown = "; ".join(map(_session, reading.slots[:3]))
    if len(reading.slots) > 3:
        shown += f"; … {len(reading.slots)} in all"
    codes = sorted({trouble.code for trouble in reading.troubles})
    return shown or "none", ", ".join(f"`{code}`" for code in codes) or "–"


def _session(slot: Slot) -> str:
    if slot.end is None:
        return f"{slot.start:%-d %b %H:%M}"
    if slot.all_day:
        days = (slot.end - slot.start).days
        return f"{slot.start:%-d %b} whole day" if days == 1 else f"{slot.start:%-d %b} {days} whole days"
    if slot.start.date() == slot.end.date():
        return f"{slot.start:%-d %b %H:%M}–{slot.end:%H:%M}"
    return f"{slot.start:%-d %b %H:%M}–{slot.end:%-d %b %H:%M}"


@pytest.mark.parametrize(("written", "sessions", "noted"), EXAMPLES)
def test_example_is_read_as_the_page_says(written: str, sessions: str, noted: str) -> None:
    assert told(written) == (sessions, noted)


def test_page_has_its_examples() -> None:
    assert len(EXAMPLES) > 50
    assert {noted for _written, sessions, noted in EXAMPLES if sessions == "none"} >= {
        "`date-vague`",
        "`date-invalid`",
    }
