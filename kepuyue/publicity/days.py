"""The days of an edition with what the office put before the public on each (天天有热点, notice 三(四)).

What the public sees is judged anew at every reading, from the activity as it is: one that is cancelled, postponed or
taken down is gone at once, without anybody having to think of it, and stays on the office's grid with the reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Prefetch, QuerySet
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Picture, Session, State
from kepuyue.editions.models import Edition
from kepuyue.publicity.models import Highlight


@dataclass(frozen=True)
class Entry:
    """One highlight with why the public does not see it (""), and what would make it better."""

    highlight: Highlight
    trouble: str
    lacks: list[str]

    @property
    def activity(self) -> Activity:
        return self.highlight.activity

    @property
    def is_shown(self) -> bool:
        """Whether the public sees it."""
        return not self.trouble


@dataclass(frozen=True)
class Day:
    """One day of the grid."""

    day: date
    entries: list[Entry]
    today: date

    @property
    def state(self) -> str:
        """empty: nothing chosen; gone: nothing of what was chosen is shown; trouble: some of it is not; ok."""
        if not self.entries:
            return "empty"
        shown = [entry.is_shown for entry in self.entries]
        if not any(shown):
            return "gone"
        return "ok" if all(shown) else "trouble"

    @property
    def seen(self) -> str:
        """What stands there, in its order; whoever presses a button says what they looked at."""
        return seen_of(entry.highlight for entry in self.entries)

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def is_past(self) -> bool:
        return self.day < self.today

    @property
    def is_weekend(self) -> bool:
        return self.day.weekday() >= 5


def seen_of(highlights: Iterable[Highlight]) -> str:
    """The keys of a day's highlights in their order, for telling whether it changed since somebody looked."""
    return "-".join(str(one.pk) for one in highlights)


def month(edition: Edition) -> list[Day]:
    """Every day of the edition, first to last, with what was chosen. A fixed number of queries."""
    today = edition.today
    rows = list(read(edition).select_related("activity__organization", "activity__district"))
    return [Day(day, [entry_of(row) for row in rows if row.day == day], today) for day in edition.days]


def read(edition: Edition) -> QuerySet[Highlight]:
    """The highlights with all that `entry_of` looks at."""
    return edition.highlights.select_related("edition", "activity", "session").prefetch_related(
        Prefetch("activity__sessions"), Prefetch("activity__pictures", Picture.objects.shown())
    )


def entry_of(highlight: Highlight) -> Entry:
    """The highlight as it stands now; expects what `read` reads."""
    return Entry(highlight, trouble(highlight), lacks(highlight))


def trouble(highlight: Highlight) -> str:
    """Why the public does not see it, in words; empty where it does."""
    activity = highlight.activity
    if activity.state == State.CANCELLED:
        return _("活动已取消")
    if activity.state == State.TAKEN_DOWN:
        return _("活动已下架")
    if not activity.is_public:
        return _("没有公众页面")
    session = highlight.session
    if session is not None:
        if session.is_cancelled:
            return _("这一场已取消")
        if session.is_postponed:
            return _("这一场已延期")
    on_day = _on(highlight.day, [session] if session else activity.sessions.all(), highlight.edition)
    if any(not one.is_cancelled and not one.is_postponed for one in on_day):
        return ""
    if any(one.is_postponed and not one.is_cancelled for one in on_day):
        return _("活动已延期")
    return _("当天的场次已取消") if on_day else _("已改到别的日子")


def lacks(highlight: Highlight) -> list[str]:
    """What the public page of the day would be better with."""
    missing = []
    if not highlight.activity.pictures.all():
        missing.append(_("没有图片"))
    if not highlight.line:
        missing.append(_("没有一句话推荐"))
    elif not highlight.line_en:
        missing.append(_("没有英文推荐"))
    return missing


def _on(day: date, sessions: Iterable[Session], edition: Edition) -> list[Session]:
    start, end = edition.day_bounds(day)
    return [one for one in sessions if touches(one.starts_at, one.ends_at, start, end)]


def touches(starts_at: datetime, ends_at: datetime | None, start: datetime, end: datetime) -> bool:
    """Whether a session has a moment in [start, end); one without a stated end counts at its start."""
    return starts_at < end and (starts_at >= start or (ends_at is not None and ends_at > start))


def shown(edition: Edition, first: date, last: date) -> list[Highlight]:
    """What the public sees of the days from `first` to `last`, both included, by day and in order."""
    rows = read(edition).filter(day__range=(first, last))
    return [one for one in rows if not trouble(one)]


def mark(edition: Edition) -> tuple[Any, ...]:
    """Changes with every change of a highlight, so that a kept page knows when it is out of date."""
    return tuple(edition.highlights.aggregate(Count("pk"), Max("pk"), Max("changed_at")).values())
