"""iCalendar (RFC 5545, with the properties of RFC 7986 for subscribed calendars)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import icalendar
from icalendar.prop import vDDDTypes, vDuration

from kepuyue.activities.models import Activity
from kepuyue.programme.feeds.occasions import Occasion, Status, occasions
from kepuyue.programme.feeds.selection import Selection, address_of
from kepuyue.programme.feeds.texts import line

STATUS = {Status.HELD: "CONFIRMED", Status.POSTPONED: "TENTATIVE", Status.CANCELLED: "CANCELLED"}
ASK_AGAIN = timedelta(hours=1)
# Sessions in one calendar
MOST = 2_000


def written(selection: Selection) -> bytes:
    """The sessions of the selection as one calendar, at most `MOST` of them: what comes next first, what is over last.

    An activity without a known time has no place in one.
    """
    calendar = empty(selection.title, selection.edition.time_zone, selection.address)
    query = selection.query
    events = occasions(selection.activities(), at=selection.at, first=query.first, last=query.last)[:MOST]
    if timed := [one.moment.start.year for one in events if not one.moment.is_all_day]:
        calendar.add_component(zone(selection.edition.time_zone, min(timed), max(timed) + 2))
    for one in events:
        calendar.add_component(_event(one))
    return calendar.to_ical(sorted=False)


def one(activity: Activity, session: int, *, address: str, at: datetime) -> bytes:
    """One session of an activity (read by `queries.in_full`) for somebody's own calendar, which reminds them an hour
    before; `address` is where they look next.
    """
    found = next(one for one in occasions([activity], at=at) if one.session.pk == session)
    calendar = empty(found.title, activity.edition.time_zone, address)
    if not found.moment.is_all_day:
        calendar.add_component(
            zone(activity.edition.time_zone, found.moment.start.year, found.moment.start.year + 2)
        )
    event = _event(found)
    event["url"] = address
    event["description"] = icalendar.vText(f"{address}\n{found.text}")
    reminder = icalendar.Alarm()
    reminder.add("action", "DISPLAY")
    reminder.add("description", found.title)
    reminder.add("trigger", -timedelta(hours=1))
    event.add_component(reminder)
    calendar.add_component(event)
    return calendar.to_ical(sorted=False)


def empty(title: str, time_zone: str, address: str) -> icalendar.Calendar:
    """A calendar without events, as programs subscribe to it."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//kepuyue//programme//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, title)
    calendar.add("x-wr-timezone", time_zone)
    calendar.add("url", address)
    calendar.add("refresh-interval", vDuration(ASK_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASK_AGAIN))
    return calendar


def _event(one: Occasion) -> icalendar.Event:
    activity, session = one.activity, one.session
    event = icalendar.Event()
    event.add("uid", one.key)
    # Without a method that asks for an answer, the stamp is when the event was last changed (3.8.7.2)
    for name in ("dtstamp", "last-modified"):
        event.add(name, activity.updated_at.astimezone(UTC))
    event.add("created", (activity.published_at or activity.created_at).astimezone(UTC))
    event.add("sequence", activity.version)
    event.add("status", STATUS[one.status])
    _span(event, one)
    event.add("summary", one.title)
    event.add("description", one.text)
    event.add("location", one.place)
    event.add("url", address_of(activity))
    if session.venue and session.venue.lat is not None and session.venue.lng is not None:
        event.add("geo", (session.venue.lat, session.venue.lng))
    if categories := [line(term) for term in activity.terms.all()]:
        event.add("categories", categories)
    return event


def _span(event: icalendar.Event, one: Occasion) -> None:
    start, end = one.moment.start, one.moment.end
    if one.moment.is_all_day:
        event.add("dtstart", start.date())
        event.add("dtend", one.moment.last_day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return
    event.add("dtstart", in_zone(start))
    if end is not None:
        event.add("dtend", in_zone(end))


def in_zone(moment: datetime) -> vDDDTypes:
    """The moment with the full name of its zone, to whole seconds: the format knows no parts of them."""
    return vDDDTypes(moment.replace(microsecond=0))


@lru_cache(maxsize=8)
def zone(name: str, first: int, last: int) -> icalendar.Timezone:
    """The zone's rules from the first year to before the last."""
    return icalendar.Timezone.from_tzinfo(
        ZoneInfo(name), name, first_date=date(first, 1, 1), last_date=date(last, 1, 1)
    )
