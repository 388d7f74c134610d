"""Holidays and make-up days as the State Council's office announces them each year, and feasts by name.

Each year is a file in `years`: `off` has the first and last day of each run of days off (weekends included), `worked`
the weekend days that are worked in exchange, `feasts` the days of the lunar calendar's feasts, `papers` the notice
(国务院办公厅关于部分节假日安排的通知; arranged by NateScarlet/holiday-cn, MIT). Add a year's file when its notice is
out; in years without a file Saturdays and Sundays are free and nothing else.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

YEARS = Path(__file__).parent / "years"

# Feasts on the same day each year
FIXED = {"元旦": (1, 1), "劳动": (5, 1), "五一": (5, 1), "六一": (6, 1), "儿童": (6, 1), "教师": (9, 10),
         "国庆": (10, 1), "十一": (10, 1)}  # fmt: skip
SAME_HOLIDAY = {"五一": "劳动", "十一": "国庆"}


@dataclass(frozen=True)
class Year:
    """What is announced for a year."""

    off: dict[str, tuple[date, date]]
    worked: frozenset[date]
    feasts: dict[str, date]


@cache
def announced(year: int) -> Year | None:
    """The calendar of a year; None where none is kept."""
    file = YEARS / f"{year}.json"
    if not file.is_file():
        return None
    stated = json.loads(file.read_text(encoding="utf-8"))
    day = date.fromisoformat
    return Year(
        {name: (day(first), day(last)) for name, (first, last) in stated["off"].items()},
        frozenset(map(day, stated["worked"])),
        {name: day(when) for name, when in stated["feasts"].items()},
    )


def feast(name: str, year: int) -> date | None:
    """The day of a feast; None where it is not known for that year."""
    if name in FIXED:
        return date(year, *FIXED[name])
    known = announced(year)
    return known.feasts.get(name) if known else None


def holiday(name: str, year: int) -> tuple[date, date] | None:
    """First and last day off around a feast; None where it is not known for that year."""
    known = announced(year)
    return known.off.get(SAME_HOLIDAY.get(name, name)) if known else None


def is_holiday(day: date) -> bool:
    """Whether the day belongs to a statutory holiday's run of days off."""
    years = filter(None, map(announced, (day.year, day.year + 1)))  # New Year's run may begin in December
    return any(first <= day <= last for known in years for first, last in known.off.values())


def is_working(day: date, off: frozenset[date] = frozenset(), work: frozenset[date] = frozenset()) -> bool:
    """Whether public offices work on the day; an edition's own `off` and `work` go before the calendar."""
    if day in work or day in off:
        return day in work
    known = announced(day.year)
    return (known is not None and day in known.worked) or (day.weekday() < 5 and not is_holiday(day))


def days_of(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
