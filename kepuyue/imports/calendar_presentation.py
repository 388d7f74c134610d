"""A calendar and its events as the pages show them; reads nothing from the database."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities.presentation import span
from kepuyue.core import wording
from kepuyue.imports import calendar_content, calendar_words
from kepuyue.imports.models import CalendarItem, CalendarSubscription

SESSIONS_SHOWN = 3


@dataclass(frozen=True)
class ShownEvent:
    """One event: what it will become, beside what is doubtful in it."""

    item: CalendarItem
    times: list[str]
    places: str
    doubts: list[str]


@dataclass(frozen=True)
class ShownState:
    """How a subscription stands: a tone, a word, and where something is wrong a sentence."""

    tone: str
    label: str
    fault: str


def event_shown(item: CalendarItem, zone: ZoneInfo) -> ShownEvent:
    """The event with its first sessions in words."""
    sessions = item.content.get("sessions", [])
    times = [
        span(
            datetime.fromisoformat(session["starts_at"]),
            datetime.fromisoformat(session["ends_at"]) if session.get("ends_at") else None,
            is_all_day=session.get("is_all_day", False),
            zone=zone,
        )
        for session in sessions[:SESSIONS_SHOWN]
    ]
    if len(sessions) > SESSIONS_SHOWN:
        times.append(ngettext("共%(count)s场", "共%(count)s场", len(sessions)) % {"count": len(sessions)})
    places = dict.fromkeys(session.get("venue_name") or session.get("place") or "" for session in sessions)
    doubts = [calendar_words.doubt(code, values) for code, values in item.doubts]
    doubts += calendar_content.shown_faults(item.refused)
    return ShownEvent(
        item, times, wording.listed(place for place in places if place), [doubt for doubt in doubts if doubt]
    )


def state_shown(calendar: CalendarSubscription) -> ShownState:
    """Whether it is read as it should be."""
    fault = calendar_words.fault(calendar.fault, calendar.fault_values) if calendar.fault else ""
    if calendar.state == CalendarSubscription.State.PAUSED:
        return ShownState("open", calendar.get_state_display(), fault)
    if fault:
        return ShownState("warn", _("读取失败"), fault)
    if calendar.state == CalendarSubscription.State.READING:
        return ShownState("pending", _("正在读取"), "")
    return ShownState("done", _("按时刷新") if calendar.url else _("手动更新"), "")


def left_shown(calendar: CalendarSubscription) -> list[tuple[str, str]]:
    """What gave no activity, with the reason."""
    return [(title, calendar_words.reason(code, values)) for title, code, values in calendar.left]
