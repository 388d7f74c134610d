"""What the preview suggests for a doubtful cell: a text that the reader would take, where one is at hand."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from kepuyue.activities.content import Content

WEEKDAYS = "一二三四五六日"
WEEKDAY = re.compile(r"(周|星期|礼拜)([一二三四五六日天])")
DAY = re.compile(r"(?:(\d{4})\s*[年./-]\s*)?(\d{1,2})\s*[月./-]\s*(\d{1,2})")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def suggested(code: str, text: str, content: Content, *, year: int, zone: ZoneInfo) -> str:
    """A better text for the cell that has this problem; "" where a person has to find one.

    Nothing is taken by itself: the person sees the suggestion and presses, and the reader reads it like any other.
    """
    suggest = SUGGESTIONS.get(code)
    return suggest(text, content, year, zone) if suggest and text else ""


def _weekday(text: str, content: Content, _year: int, zone: ZoneInfo) -> str:
    """The weekday that the date has; only where the cell speaks of one day."""
    days = {
        datetime.fromisoformat(session["starts_at"]).astimezone(zone).date()
        for session in content.get("sessions", ())
    }
    if len(days) != 1 or len(WEEKDAY.findall(text)) != 1:
        return ""
    real = WEEKDAYS[days.pop().weekday()]
    return WEEKDAY.sub(lambda found: f"{found[1]}{real}", text)


def _last_day(text: str, _content: Content, year: int, _zone: ZoneInfo) -> str:
    """The last day of the month instead of one that it has not, such as 9月31日."""
    found = DAY.search(text)
    if not found or not 1 <= int(found[2]) <= 12:
        return ""
    last = monthrange(int(found[1] or year), int(found[2]))[1]
    if int(found[3]) <= last or int(found[3]) > 31:
        return ""
    return text[: found.start(3)] + str(last) + text[found.end(3) :]


def _this_year(text: str, _content: Content, year: int, _zone: ZoneInfo) -> str:
    """The edition's year instead of another."""
    return YEAR.sub(str(year), text) if YEAR.search(text) else ""


SUGGESTIONS: dict[str, Callable[[str, Content, int, ZoneInfo], str]] = {
    "weekday-mismatch": _weekday,
    "date-invalid": _last_day,
    "year-implausible": _this_year,
    "date-outside-edition": _this_year,
}
