"""Activities as the interface writes them: an allow-list, nothing else of a record leaves the house."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from kepuyue.activities.models import Activity, Origin, Session, Venue
from kepuyue.core.links import web_address, whole
from kepuyue.programme.changes import Arrangement, Change, changes
from kepuyue.programme.seats import seats_left
from kepuyue.publicity.key_activities import is_key


def written(activities: Iterable[Activity]) -> list[dict[str, Any]]:
    """The activities, read by `programme.queries.in_full`."""
    activities = list(activities)
    free = seats_left(session for activity in activities for session in activity.sessions.all())
    changed = changes(activities)
    return [_activity(activity, free, changed[activity.pk]) for activity in activities]


def followed(activities: Iterable[Activity]) -> dict[int, dict[str, Any]]:
    """The activities by their keys with what another instance needs beside; read by `programme.queries.in_full`."""
    activities = list(activities)
    return {
        one.pk: row | _beside(one, row["terms"])
        for one, row in zip(activities, written(activities), strict=True)
    }


def _beside(activity: Activity, terms: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    zone = activity.edition.zone
    return {
        "time_zone": activity.edition.time_zone,
        "unit": {"code": activity.organization.code, "name": activity.organization.name},
        "tier": next(iter(terms.get("tier", ())), None),
        "joint_action": next(iter(terms.get("joint_action", ())), None),
        "pictures": [
            {
                "url": whole(picture.get_absolute_url()),
                "alt": picture.alt,
                "credit": picture.credit,
                "width": picture.width,
                "height": picture.height,
            }
            for picture in activity.pictures.all()
        ],
        "cancel_reason": activity.cancel_reason,
        "published_at": activity.published_at.astimezone(zone) if activity.published_at else None,
    }


def _activity(activity: Activity, free: dict[int, int | None], changed: list[Change]) -> dict[str, Any]:
    terms: dict[str, list[dict[str, str]]] = defaultdict(list)
    for term in sorted(
        activity.terms.all(), key=lambda term: (term.taxonomy.position, term.position, term.pk)
    ):
        terms[term.taxonomy.code].append(_named(term))
    zone = activity.edition.zone
    return {
        "code": activity.code,
        "title": activity.title,
        "title_en": activity.title_en,
        "summary": activity.summary,
        "description": activity.description,
        "url": f"{settings.PUBLIC_URL}{reverse('programme:activity', args=[activity.code])}",
        "status": activity.state,
        "edition": activity.edition.code,
        "mode": activity.mode,
        "city": activity.city or activity.edition.city,
        "origin": _origin(activity),
        "is_linked_city": activity.is_linked_city,
        "district": _named(activity.district) if activity.district else None,
        "organizers": [{"role": unit.role, "name": unit.name} for unit in activity.participations.all()],
        "terms": terms,
        "audience_note": activity.audience_note,
        "age_min": activity.age_min,
        "age_max": activity.age_max,
        "languages": activity.languages,
        "accessibility_items": activity.accessibility_items,
        "accessibility": activity.accessibility,
        "admission": activity.admission,
        "admission_note": activity.admission_note,
        "booking": {
            "mode": activity.booking_mode,
            "url": web_address(activity.booking_url),
            "note": activity.booking_note,
        },
        "public_phone": activity.public_phone,
        "dates_as_written": activity.dates_as_written,
        "is_year_round": activity.is_year_round,
        "is_key": is_key(activity),
        "is_demo": activity.origin == Origin.DEMO,
        "updated_at": activity.updated_at.astimezone(zone),
        "sessions": [_session(session, zone, free[session.pk]) for session in activity.sessions.all()],
        "changes": [_change(one) for one in changed],
    }


def _origin(activity: Activity) -> dict[str, Any]:
    if not activity.is_gathered:
        return {
            "instance": settings.PUBLIC_URL,
            "code": activity.code,
            "url": whole(reverse("programme:activity", args=[activity.code])),
            "city": activity.city or activity.edition.city,
            "unit": {"code": activity.organization.code, "name": activity.organization.name},
            "through": [],
        }
    first = activity.gathered
    return {
        "instance": first.instance,
        "code": first.code,
        "url": web_address(first.url),
        "city": first.place.name,
        "unit": {"code": first.unit_code, "name": first.unit},
        "through": [*first.through, settings.PUBLIC_URL],
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "session": one.session,
        "at": one.at,
        "reason": one.reason,
        "old": _arrangement(one.old),
        "new": _arrangement(one.new),
    }


def _arrangement(one: Arrangement | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "start": one.start,
        "end": one.end,
        "is_all_day": one.is_all_day,
        "venue": _venue(one.venue) if one.venue else None,
        "place": one.place,
        "online_url": web_address(one.online_url),
    }


def _session(session: Session, zone: Any, free: int | None) -> dict[str, Any]:
    return {
        "id": session.pk,
        "start": session.starts_at.astimezone(zone),
        "end": session.ends_at.astimezone(zone) if session.ends_at else None,
        "is_all_day": session.is_all_day,
        "is_cancelled": session.is_cancelled,
        "is_postponed": session.is_postponed,
        "venue": _venue(session.venue) if session.venue else None,
        "place": session.place,
        "online_url": web_address(session.online_url),
        "note": session.note,
        "capacity": session.capacity,
        "seats_left": free,
        "is_full": session.is_full,
        "full_stated_at": session.full_stated_at.astimezone(zone) if session.full_stated_at else None,
    }


def _venue(venue: Venue) -> dict[str, Any]:
    return {
        "name": venue.name,
        "name_en": venue.name_en,
        "address": venue.address,
        "lng": venue.lng,
        "lat": venue.lat,
    }


def _named(one: Any) -> dict[str, str]:
    return {"code": one.code, "name": one.name, "name_en": one.name_en}
