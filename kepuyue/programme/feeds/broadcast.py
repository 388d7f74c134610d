"""A broadcast of the cloud month as a calendar of one event."""

from datetime import UTC, timedelta

import icalendar
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.cloud.models import CloudItem
from kepuyue.core.links import web_address, whole
from kepuyue.programme.cards import localized
from kepuyue.programme.feeds.ical import empty, in_zone, zone
from kepuyue.programme.feeds.texts import block, line


def written(item: CloudItem) -> bytes:
    """The broadcast in the edition's zone. Where its activity was called off it says so, and calendars follow."""
    assert item.starts_at is not None, "a public broadcast has a start"
    edition, address = item.edition, whole(reverse("programme:cloud-item", args=[item.code]))
    title = line(localized(item.title, item.title_en)[0])
    calendar = empty(title, edition.time_zone, address)
    start = item.starts_at.astimezone(edition.zone)
    end = (item.ends_at or item.starts_at + timedelta(minutes=item.duration or 60)).astimezone(edition.zone)
    calendar.add_component(zone(edition.time_zone, start.year, start.year + 2))
    event = icalendar.Event()
    event.add("uid", f"cloud-{item.code}@{edition.code}")
    for name in ("dtstamp", "last-modified"):
        event.add(name, item.updated_at.astimezone(UTC))
    event.add("created", (item.published_at or item.created_at).astimezone(UTC))
    event.add("sequence", item.version)
    event.add("status", "CANCELLED" if item.is_cancelled else "CONFIRMED")
    event.add("dtstart", in_zone(start))
    event.add("dtend", in_zone(end))
    event.add("summary", _("【已取消】%(title)s") % {"title": title} if item.is_cancelled else title)
    event.add("description", block("\n".join(filter(None, (line(item.summary), address)))))
    event.add("location", web_address(item.url) or _("线上"))
    event.add("url", address)
    calendar.add_component(event)
    written_out: bytes = calendar.to_ical(sorted=False)
    return written_out
