"""An activity as the lists show it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kepuyue.activities.models import (
    Activity,
    Admission,
    BookingMode,
    ChangeNotice,
    Mode,
    Origin,
    Participation,
    Session,
    State,
    UnitRole,
)
from kepuyue.core import wording
from kepuyue.organizations.models import Organization
from kepuyue.programme import times
from kepuyue.programme.covers import kind_of
from kepuyue.programme.search import Match
from kepuyue.programme.seats import is_full


@dataclass(frozen=True)
class Moment:
    """A session in the edition's zone."""

    session: Session
    start: datetime
    end: datetime | None

    @property
    def is_all_day(self) -> bool:
        return self.session.is_all_day

    @property
    def text(self) -> str:
        """Day and hours in full."""
        return times.span_text(self)

    @property
    def last_day(self) -> date:
        return times.last_day(self)


@dataclass(frozen=True)
class Card:
    """What a card says; every text is plain and escaped by the template."""

    code: str
    title: str
    language: str
    href: str
    cover_kind: str
    when: str
    where: str
    host: str
    where_href: str = ""
    host_href: str = ""
    picture: str = ""
    picture_alt: str = ""
    text: str = ""
    flags: list[tuple[str, str]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    note: str = ""
    is_cancelled: bool = False
    version: int = 0
    distance: str = ""


def moment(session: Session, zone: Any) -> Moment:
    """The session's times in a zone."""
    return Moment(
        session, session.starts_at.astimezone(zone), session.ends_at and session.ends_at.astimezone(zone)
    )


def card(
    activity: Activity,
    *,
    at: datetime,
    first: date | None = None,
    last: date | None = None,
    match: Match | None = None,
    asks_age: bool = False,
) -> Card:
    """The card of an activity read by `queries.rows`; its sessions are those between two days, if any.

    What it says of a `match` is of the sessions that match, its place the nearest of theirs. Who `asks_age` is told
    also where there is no limit.
    """
    picture = next(iter(activity.pictures.all()), None)
    title, language = localized(activity.title, activity.title_en)
    told = _told(activity, at, first, last, match)
    return Card(
        code=activity.code,
        title=title,
        language=language,
        href=href(activity, told[0].start.date() if len(told) < len(moments(activity)) else None),
        cover_kind=kind_of(activity.title, activity.summary),
        when=_when(activity, told),
        where=where(activity, match.nearest if match else None),
        distance="" if match is None or match.metres is None else distance_text(match.metres),
        host=host(activity),
        where_href=venue_href(activity, match.nearest if match else None),
        host_href=host_href(activity),
        picture=picture.get_absolute_url() if picture else "",
        picture_alt=picture.alt if picture else "",
        text=activity.summary,
        flags=flags(activity, [one.session for one in told]),
        tags=[*_age_tags(activity, asks_age), *tags(activity)],
        note=_("演示数据") if activity.origin == Origin.DEMO else "",
        is_cancelled=activity.state == State.CANCELLED,
        version=activity.version,
    )


def href(activity: Activity, day: date | None = None) -> str:
    """The activity's page; what happens on `day` stands first there."""
    address = reverse("programme:activity", args=[activity.code])
    return f"{address}?day={day}" if day else address


def localized(chinese: str, english: str) -> tuple[str, str]:
    """The text for the reader and, where it is not in the page's language, what language it is in."""
    if not wording.is_english():
        return chinese, ""
    return (english, "") if english else (chinese, "zh-Hans")


def moments(activity: Activity) -> list[Moment]:
    """The sessions that take place; of a cancelled activity, those that would have."""
    zone = activity.edition.zone
    return [
        moment(session, zone)
        for session in activity.sessions.all()
        if not session.is_cancelled or activity.state == State.CANCELLED
    ]


def flags(activity: Activity, shown: Iterable[Session] = ()) -> list[tuple[str, str]]:
    """What one must not overlook: cancelled or changed since it was published, elsewhere, online.

    `shown` are the sessions that it stands beside; without them it is said of all.
    """
    found = []
    if activity.state == State.CANCELLED:
        found.append(("cancelled", _("已取消")))
    else:
        if changed := _changed(activity, shown):
            found.append(("changed", changed))
        if full := _full(activity):
            found.append(("full", full))
    if activity.is_gathered:
        found.append(("linked", activity.city))
    elif activity.city:
        found.append(("linked", _("联动城市")))
    if activity.mode != Mode.OFFLINE:
        found.append(("online", _("线上") if activity.mode == Mode.ONLINE else _("线上线下结合")))
    return found


def _changed(activity: Activity, shown: Iterable[Session]) -> str:
    """What has become of its sessions, the gravest first; of those that are over nothing is said.

    Postponed is what is shown; where another session is, that is said as such.
    """
    ahead = [session for session in activity.sessions.all() if not session.is_over]
    if any(session.is_cancelled for session in ahead):
        return _("部分场次取消")
    if any(session.is_postponed for session in ahead):
        meant = [session for session in shown if not session.is_over] or ahead
        is_all = all(session.is_postponed or session.is_cancelled for session in meant)
        return pgettext("session", "已延期") if is_all else _("部分场次延期")
    keys = {session.pk for session in ahead}
    kinds = {notice.kind for notice in activity.notices.all() if notice.session_id in keys}
    if ChangeNotice.Kind.RETIMED in kinds:
        return _("时间有变")
    return _("地点有变") if ChangeNotice.Kind.MOVED in kinds else ""


def _full(activity: Activity) -> str:
    """That of what is to come there is no seat left."""
    ahead = [
        one for one in activity.sessions.all() if not (one.is_over or one.is_cancelled or one.is_postponed)
    ]
    full = [one for one in ahead if is_full(one)]
    if not full:
        return ""
    return _("已约满") if len(full) == len(ahead) else _("部分场次已约满")


def _age_tags(activity: Activity, is_asked: bool) -> list[str]:
    text = ages(activity) or (_("年龄不限") if is_asked else "")
    return [text] if text else []


def distance_text(metres: float) -> str:
    """A way as the crow flies, as exact as a place that is known to 100 m allows."""
    if metres < 950:
        return _("约%(metres)s米") % {"metres": max(100, round(metres / 100) * 100)}
    kilometres = f"{metres / 1000:.1f}" if metres < 9_950 else f"{metres / 1000:.0f}"
    return _("约%(kilometres)s公里") % {"kilometres": kilometres}


def tags(activity: Activity) -> list[str]:
    """What one wants to know before going: price and booking."""
    found = []
    if activity.admission in (Admission.FREE, Admission.DISCOUNTED, Admission.PAID):
        found.append(activity.get_admission_display())
    if activity.booking_mode in (BookingMode.FIRST_COME, BookingMode.BALLOT, BookingMode.EXTERNAL):
        found.append(_("需预约"))
    elif activity.booking_mode in (BookingMode.NONE, BookingMode.WALK_IN):
        found.append(_("无需预约"))
    return found


def ages(activity: Activity) -> str:
    """The ages that it is meant for, in years; empty where none are stated."""
    low, high = activity.age_min, activity.age_max
    if low is None and high is None:
        return ""
    if high is None:
        return _("%(age)s岁以上") % {"age": low}
    if low is None:
        return _("%(age)s岁以下") % {"age": high}
    return _("%(low)s–%(high)s岁") % {"low": low, "high": high}


def host(activity: Activity) -> str:
    """The first host, else the first organizer; with 等 where there are more."""
    units = _hosts(activity)
    if not units:
        return ""
    return _("%(name)s等") % {"name": units[0].name} if len(units) > 1 else units[0].name


def host_href(activity: Activity) -> str:
    """The page of the unit that `host` names first, where it has one."""
    units = _hosts(activity)
    return unit_href(units[0].organization) if units else ""


def _hosts(activity: Activity) -> list[Participation]:
    units = list(activity.participations.all())
    for role in (UnitRole.HOST, UnitRole.ORGANIZER):
        if found := [unit for unit in units if unit.role == role]:
            return found
    return []


def unit_href(unit: Organization | None) -> str:
    """A unit's page; none before its superior has confirmed it."""
    if unit is None or unit.state != Organization.State.ACTIVE:
        return ""
    return reverse("programme:unit", args=[unit.code])


def venue_href(activity: Activity, nearest: int | None = None) -> str:
    """The page of the first place that `where` names; empty where that is no registered venue."""
    first = next((one for one in _placed(activity, nearest) if place_of(one)), None)
    return reverse("programme:venue", args=[first.venue_id]) if first and first.venue_id else ""


def _placed(activity: Activity, nearest: int | None) -> list[Session]:
    """The sessions, the one that is nearest first."""
    return sorted(activity.sessions.all(), key=lambda one: one.pk != nearest)


def where(activity: Activity, nearest: int | None = None) -> str:
    """City or district, and the place of the `nearest` or the first session that has one."""
    area = activity.city or (
        str(localized(activity.district.name, activity.district.name_en)[0]) if activity.district else ""
    )
    if activity.mode == Mode.ONLINE and not area:
        return _("线上")
    place = next((text for text in map(place_of, _placed(activity, nearest)) if text), "")
    return " · ".join(part for part in (area, place) if part)


def place_of(session: Session) -> str:
    """The venue and what is written beside it."""
    venue = localized(session.venue.name, session.venue.name_en)[0] if session.venue else ""
    return " ".join(part for part in (venue, session.place) if part)


def _told(
    activity: Activity, at: datetime, first: date | None, last: date | None, match: Match | None
) -> list[Moment]:
    """The sessions that a card speaks of, the one that it names first: the next that takes place."""
    known = moments(activity)
    if match:
        keys = {slot.pk for slot in match.slots}
        known = [one for one in known if one.session.pk in keys] or known
    inside = [
        one
        for one in known
        if (first is None or one.last_day >= first) and (last is None or one.start.date() <= last)
    ] or known
    ahead = [one for one in inside if (one.end or one.start) > at]
    named = sorted(ahead, key=lambda one: one.session.is_postponed)[:1] or inside[-1:]
    return sorted(inside, key=lambda one: one not in named)


def _when(activity: Activity, told: list[Moment]) -> str:
    if not told:
        return activity.dates_as_written or (_("全年举办") if activity.is_year_round else _("时间待定"))
    if len(told) == 1:
        return told[0].text
    return _("%(when)s · 共%(count)s场") % {"when": told[0].text, "count": len(told)}
