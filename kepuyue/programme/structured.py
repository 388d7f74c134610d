"""Activities and stories in the words of schema.org, for search engines and calendars that read pages."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from kepuyue.activities.models import Activity, Admission, Mode, Session, State, UnitRole
from kepuyue.core import wording
from kepuyue.core.links import web_address, whole
from kepuyue.editions.models import Edition
from kepuyue.programme.cards import Moment, moment, moments, place_of
from kepuyue.programme.changes import changes
from kepuyue.programme.open_data import describing
from kepuyue.publicity.presentation import Written

# What could end a script element or start a comment is written as an escape, as Django's json_script does
_ESCAPES = {
    ord(">"): "\\u003E",
    ord("<"): "\\u003C",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
_MODES = {Mode.OFFLINE: "Offline", Mode.ONLINE: "Online", Mode.HYBRID: "Mixed"}


def json_ld(
    activity: Activity, *, url: str, language: str, free: Mapping[int, int | None] | None = None
) -> SafeString:
    """The text of the page's data block; empty where no time is known, which an Event must have. `free` are the seats
    that are left, by session, where that is known.

    A session that is cancelled, postponed or moved keeps its place and says so (schema.org `eventStatus`,
    `previousStartDate`), so that calendars that have read it before correct themselves.
    """
    zone = activity.edition.zone
    known = [moment(session, zone) for session in activity.sessions.all()]
    held = moments(activity) or known
    if not held:
        return mark_safe("")
    first, last = held[0], max(held, key=lambda one: one.end or one.start)
    history = _History(activity)
    data = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": activity.title,
        "url": url,
        "description": activity.summary or activity.description[:300],
        "image": [whole(one.get_absolute_url()) for one in activity.pictures.all()],
        "inLanguage": language,
        "startDate": _start(first),
        "endDate": _end(last),
        "eventStatus": f"https://schema.org/{history.of_all(held)}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[Mode(activity.mode)]}EventAttendanceMode",
        "location": _location(activity, first.session, url),
        "organizer": [
            {"@type": "Organization", "name": unit.name}
            for unit in activity.participations.all()
            if unit.role in (UnitRole.HOST, UnitRole.ORGANIZER)
        ],
    }
    if len(held) == 1:
        data["previousStartDate"] = history.earlier_starts(first)
        data |= _seats(first.session, free or {})
    if activity.admission != Admission.UNKNOWN:
        data["isAccessibleForFree"] = activity.admission == Admission.FREE
    if len(known) > 1:
        data["subEvent"] = [
            {"@type": "Event", "name": activity.title, "startDate": _start(one), "endDate": _end(one),
             "eventStatus": f"https://schema.org/{history.of(one)}",
             "previousStartDate": history.earlier_starts(one), "location": _location(activity, one.session, url),
             **_seats(one.session, free or {})}
            for one in known[:100]
        ]  # fmt: skip
    return data_block(data)


def _seats(session: Session, free: Mapping[int, int | None]) -> dict[str, int | None]:
    return {
        "maximumAttendeeCapacity": session.capacity,
        "remainingAttendeeCapacity": free.get(session.pk),
    }


def news_article(story: Written, *, url: str, language: str, changed: datetime, publisher: str) -> SafeString:
    """The text of a story's data block (schema.org/NewsArticle)."""
    return data_block(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title,
            "description": story.summary,
            "url": url,
            "mainEntityOfPage": url,
            "inLanguage": story.language or language,
            "datePublished": story.appears_at.isoformat() if story.appears_at else None,
            "dateModified": changed.isoformat(),
            "image": [whole(story.picture.picture.get_absolute_url())] if story.picture else [],
            "author": {"@type": "Organization", "name": story.publisher},
            "publisher": {"@type": "Organization", "name": publisher},
            "about": [
                {
                    "@type": "Event",
                    "name": one.title,
                    "url": whole(reverse("programme:activity", args=[one.code])),
                }
                for one in story.activities
            ],
        }
    )


