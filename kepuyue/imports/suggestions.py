"""What the preview suggests for a doubtful cell: a text that the reader would take, where one is at hand."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kepuyue.activities.content import Content
from kepuyue.imports import phrases, places
from kepuyue.imports.places import Places

WEEKDAYS = "一二三四五六日"
WEEKDAY = re.compile(r"(周|星期|礼拜)([一二三四五六日天])")
DAY = re.compile(r"(?:(\d{4})\s*[年./-]\s*)?(\d{1,2})\s*[月./-]\s*(\d{1,2})")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
HOURS = re.compile(r"(\d{1,2})(?:[:：点时]\d{0,2}分?)?\s*[-—–－~～至到]+\s*(\d{1,2})(?=[:：点时])")
# Letters that people and copying machines put for digits
LOOKS_LIKE = str.maketrans("OoQlI|", "000111")
NEARLY_DIGITS = re.compile(r"[\dOoQlI|-]{7,}")


@dataclass(frozen=True)
class Doubt:
    """A cell in doubt: its text, what its row became, the edition's year (0: none) and zone, and the known places."""

    text: str
    content: Content
    year: int
    zone: ZoneInfo
    places: Places


def suggested(code: str, doubt: Doubt) -> str:
    """A better text for the cell that has this problem; "" where a person has to find one.

    Nothing is taken by itself: the person sees the suggestion and presses, and the reader reads it like any other.
    """
    suggest = SUGGESTIONS.get(code)
    better = suggest(doubt) if suggest else ""
    return better if better != doubt.text else ""


def _weekday(doubt: Doubt) -> str:
    """The weekday that the date has; only where the cell speaks of one day."""
    days = {
        datetime.fromisoformat(session["starts_at"]).astimezone(doubt.zone).date()
        for session in doubt.content.get("sessions", ())
    }
    if len(days) != 1 or len(WEEKDAY.findall(doubt.text)) != 1:
        return ""
    real = WEEKDAYS[days.pop().weekday()]
    return WEEKDAY.sub(lambda found: f"{found[1]}{real}", doubt.text)


def _last_day(doubt: Doubt) -> str:
    """The last day of the month instead of one that it has not, such as 9月31日."""
    found = DAY.search(doubt.text)
    if not found or not 1 <= int(found[2]) <= 12 or not (found[1] or doubt.year):
        return ""
    last = monthrange(int(found[1] or doubt.year), int(found[2]))[1]
    if int(found[3]) <= last or int(found[3]) > 31:
        return ""
    return doubt.text[: found.start(3)] + str(last) + doubt.text[found.end(3) :]


def _this_year(doubt: Doubt) -> str:
    """The edition's year instead of another."""
    return YEAR.sub(str(doubt.year), doubt.text) if doubt.year and YEAR.search(doubt.text) else ""


def _afternoon(doubt: Doubt) -> str:
    """An end in the afternoon, where 9:00-5:00 was meant so; only where the cell has one run of hours."""
    runs = list(HOURS.finditer(unicodedata.normalize("NFKC", doubt.text)))
    if len(runs) != 1 or len(unicodedata.normalize("NFKC", doubt.text)) != len(doubt.text):
        return ""
    start, end = int(runs[0][1]), int(runs[0][2])
    if not end < 12 or not end + 12 > start:
        return ""
    return doubt.text[: runs[0].start(2)] + str(end + 12) + doubt.text[runs[0].end(2) :]


def _phone(doubt: Doubt) -> str:
    """The number with digits for the letters that look like them, and without what stands between its digits."""
    plain = unicodedata.normalize("NFKC", doubt.text)
    plain = NEARLY_DIGITS.sub(lambda run: run[0].translate(LOOKS_LIKE), plain)
    for text in (plain, re.sub(r"(?<=\d)[\s.,·_—-]+(?=\d)", "", plain)):
        found = phrases.contact_in(text, is_phone_column=True)
        if found.phones and not (found.wrong or found.lost):
            return text
    return ""


def _district(doubt: Doubt) -> str:
    """The district whose name is most alike."""
    return doubt.places.district_like(doubt.text.strip())


def _venue(doubt: Doubt) -> str:
    """The unit's own house, where the unit is called as a registered venue is."""
    units = [unit["name"] for unit in doubt.content.get("participations", ())]
    return next((name for name in map(doubt.places.registered, units) if name in doubt.places.names), "")


SUGGESTIONS: dict[str, Callable[[Doubt], str]] = {
    "weekday-mismatch": _weekday,
    "date-invalid": _last_day,
    "year-implausible": _this_year,
    "date-outside-edition": _this_year,
    "time-reversed": _afternoon,
    "phone-invalid": _phone,
    "venue-missing": _venue,
    places.UNKNOWN_DISTRICT: _district,
}
