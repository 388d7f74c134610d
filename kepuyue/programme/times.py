"""Times as people read them, in the language of the page: spans of days, hours, nights, weeks."""

from datetime import date, datetime, timedelta
from typing import Protocol

from django.utils.translation import get_language
from django.utils.translation import gettext as _

ZH_WEEKDAYS = "一二三四五六日"
EN_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


class Timed(Protocol):
    """Anything with a start and perhaps an end, in the zone to be shown."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime | None: ...
    @property
    def is_all_day(self) -> bool: ...


def day_text(day: date, *, weekday: bool = True, year: bool = False) -> str:
    """9月14日（周六） · Sat 14 Sept."""
    if is_english():
        text = f"{day.day} {EN_MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"
        return f"{EN_WEEKDAYS[day.weekday()]} {text}" if weekday else text
    text = f"{f'{day.year}年' if year else ''}{day.month}月{day.day}日"
    return f"{text}（{weekday_text(day)}）" if weekday else text


def weekday_text(day: date) -> str:
    """周六 · Sat."""
    return EN_WEEKDAYS[day.weekday()] if is_english() else f"周{ZH_WEEKDAYS[day.weekday()]}"


def month_text(day: date) -> str:
    """9月 · Sept."""
    return EN_MONTHS[day.month - 1] if is_english() else f"{day.month}月"


def days_text(first: date, last: date, *, year: bool = False) -> str:
    """9月1日–9月30日; one day with its weekday."""
    if first == last:
        return day_text(first, year=year)
    end_year = year or first.year != last.year
    return f"{day_text(first, weekday=False, year=end_year)} – {day_text(last, weekday=False, year=end_year and first.year != last.year)}"  # noqa: E501


def span_text(one: Timed, *, year: bool = False) -> str:
    """A session's day and hours in full, so that nobody has to guess on which night it ends."""
    first, last = one.start.date(), last_day(one)
    if one.is_all_day:
        text = days_text(first, last, year=year)
        return text if first != last else _("%(day)s 全天") % {"day": text}
    if one.end is None:
        return _("%(day)s %(time)s 开始") % {"day": day_text(first, year=year), "time": f"{one.start:%H:%M}"}
    if first == last or is_one_night(one):
        return f"{day_text(first, year=year)} {hours_text(one)}"
    return f"{day_text(first, year=year)} {one.start:%H:%M} – {day_text(one.end.date())} {one.end:%H:%M}"


def hours_text(one: Timed, day: date | None = None) -> str:
    """The hours alone; `day` is the day under whose heading they stand, where it is not the first."""
    if one.is_all_day:
        return _("全天")
    if day and day > one.start.date():
        since = day_text(one.start.date(), weekday=False)
        if one.end is None:
            return _("%(day)s起") % {"day": since}
        if one.end.date() > day:
            return _("全天，%(day)s起") % {"day": since}
        return _("至%(time)s，%(day)s起") % {"time": f"{one.end:%H:%M}", "day": since}
    if one.end is None:
        return f"{one.start:%H:%M}"
    if one.end.date() == one.start.date():
        return f"{one.start:%H:%M}–{one.end:%H:%M}"
    if is_one_night(one):
        # Midnight as an end is said as 24:00; what is later belongs to the next day
        if f"{one.end:%H%M}" == "0000":
            return f"{one.start:%H:%M}–24:00"
        return _("%(start)s–次日%(end)s") % {"start": f"{one.start:%H:%M}", "end": f"{one.end:%H:%M}"}
    return _("%(start)s起，至%(day)s") % {
        "start": f"{one.start:%H:%M}",
        "day": day_text(one.end.date(), weekday=False),
    }


def last_day(one: Timed) -> date:
    """The last day it touches: an end at midnight belongs to the day before."""
    return (one.end - timedelta(microseconds=1)).date() if one.end else one.start.date()


def is_one_night(one: Timed) -> bool:
    """Whether it runs past midnight and ends within the morning, as observing the stars does."""
    return bool(
        one.end
        and one.end.date() - one.start.date() == timedelta(days=1)
        and one.end - one.start < timedelta(hours=24)
        and one.end.hour < 12
    )


def is_english() -> bool:
    """Whether the page is in English; every other language reads Chinese."""
    return (get_language() or "").startswith("en")
