"""What has changed since an activity was published, with the old and the new value, for people and machines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, ChangeNotice, Venue
from kepuyue.activities.presentation import span

# The page shows the last ones; the trail at the desk has all
SHOWN = 5


@dataclass(frozen=True)
class Notice:
    """One change as the public reads it."""

    kind: str
    label: str
    old: str
    new: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Arrangement:
    """When and where a session was to take place; times in the edition's zone. Nothing else of it is public."""

    start: datetime
    end: datetime | None
    is_all_day: bool
    venue: Venue | None
    place: str
    online_url: str


@dataclass(frozen=True)
class Change:
    """One change as other machines read it; without a session it is the whole activity's."""

    kind: ChangeNotice.Kind
    session: int | None
    at: datetime
    reason: str
    old: Arrangement | None
    # None: nothing takes its place, or it is not fixed yet
    new: Arrangement | None


def changes(activities: Iterable[Activity]) -> dict[int, list[Change]]:
    """Every change of each activity (read by `queries.in_full`), newest first, by the activity's key."""
    activities = list(activities)
    rows = [row for activity in activities for row in activity.notices.all()]
    venues = _venues(rows)
    return {
        activity.pk: [_change(row, activity.edition.zone, venues) for row in activity.notices.all()]
        for activity in activities
    }


def _change(row: ChangeNotice, zone: Any, venues: dict[int, Venue]) -> Change:
    def arranged(entry: dict[str, Any]) -> Arrangement | None:
        if not entry or entry.get("is_cancelled"):
            return None
        return Arrangement(
            start=datetime.fromisoformat(entry["starts_at"]).astimezone(zone),
            end=datetime.fromisoformat(entry["ends_at"]).astimezone(zone) if entry.get("ends_at") else None,
            is_all_day=entry.get("is_all_day", False),
            venue=venues.get(entry.get("venue") or 0),
            place=entry.get("place") or "",
            online_url=entry.get("online_url") or "",
        )

    return Change(
        kind=ChangeNotice.Kind(row.kind),
        session=row.session_id,
        at=row.at.astimezone(zone),
        reason=row.reason,
        old=arranged(row.old),
        new=arranged(row.new),
    )


def _venues(rows: Iterable[ChangeNotice]) -> dict[int, Venue]:
    keys = {entry["venue"] for row in rows for entry in (row.old, row.new) if entry.get("venue")}
    return Venue.objects.in_bulk(keys) if keys else {}


def notices(activity: Activity) -> list[Notice]:
    """The last changes of sessions, newest first; that the whole activity is cancelled stands above them."""
    rows = list(activity.notices.exclude(session=None)[:SHOWN])
    venues = _venues(rows)
    return [
        Notice(
            row.kind,
            str(ChangeNotice.Kind(row.kind).label),
            _written(activity, row.kind, row.old, venues),
            _("待定，请留意本页") if not row.new else _written(activity, row.kind, row.new, venues),
            row.reason,
            row.at,
        )
        for row in rows
    ]


def _written(activity: Activity, kind: str, entry: dict[str, Any], venues: dict[int, Venue]) -> str:
    when = span(
        datetime.fromisoformat(entry["starts_at"]),
        datetime.fromisoformat(entry["ends_at"]) if entry.get("ends_at") else None,
        is_all_day=entry.get("is_all_day", False),
        zone=activity.edition.zone,
    )
    if kind == ChangeNotice.Kind.CANCELLED:
        return _("%(when)s（已取消）") % {"when": when} if entry.get("is_cancelled") else when
    if kind != ChangeNotice.Kind.MOVED:
        return when
    venue = venues.get(entry.get("venue") or 0)
    return " ".join(filter(None, [str(venue) if venue else "", entry.get("place")])) or when
