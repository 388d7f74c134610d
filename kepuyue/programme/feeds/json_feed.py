"""JSON Feed 1.1 (jsonfeed.org), with the sessions in an extension of its own: `_kepuyue`."""

import json
from typing import Any

from django.conf import settings

from kepuyue.activities.models import Activity
from kepuyue.core import wording
from kepuyue.core.links import web_address
from kepuyue.programme.cards import host
from kepuyue.programme.feeds.occasions import Occasion, occasions, session_is_full, status_of, title_with
from kepuyue.programme.feeds.selection import Selection, address_of
from kepuyue.programme.feeds.texts import block, line


def written(selection: Selection) -> bytes:
    """The activities of the selection, what comes next first."""
    query = selection.query
    items = [
        _item(activity, occasions([activity], at=selection.at, first=query.first, last=query.last))
        for activity in selection.activities()
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": selection.title,
        "home_page_url": selection.address,
        "feed_url": selection.feed_address("json"),
        **({"next_url": more} if (more := selection.next_address("json")) else {}),
        "language": wording.language_tag(),
        "authors": [{"name": line(selection.edition.office_name or selection.edition.city)}],
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode()


def _item(activity: Activity, dates: list[Occasion]) -> dict[str, Any]:
    picture = next(iter(activity.pictures.all()), None)
    item = {
        "id": address_of(activity),
        "url": address_of(activity),
        "title": title_with(activity, status_of(activity)),
        "summary": line(activity.summary),
        # Every item has a text, which the format asks for
        "content_text": block(activity.description or activity.summary or activity.title),
        "image": f"{settings.PUBLIC_URL}{picture.get_absolute_url()}" if picture else "",
        "date_published": activity.published_at and activity.published_at.isoformat(),
        "date_modified": activity.updated_at.isoformat(),
        "tags": [line(term) for term in activity.terms.all()],
        "_kepuyue": {
            "code": activity.code,
            "version": activity.version,
            "status": status_of(activity),
            "title": line(activity.title),
            "title_en": line(activity.title_en),
            "mode": activity.mode,
            "city": line(activity.city or activity.edition.city),
            "district": activity.district.code if activity.district else "",
            "host": line(host(activity)),
            "admission": activity.admission,
            "booking": activity.booking_mode,
            "sessions": [_session(one) for one in dates],
        },
    }
    return {key: value for key, value in item.items() if value not in ("", None, [])}


def _session(one: Occasion) -> dict[str, Any]:
    venue = one.session.venue
    return {
        "id": one.session.pk,
        "status": one.status,
        "start": one.moment.start.isoformat(),
        "end": one.moment.end.isoformat() if one.moment.end else None,
        "is_all_day": one.moment.is_all_day,
        "place": one.place,
        "is_full": session_is_full(one),
        "lng": venue.lng if venue else None,
        "lat": venue.lat if venue else None,
        "online_url": web_address(one.session.online_url),
    }
