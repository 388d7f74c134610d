"""My month: what a visitor keeps, without an account. The browser remembers it; the address carries it.

An address holds ``kept=CODE.VERSION~CODE.VERSION``: the activities, each with the version that its visitor has seen.
Nothing is stored here about anybody.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, State
from kepuyue.core import wording
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import changes, queries, times
from kepuyue.programme.cards import Moment, flags, localized, moment, place_of, where
from kepuyue.programme.permissions import approved

MOST = 100  # activities in one address; longer addresses are cut by proxies and chats
ONE = re.compile(r"([A-Z0-9]{4,12})(?:\.(\d{1,9}))?")
# A session without a stated end counts for two hours, as in the lists
USUAL = timedelta(hours=2)


@dataclass(frozen=True)
class Kept:
    """An activity by its code, and the version that was seen; 0 where the address does not say."""

    code: str
    version: int = 0


@dataclass
class Line:
    """One session of the plan. `clashes` are the titles of others at the same time."""

    moment: Moment
    hours: str
    title: str
    language: str
    href: str
    place: str
    flags: list[tuple[str, str]]
    is_over: bool
    is_cancelled: bool
    is_one_of_several: bool
    clashes: list[str] = field(default_factory=list)

    @property
    def others(self) -> str:
        """The titles of what is held at the same time, in quotes."""
        return wording.listed(_("“%(title)s”") % {"title": title} for title in self.clashes)


@dataclass
class Changed:
    """A kept activity that says something else now, with the last changes as the public reads them."""

    code: str
    title: str
    href: str
    is_cancelled: bool
    notices: list[changes.Notice]


@dataclass
class Plan:
    """All that is kept, by day; what has no day yet; what changed since; and what is not public any more."""

    days: list[tuple[date, str, list[Line]]]
    shows: list[Line]
    "Exhibitions over weeks: they clash with nothing"
    undated: list[tuple[str, str]]
    "(title, address)"
    changed: list[Changed]
    gone: list[str]
    versions: dict[str, int]
    address: str


def parsed(text: str) -> list[Kept]:
    """What an address keeps, each activity once, at most `MOST`. What is none is passed over."""
    found: dict[str, Kept] = {}
    for part in text[: MOST * 24].split("~"):
        if known := ONE.fullmatch(part.strip().upper()):
            found.setdefault(known[1], Kept(known[1], int(known[2] or 0)))
    return list(found.values())[:MOST]


def written(kept: Iterable[Kept]) -> str:
    """The inverse of `parsed`."""
    return "~".join(f"{one.code}.{one.version}" for one in kept)


def plan(kept: list[Kept], *, at: datetime) -> Plan:
    """The plan as it is now; `at` divides what is to come from what is over, in the city's zone."""
    rows = queries.in_full(approved().filter(code__in=[one.code for one in kept]))
    found = {row.code: row for row in rows if is_open_to_public(row.edition)}
    lines = [line for row in found.values() for line in _lines(row, at)]
    shows = [
        line for line in lines if line.moment.is_all_day and line.moment.last_day != line.moment.start.date()
    ]
    dated = sorted((line for line in lines if line not in shows), key=lambda line: line.moment.start)
    _note_clashes(dated)
    by_day: dict[date, list[Line]] = defaultdict(list)
    for line in dated:
        by_day[line.moment.start.date()].append(line)
    present = [found[one.code] for one in kept if one.code in found]
    return Plan(
        days=[(day, wording.day_text(day), by_day[day]) for day in sorted(by_day)],
        shows=sorted(shows, key=lambda line: line.moment.last_day),
        undated=[(_title(row)[0], _href(row)) for row in present if not row.sessions.all()],
        changed=[
            _changed(found[one.code])
            for one in kept
            if one.code in found and 0 < one.version < found[one.code].version and _has_news(found[one.code])
        ],
        gone=[one.code for one in kept if one.code not in found],
        versions={row.code: row.version for row in present},
        address=written(Kept(row.code, row.version) for row in present),
    )


def news(kept: list[Kept]) -> list[str]:
    """The codes of those that were called off, moved or retimed since their visitor saw them. Two queries."""
    seen = {one.code: one.version for one in kept if one.version}
    rows = approved().filter(code__in=seen).select_related("edition").prefetch_related("notices")
    return sorted(
        row.code
        for row in rows
        if row.version > seen[row.code] and _has_news(row) and is_open_to_public(row.edition)
    )


def _lines(activity: Activity, at: datetime) -> list[Line]:
    title, language = _title(activity)
    sessions = list(activity.sessions.all())
    lines = []
    for session in sessions:
        one = moment(session, activity.edition.zone)
        is_cancelled = session.is_cancelled or activity.state == State.CANCELLED
        lines.append(
            Line(
                moment=one,
                hours=times.span_text(one)
                if one.last_day != one.start.date()
                else times.hours_text(one, one.start.date()),
                title=title,
                language=language,
                href=_href(activity),
                place=" · ".join(filter(None, [place_of(session) or where(activity)])),
                flags=flags(activity, [session]),
                is_over=(one.end or one.start + USUAL) <= at,
                is_cancelled=is_cancelled,
                is_one_of_several=len(sessions) > 1,
            )
        )
    ahead = [line for line in lines if not line.is_over]
    return ahead or lines  # what is over is shown only where nothing of the activity is to come


def _note_clashes(lines: list[Line]) -> None:
    """Name to each session the others that are held at the same time; all-day ones leave room for others."""
    timed = [line for line in lines if not (line.moment.is_all_day or line.is_cancelled or line.is_over)]
    for number, line in enumerate(timed):
        end = line.moment.end or line.moment.start + USUAL
        for other in timed[number + 1 :]:
            if other.moment.start >= end:
                break
            if other.href != line.href:
                line.clashes.append(other.title)
                other.clashes.append(line.title)


def _has_news(activity: Activity) -> bool:
    return activity.state == State.CANCELLED or bool(activity.notices.all())


def _changed(activity: Activity) -> Changed:
    return Changed(
        activity.code,
        _title(activity)[0],
        _href(activity),
        activity.state == State.CANCELLED,
        changes.notices(activity)[:2],
    )


def _title(activity: Activity) -> tuple[str, str]:
    return localized(activity.title, activity.title_en)


def _href(activity: Activity) -> str:
    return reverse("programme:activity", args=[activity.code])


def summary(found: Plan) -> str:
    """How much is kept and whether anything clashes, in one sentence."""
    count = len(found.versions)
    clashes = sum(bool(line.clashes) for _day, _text, lines in found.days for line in lines)
    if clashes:
        return _("收藏了%(count)s项活动，其中%(clashes)s场时间有重叠。") % {
            "count": count,
            "clashes": clashes,
        }
    return _("收藏了%(count)s项活动，时间没有重叠。") % {"count": count}
