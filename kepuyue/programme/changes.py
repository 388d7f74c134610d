"""What has changed since an activity was published, with the old and the new value, for people and machines."""

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


def notices(activity: Activity) -> list[Notice]:
    """The last changes of sessions, newest first; that the whole activity is cancelled stands above them."""
    rows = list(activity.notices.exclude(session=None)[:SHOWN])
    keys = {entry["venue"] for row in rows for entry in (row.old, row.new) if entry.get("venue")}
    venues = Venue.objects.in_bulk(keys) if keys else {}
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