def dataset(edition: Edition, *, changed: datetime | None, size: int | None) -> SafeString:
    """The text of the open data's data block (schema.org/Dataset, the words of DCAT beside them).

    `changed` is when the newest activity in the file was changed, `size` the file's in bytes; None: not made yet.
    """
    page, file = describing.address(), whole(reverse("programme:open-data-file"))
    rules, moment = edition.rules.open_data, changed.isoformat() if changed else None
    publisher = {"@type": "Organization", "name": describing.publisher(edition), "url": whole("/")}
    return data_block(
        {
            "@context": [
                "https://schema.org",
                {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
            ],
            "@type": ["Dataset", "dcat:Dataset"],
            "@id": page,
            "name": describing.title(edition),
            "description": " ".join(describing.covered()),
            "url": page,
            "identifier": describing.package_name(edition),
            "license": rules.license_url,
            "isAccessibleForFree": True,
            "creator": publisher,
            "publisher": publisher,
            "dateModified": moment,
            "temporalCoverage": f"{edition.starts_on}/{edition.ends_on}",
            "spatialCoverage": {
                "@type": "Place",
                "name": edition.city_en if wording.is_english() else edition.city,
            },
            "inLanguage": ["zh-Hans", "en"],
            "keywords": ["科普", "science popularization", "open data"],
            "distribution": {
                "@type": ["DataDownload", "dcat:Distribution"],
                "@id": file,
                "contentUrl": file,
                "encodingFormat": "application/zip",
                "contentSize": f"{size} B" if size else None,
                "license": rules.license_url,
                "dateModified": moment,
                "dcat:downloadURL": {"@id": file},
                "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/application/zip"},
                "dct:license": {"@id": rules.license_url},
            },
            "dcat:landingPage": {"@id": page},
        }
    )


def data_block(data: dict[str, Any]) -> SafeString:
    """The text of a data block in a page, without what is not known; nothing in it can end the block."""
    text = json.dumps(_filled(data), ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 (escaped above)


class _History:
    """What has become of the sessions since they were published."""

    def __init__(self, activity: Activity) -> None:
        self.is_cancelled = activity.state == State.CANCELLED
        self.starts: dict[int, list[str]] = defaultdict(list)
        for change in reversed(changes([activity])[activity.pk]):
            if change.session and change.old:
                start = change.old.start
                text = start.date().isoformat() if change.old.is_all_day else start.isoformat()
                if text not in self.starts[change.session]:
                    self.starts[change.session].append(text)

    def earlier_starts(self, one: Moment) -> list[str]:
        """When it was to begin before, the oldest first; empty where it has never been rescheduled."""
        if self.is_cancelled or one.session.is_cancelled or one.session.is_postponed:
            return []
        return [text for text in self.starts[one.session.pk] if text != _start(one)]

    def of(self, one: Moment) -> str:
        """The EventStatusType of one session. Another place at the same hour is no status of its own."""
        if self.is_cancelled or one.session.is_cancelled:
            return "EventCancelled"
        if one.session.is_postponed:
            return "EventPostponed"
        return "EventRescheduled" if self.earlier_starts(one) else "EventScheduled"

    def of_all(self, held: list[Moment]) -> str:
        """That of the whole: what holds of every session, else scheduled."""
        found = {self.of(one) for one in held}
        return found.pop() if len(found) == 1 else "EventScheduled"


def _start(one: Moment) -> str:
    return one.start.date().isoformat() if one.is_all_day else one.start.isoformat()


def _end(one: Moment) -> str | None:
    if one.end is None:
        return None
    return one.last_day.isoformat() if one.is_all_day else one.end.isoformat()


def _location(activity: Activity, session: Session, url: str) -> Any:
    here: list[dict[str, Any]] = []
    # A place is asked for: what is only online, at an address that is not known yet, is found on its page
    online = web_address(session.online_url) or (url if activity.mode == Mode.ONLINE else "")
    if activity.mode != Mode.OFFLINE and online:
        here.append({"@type": "VirtualLocation", "url": online})
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
