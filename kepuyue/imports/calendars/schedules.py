"""Conference schedules as frab, Pentabarf and pretalx write them: XML, and the same as JSON."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, ParseError  # the names only: defusedxml reads
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kepuyue.imports.calendars import charset
from kepuyue.imports.calendars.plain import Event, Feed, Occurrence, Unusable, Window, moment, one_line

LENGTH = re.compile(r"(?:(\d{1,2})[:.])?(\d{1,3})[:.](\d{2})$")
MORNING = 6  # a clock time before this, on a day that began later, belongs to the night after


def detects_xml(data: bytes) -> bool:
    """Whether it is XML with a schedule in it."""
    head = data[:4_096].replace(b"\0", b"").lower()
    return b"<schedule" in head and head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def detects_json(data: Any) -> bool:
    """Whether it is JSON with a schedule in it."""
    return (
        isinstance(data, dict) and isinstance(data.get("schedule"), dict) and "conference" in data["schedule"]
    )


def read_xml(data: bytes, window: Window, declared: str = "") -> Feed:
    """The schedule's events. Raises `Unusable`; entities and outside definitions are refused, never followed."""
    try:
        root = fromstring(data)
    except DefusedXmlException:
        raise Unusable("entities") from None
    except (ParseError, ValueError, LookupError):
        root = _read_anew(data, declared)
    if root.tag != "schedule":
        raise Unusable("no-events", kinds=[])
    conference = _plain(root.find("conference"))
    days = []
    for day in root.iter("day"):
        rooms: dict[str, list[dict[str, Any]]] = {}
        for room in day.iter("room"):
            if events := [_plain(event) for event in room.findall("event")]:
                rooms.setdefault(room.get("name", ""), []).extend(events)
        days.append({"date": day.get("date", ""), "start": day.get("start", ""), "rooms": rooms})
    return _feed("schedule-xml", conference, days, window)


def _read_anew(data: bytes, declared: str) -> Element:
    """Once more as text: the encoding that it states may be wrong."""
    text, _encoding = charset.decoded(data, declared)
    try:
        return fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except DefusedXmlException:
        raise Unusable("entities") from None
    except (ParseError, ValueError):
        raise Unusable("broken-xml") from None


def read_json(data: Any, window: Window) -> Feed:
    """The schedule's events. Raises `Unusable`."""
    conference = data["schedule"].get("conference") or {}
    days = (conference.get("days") or []) if isinstance(conference, dict) else None
    if not isinstance(days, list):
        raise Unusable("no-events", kinds=[])
    return _feed("schedule-json", conference, [day for day in days if isinstance(day, dict)], window)


def _plain(element: Element | None) -> dict[str, Any]:
    """An element's children as texts, its attributes among them; persons as a list."""
    if element is None:
        return {}
    found: dict[str, Any] = dict(element.attrib)
    for child in element:
        if child.tag == "persons":
            found["persons"] = [{"name": (person.text or "").strip()} for person in child]
        elif child.tag not in found or child.text:
            found[child.tag] = (child.text or "").strip()
    return found


def _feed(code: str, conference: dict[str, Any], days: list[dict[str, Any]], window: Window) -> Feed:
    feed = Feed(code, name=one_line(conference.get("title") or conference.get("acronym") or ""))
    zone = _zone(conference, window)
    series = one_line(conference.get("acronym") or conference.get("title") or "")
    for day, room, raw in _events(days):
        feed.add(_event(raw, day, room, series, zone, window, feed.name))
    if not feed.events and not feed.left:
        raise Unusable("no-events", kinds=[])
    return feed


def _zone(conference: dict[str, Any], window: Window) -> ZoneInfo:
    try:
        return (
            ZoneInfo(str(conference.get("time_zone_name") or ""))
            if conference.get("time_zone_name")
            else window.zone
        )
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return window.zone


def _events(days: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    for day in days:
        rooms = day.get("rooms")
        for room, events in rooms.items() if isinstance(rooms, dict) else ():
            for raw in events if isinstance(events, list) else ():
                if isinstance(raw, dict):
                    yield day, str(room), raw


def _event(
    raw: dict[str, Any],
    day: dict[str, Any],
    room: str,
    series: str,
    zone: ZoneInfo,
    window: Window,
    venue: str,
) -> Event:
    title, subtitle = one_line(raw.get("title") or ""), one_line(raw.get("subtitle") or "")
    # A guid is unique everywhere, a number only within its conference
    uid = str(raw.get("guid") or "") or f"{series}#{raw.get('id', title)}"
    texts = [subtitle, str(raw.get("abstract") or ""), str(raw.get("description") or "")]
    event = Event(
        one_line(uid),
        title=title,
        text="\n\n".join(dict.fromkeys(text.strip() for text in texts if text.strip())),
        place=one_line(raw.get("room") or room),
        url=_address(raw.get("url")),
        organizer="",
        people=[name for name in map(_person, raw.get("persons") or []) if name][:20],
        words=[word for word in (one_line(raw.get("track") or ""), one_line(raw.get("type") or "")) if word],
    )
    try:
        starts_at = _start(raw, day, zone)
    except (ValueError, TypeError):
        return event
    lasting = LENGTH.match(str(raw.get("duration") or ""))
    length = (
        timedelta(days=int(lasting[1] or 0), hours=int(lasting[2]), minutes=int(lasting[3]))
        if lasting
        else None
    )
    event.place_in(
        window, [Occurrence("", starts_at, starts_at + length if length else None, place=event.place)]
    )
    return event


def _start(raw: dict[str, Any], day: dict[str, Any], zone: ZoneInfo) -> datetime:
    if "T" in str(raw.get("date") or ""):
        return moment(raw["date"], zone)[0]
    begin, _is_day = moment(
        f"{raw.get('date') or day.get('date')}T{str(raw.get('start') or '').zfill(5)}", zone
    )
    opens = str(day.get("start") or day.get("day_start") or "")
    opens_at = moment(opens, zone)[0] if "T" in opens else None
    if not raw.get("date") and begin.hour < MORNING and (opens_at is None or begin < opens_at):
        begin += timedelta(days=1)
    return begin


def _person(raw: Any) -> str:
    if isinstance(raw, dict):
        return one_line(raw.get("public_name") or raw.get("full_public_name") or raw.get("name") or "")[:60]
    return one_line(raw)[:60] if isinstance(raw, str) else ""


def _address(raw: Any) -> str:
    return str(raw) if str(raw or "").startswith(("https://", "http://")) and len(str(raw)) <= 300 else ""


def loaded(data: bytes, declared: str = "") -> Any:
    """The JSON in the bytes, or None where it is none. Raises `Unusable` where it is nested to break readers."""
    text, _encoding = charset.decoded(data, declared)
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return None
    try:
        return json.loads(text.lstrip("\ufeff \t\r\n"))
    except ValueError:
        return None
    except RecursionError:
        raise Unusable("too-deep") from None
