"""Times as people read them, in the language of the page: spans of days, hours, nights, weeks."""

from datetime import date, datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kepuyue.core.wording import at, day_text, days_text


class Timed(Protocol):
    """Anything with a start and perhaps an end, in the zone to be shown."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime | None: ...
    @property
    def is_all_day(self) -> bool: ...


def span_text(one: Timed, *, year: bool = False) -> str:
    """A session's day and hours in full, so that nobody has to guess on which night it ends."""
    first, last = one.start.date(), last_day(one)
    if one.is_all_day:
        text = days_text(first, last, year=year)
        return text if first != last else _("%(day)s 全天") % {"day": text}
    if one.end is None:
        return _("%(day)s %(time)s 开始") % {"day": day_text(first, year=year), "time": f"{one.start:%H:%M}"}
    if first == last or is_one_night(one):
        return at(day_text(first, year=year), hours_text(one))
    start = at(day_text(first, year=year), f"{one.start:%H:%M}")
    return f"{start} – {at(day_text(one.end.date()), f'{one.end:%H:%M}')}"


def hours_text(one: Timed, day: date | None = None) -> str:
    """The hours alone; `day` is the day under whose heading they stand, where it is not the first."""
    if one.is_all_day:
        return _("全天")
    if day and day > one.start.date():
        since = day_text(one.start.date(), weekday=False)
        if one.end is None:
            return pgettext("since", "%(day)s起") % {"day": since}
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


def length_text(minutes: int) -> str:
    """A length of time in whole hours where it is some, else in minutes."""
    if minutes and minutes % 60 == 0:
        return ngettext("%(count)s小时", "%(count)s小时", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)s分钟", "%(count)s分钟", minutes) % {"count": minutes}
