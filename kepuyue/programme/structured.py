"""An activity in the words of schema.org/Event, for search engines and calendars that read pages."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from kepuyue.activities.models import Activity, Admission, Mode, Session, State, UnitRole
from kepuyue.programme.cards import Moment, moments, place_of

# What could end a script element or start a comment is written as an escape, as Django's json_script does
_ESCAPES = {
    ord(">"): "\\u003E",
    ord("<"): "\\u003C",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
_MODES = {Mode.OFFLINE: "Offline", Mode.ONLINE: "Online", Mode.HYBRID: "Mixed"}


def json_ld(activity: Activity, *, url: str, language: str) -> SafeString:
    """The text of the page's data block; empty where no time is known, which an Event must have."""
    known = moments(activity)
    if not known:
        return mark_safe("")
    first, last = known[0], max(known, key=lambda one: one.end or one.start)
    data = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": activity.title,
        "url": url,
        "description": activity.summary or activity.description[:300],
        "inLanguage": language,
        "startDate": _start(first),
        "endDate": _end(last),
        "eventStatus": f"https://schema.org/{_status(activity)}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[Mode(activity.mode)]}EventAttendanceMode",
        "location": _location(activity, first.session),
        "organizer": [
            {"@type": "Organization", "name": unit.name}
            for unit in activity.participations.all()
            if unit.role in (UnitRole.HOST, UnitRole.ORGANIZER)
        ],
    }
    if activity.admission != Admission.UNKNOWN:
        data["isAccessibleForFree"] = activity.admission == Admission.FREE
    if len(known) > 1:
        data["subEvent"] = [
            {"@type": "Event", "name": activity.title, "startDate": _start(one), "endDate": _end(one),
             "location": _location(activity, one.session)}
            for one in known[:100]
        ]  # fmt: skip
    text = json.dumps(_filled(data), ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 (escaped above)


def _status(activity: Activity) -> str:
    return "EventCancelled" if activity.state == State.CANCELLED else "EventScheduled"


def _start(one: Moment) -> str:
    return one.start.date().isoformat() if one.is_all_day else one.start.isoformat()


def _end(one: Moment) -> str | None:
    if one.end is None:
        return None
    return one.last_day.isoformat() if one.is_all_day else one.end.isoformat()


def _location(activity: Activity, session: Session) -> Any:
    here: list[dict[str, Any]] = []
    if activity.mode != Mode.OFFLINE and session.online_url:
        here.append({"@type": "VirtualLocation", "url": session.online_url})
    if activity.mode != Mode.ONLINE:
        venue = session.venue
        place: dict[str, Any] = {
            "@type": "Place",
            "name": place_of(session) or activity.city or activity.edition.city,
            "address": {
                "@type": "PostalAddress",
                "addressCountry": "CN",
                "addressLocality": activity.city or activity.edition.city,
                "addressRegion": activity.district.name if activity.district else None,
                "streetAddress": venue.address if venue else None,
            },
        }
        if venue and venue.lng is not None and venue.lat is not None:
            place["geo"] = {"@type": "GeoCoordinates", "longitude": venue.lng, "latitude": venue.lat}
        here.append(place)
    return here[0] if len(here) == 1 else here


def _filled(value: Any) -> Any:
    """Without what is not known."""
    if isinstance(value, dict):
        return {key: _filled(one) for key, one in value.items() if one not in (None, "", [])}
    return [_filled(one) for one in value] if isinstance(value, list) else value
