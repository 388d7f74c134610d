"""Items written out for people: lines of a list, facts, what a change says otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.cloud import addresses
from kepuyue.cloud.content import FIELDS, Content, of
from kepuyue.cloud.models import Air, CloudItem, Kind
from kepuyue.core import wording
from kepuyue.editions.models import Term

ICONS = {Kind.LIVE: "video", Kind.VIDEO: "play", Kind.EXHIBITION: "eye", Kind.TOPIC: "message-square"}
# How the states of a broadcast look (`ui.tones`)
TONES = {
    Air.SCHEDULED: "open",
    Air.LIVE: "live",
    Air.ENDED: "archived",
    Air.REPLAY: "ok",
    Air.CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class Line:
    """An item as lists of the desk show it."""

    item: CloudItem
    icon: str
    air: str
    air_label: str
    when: str


def line(item: CloudItem, at: datetime) -> Line:
    """The item at a moment."""
    air = item.air(at)
    return Line(
        item, ICONS[Kind(item.kind)], TONES[air] if air else "", str(air.label) if air else "", when(item)
    )


def when(item: CloudItem) -> str:
    """Its time in the active zone, in words; empty where it has none."""
    return span(item.starts_at, item.ends_at)


def span(first: datetime | None, last: datetime | None) -> str:
    """9月14日（周六） 19:30–21:00; from, until, or days where it lasts."""
    if first is None:
        return (
            _("至%(day)s") % {"day": wording.day_text(localtime(last).date(), weekday=False)} if last else ""
        )
    start = localtime(first)
    if last is None:
        return wording.at(wording.day_text(start.date()), f"{start:%H:%M}")
    end = localtime(last)
    if start.date() == end.date():
        return wording.at(wording.day_text(start.date()), f"{start:%H:%M}–{end:%H:%M}")
    return wording.days_text(start.date(), end.date())


def rows(item: CloudItem, content: Content) -> list[tuple[str, str]]:
    """Everything that the unit wrote, as (label, text); what is empty is left out."""
    return [(label, text) for name, label in _labels(item) if (text := shown(name, content.get(name)))]


def changed_rows(item: CloudItem) -> list[tuple[str, str, str]]:
    """What the change of a public one says otherwise: (label, public now, wanted)."""
    public = of(item)
    labels = dict(_labels(item))
    return [
        (labels.get(name, name), shown(name, public.get(name)), shown(name, item.proposed[name]))
        for name in FIELDS
        if name in item.proposed
    ]


def _labels(item: CloudItem) -> list[tuple[str, str]]:
    return [
        (name, str(item._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        for name in FIELDS
    ]


def shown(name: str, value: Any) -> str:
    """One value of the content as people read it."""
    if value in (None, "", [], False):
        return ""
    if name in ("starts_at", "ends_at"):
        return wording.moment_text(datetime.fromisoformat(value))
    if name == "terms":
        return wording.listed(Term.objects.filter(pk__in=value))
    if name == "activity":
        return str(Activity.objects.filter(pk=value).first() or "")
    if name == "duration":
        return _("%(count)s分钟") % {"count": value}
    return _("是") if value is True else str(value)


def from_activity(activity: Activity, kind: str) -> Content:
    """What an activity already says, so that nothing is typed twice."""
    session = activity.sessions.filter(is_cancelled=False).order_by("starts_at").first()
    found: Content = {
        "activity": activity.pk,
        "title": activity.title,
        "title_en": activity.title_en,
        "summary": activity.summary,
        "description": activity.description[:5000],
        "languages": activity.languages,
        "accessibility": activity.accessibility,
        "content_signoff": activity.content_signoff,
        "terms": [term.pk for term in activity.terms.select_related("taxonomy")],
    }
    if session is not None:
        if kind == Kind.LIVE and not session.is_all_day:
            found["starts_at"] = session.starts_at.isoformat()
            found["ends_at"] = session.ends_at.isoformat() if session.ends_at else None
        if kind != Kind.TOPIC and not addresses.fault(session.online_url):
            found["url"] = session.online_url
    return found
