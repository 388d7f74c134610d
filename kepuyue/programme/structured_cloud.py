"""An item of the cloud month in the words of schema.org, for search engines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from kepuyue.cloud.models import Air, CloudItem, Kind, Question
from kepuyue.core.links import whole
from kepuyue.programme.cloud_cards import Watching
from kepuyue.programme.structured import data_block


def json_ld(
    item: CloudItem,
    *,
    url: str,
    language: str,
    at: datetime,
    way: Watching,
    questions: Iterable[Question] = (),
) -> SafeString:
    """BroadcastEvent, VideoObject, an exhibition's CreativeWork, or FAQPage of what was answered in public."""
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "name": item.title,
        "url": url,
        "description": item.summary,
        "image": [whole(item.cover.get_absolute_url())] if item.cover else [],
        "inLanguage": language,
    }
    unit = {"@type": "Organization", "name": item.organization.name}
    if item.kind == Kind.LIVE:
        return data_block(facts | _broadcast(item, at, way, unit, url))
    if item.kind == Kind.VIDEO:
        return data_block(facts | _video(item, way) | {"publisher": unit})
    if item.kind == Kind.TOPIC:
        return data_block(facts | _answered(questions))
    return data_block(
        facts
        | {
            "@type": "CreativeWork",
            "genre": "VR / online exhibition",
            "publisher": unit,
            "isAccessibleForFree": True,
            "expires": item.ends_at.isoformat() if item.ends_at else None,
        }
    )


def _broadcast(
    item: CloudItem, at: datetime, way: Watching, unit: dict[str, str], url: str
) -> dict[str, Any]:
    air = item.air(at)
    assert item.starts_at is not None
    status = "EventCancelled" if air == Air.CANCELLED else "EventScheduled"
    return {
        "@type": "BroadcastEvent",
        "isLiveBroadcast": air in (Air.SCHEDULED, Air.LIVE),
        "startDate": item.starts_at.astimezone(item.edition.zone).isoformat(),
        "endDate": item.ends_at.astimezone(item.edition.zone).isoformat() if item.ends_at else None,
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": way.url or url},
        "isAccessibleForFree": True,
        "organizer": unit,
        "workPerformed": {"@type": "VideoObject", "name": item.title, "description": item.summary}
        | _video(item, way),
    }


def _video(item: CloudItem, way: Watching) -> dict[str, Any]:
    return {
        "@type": "VideoObject",
        "uploadDate": item.published_at.isoformat() if item.published_at else None,
        "thumbnailUrl": whole(item.cover.get_absolute_url()) if item.cover else None,
        "duration": f"PT{item.duration}M" if item.duration else None,
        "embedUrl": way.player.src if way.player else None,
        "isFamilyFriendly": True if item.suits_minors else None,
    }


def _answered(questions: Iterable[Question]) -> dict[str, Any]:
    return {
        "@type": "FAQPage",
        "mainEntity": [
            {"@type": "Question", "name": one.text, "acceptedAnswer": {"@type": "Answer", "text": one.answer}}
            for one in questions
            if one.answer
        ],
    }
