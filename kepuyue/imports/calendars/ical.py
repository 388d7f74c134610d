"""iCalendar (RFC 5545): what programs write, and what people's programs write wrongly.

Each VEVENT is read by itself, so that a broken one costs no other. Lines are unfolded as bytes, since programs fold in
the middle of a character. A wrapper VCALENDAR may be missing, line ends may be any, END lines may lack at the end.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from icalendar import Component
from icalendar.prop import vBroken

from kepuyue.imports.calendars import charset, recurrence
from kepuyue.imports.calendars.ical_blocks import blocks, parsed
from kepuyue.imports.calendars.plain import MOST_EVENTS, Event, Feed, Occurrence, Unusable, Window, one_line

BEGINNING = re.compile(
    rb"(?:^|[\r\n])\s*BEGIN:V(CALENDAR|EVENT|TODO|JOURNAL|FREEBUSY|ALARM|TIMEZONE|AVAIL)", re.I
)
FOLD = re.compile(rb"(?:\r\n|\r|\n)[ \t]")


def detects(data: bytes) -> bool:
    """Whether it looks like a calendar, whatever its name."""
    head = data[:4_096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return bool(BEGINNING.search(b"\n" + head))


def read(data: bytes, window: Window, declared: str = "") -> Feed:
    """The file's events. Raises `Unusable`."""
    if b"\0" not in data[:200]:
        data = FOLD.sub(b"", data)
    text, encoding = charset.decoded(data, declared)
    if encoding.startswith("utf-16"):
        text = re.sub(r"(?:\r\n|\r|\n)[ \t]", "", text)
    feed = Feed("ical", encoding=encoding)
    found, others, feed.name = blocks(text)
    zones = [block for block in found if block.name == "VTIMEZONE"]
    events = [block for block in found if block.name == "VEVENT"]
    if len(events) > MOST_EVENTS:
        raise Unusable("too-many-events", count=MOST_EVENTS)
    for block in zones:
        parsed(block)  # the library remembers them by their names
    parts: dict[str, list[_Part]] = defaultdict(list)
    for number, block in enumerate(events):
        component = parsed(block)
        if component is None or not block.is_whole:
            feed.left.append((block.title, "broken" if block.is_whole else "cut-off", {}))
            continue
        part = _Part(component, window)
        parts[part.uid or f"\0{number}"].append(part)
    for uid, group in parts.items():
        for event in _events("" if uid.startswith("\0") else uid, group, window):
            feed.add(event)
    for name, count in others.items():
        feed.left.append(("", "no-event", {"kind": name, "count": count}))
    if not events:
        raise Unusable("no-events", kinds=sorted(others))
    return feed


class _Part:
    """One VEVENT: an event, or what is otherwise about one of its occurrences."""

    def __init__(self, component: Component, window: Window) -> None:
        self.component = component
        self.window = window
        self.faults: list[tuple[str, dict[str, Any]]] = []
        self.uid = one_line(self.text("UID"))[:500]
        self.start = self.moment("DTSTART")
        written = _dt(self.first("DTSTART"))
        self.is_floating = isinstance(written, datetime) and written.tzinfo is None
        self.planned = self.moment("RECURRENCE-ID")
        self.is_for_all_later = _param(self.first("RECURRENCE-ID"), "RANGE").upper() == "THISANDFUTURE"
        self.is_cancelled = self.text("STATUS").upper() == "CANCELLED"
        self.length = self._length()

    def all(self, name: str) -> list[Any]:
        try:
            found = self.component.get(name)
        except (ValueError, KeyError, TypeError):
            return []
        return [] if found is None else found if isinstance(found, list) else [found]

    def first(self, name: str) -> Any:
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        return str(self.first(name) or "").strip()

    def moment(self, name: str) -> "date | datetime | None":
        """The property's day, or its time with the zone in which it was meant."""
        found = _dt(self.first(name))
        if isinstance(found, datetime):
            return self._zoned(found, _param(self.first(name), "TZID"))
        return found if isinstance(found, date) else None

    def _zoned(self, found: datetime, tzid: str = "") -> datetime:
        if found.tzinfo is not None:
            return found
        if tzid:
            self.faults.append(("unknown-zone", {"zone": tzid}))
        return found.replace(tzinfo=self.window.zone)

    def _length(self) -> timedelta | None:
        start, end = self.start, self.moment("DTEND")
        lasting = _dt(self.first("DURATION"))
        if isinstance(start, datetime):
            if isinstance(lasting, timedelta):
                return lasting or None
            if isinstance(end, datetime):
                # Clock times are what people mean, also across a change of the clocks
                same = end.utcoffset() == start.utcoffset() or end.tzinfo == start.tzinfo
                length = end.replace(tzinfo=None) - start.replace(tzinfo=None) if same else end - start
            elif isinstance(end, date):
                length = datetime.combine(end, time(), start.tzinfo) - start
            else:
                return None
            if length < timedelta():
                self.faults.append(("end-before-start", {}))
            return length if length > timedelta() else None
        if isinstance(start, date):
            last = end.date() if isinstance(end, datetime) else end
            days = (
                lasting if isinstance(lasting, timedelta) else (last - start if last else timedelta(days=1))
            )
            if days < timedelta():
                self.faults.append(("end-before-start", {}))
            return max(timedelta(days=days.days), timedelta(days=1))
        return None

    def occurrence(self, start: "date | datetime", key: str, length: timedelta | None = None) -> Occurrence:
        is_day = not isinstance(start, datetime)
        begin = start if isinstance(start, datetime) else datetime.combine(start, time(), self.window.zone)
        length = length or self.length
        end = begin + length if length else None
        return Occurrence(
            key, begin, end, is_day, one_line(self.text("LOCATION")), self.online(), self.is_cancelled
        )

    def online(self) -> str:
        """Where one takes part over the network."""
        for name in ("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL"):
            for value in self.all(name):
                if str(value).lower().startswith(("https://", "http://")):
                    return str(value)[:300]
        return ""


def _param(value: Any, name: str) -> str:
    return str(getattr(value, "params", {}).get(name, "") or "")


def _dt(value: Any) -> Any:
    """The value of a property, None where the library could make nothing of what it says."""
    return None if isinstance(value, vBroken) else getattr(value, "dt", None)


def _listed(value: Any) -> list[Any]:
    return [] if isinstance(value, vBroken) else list(getattr(value, "dts", []))


def _events(uid: str, parts: list[_Part], window: Window) -> Iterator[Event]:
    """The events of one UID: mostly one. Programs that give every event the same UID make several of them."""
    masters = [part for part in parts if part.planned is None]
    changes = [part for part in parts if part.planned is not None]
    newest: dict[Any, _Part] = {}
    top = max((_number(part.text("SEQUENCE")) for part in masters), default=0)
    for part in masters:
        if _number(part.text("SEQUENCE")) == top:
            newest[part.start if part.start is not None else part.text("SUMMARY")] = part
    if not masters:
        yield _event(uid, changes[0], changes[1:], window, is_alone=True)
    for place, part in enumerate(newest.values()):
        event = _event(uid, part, changes if place == 0 else [], window)
        if len(newest) > 1:
            event.uid = f"{uid}@{part.start.isoformat() if part.start else place}"
            event.doubt("uid-twice")
        yield event


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _event(uid: str, part: _Part, changes: list[_Part], window: Window, *, is_alone: bool = False) -> Event:
    organizer = part.first("ORGANIZER")
    event = Event(
        uid,
        title=part.text("SUMMARY"),
        text=part.text("DESCRIPTION"),
        place=one_line(part.text("LOCATION")),
        url=part.text("URL")[:300],
        online=part.online(),
        organizer=one_line(_param(organizer, "CN")),
        words=_categories(part),
        is_cancelled=part.is_cancelled and not is_alone,
    )
    if not uid:
        # Without a name of its own it is known by what it is called and when it is
        event.uid = f"{one_line(event.title)}|{part.start.isoformat() if part.start else ''}"
    if part.text("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
        event.doubt("private")
    if is_alone:
        whole = [
            one.occurrence(one.start, _key(one.planned))
            for one in (part, *changes)
            if one.start and one.planned
        ]
    else:
        whole = list(_changed(_occurrences(part, event, window), changes))
    event.place_in(window, whole)
    for one in (part, *changes):
        for code, values in one.faults:
            event.doubt(code, **values)
    return event


def _categories(part: _Part) -> list[str]:
    found = []
    for value in part.all("CATEGORIES"):
        found += [one_line(str(one)) for one in getattr(value, "cats", [value])]
    return [word for word in found if word][:20]


def _key(planned: "date | datetime | None") -> str:
    if planned is None:
        return ""
    if isinstance(planned, datetime):
        return planned.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return planned.strftime("%Y%m%d")


def _occurrences(part: _Part, event: Event, window: Window) -> dict[str, Occurrence]:
    """The times that the rules give, without those taken out; {key: occurrence}."""
    start = part.start
    extra = _extra(part, event)
    if start is None:
        return {_key(one): part.occurrence(one, _key(one), length) for one, length in extra}
    rules = part.all("RRULE")
    if not rules and not extra:
        return {"": part.occurrence(start, "")}
    found: dict[str, Occurrence] = {_key(start): part.occurrence(start, _key(start))}
    for rule in rules:
        for one in _expanded(rule, start, event, window):
            found.setdefault(_key(one), part.occurrence(one, _key(one)))
    for one, length in extra:
        found.setdefault(_key(one), part.occurrence(one, _key(one), length))
    out_days, out_times = _taken_out(part)
    zone = start.tzinfo if isinstance(start, datetime) else window.zone
    return {
        key: one
        for key, one in found.items()
        if one.starts_at.astimezone(zone).date() not in out_days
        and one.starts_at not in out_times
        and one.starts_at.replace(tzinfo=None) not in out_times
    }


def _expanded(
    rule: Any, start: "date | datetime", event: Event, window: Window
) -> "Iterator[date | datetime]":
    zone: tzinfo | None = start.tzinfo if isinstance(start, datetime) else None
    clock = start.replace(tzinfo=None) if isinstance(start, datetime) else datetime.combine(start, time())
    until = (window.end.astimezone(zone or window.zone)).replace(tzinfo=None)
    text = rule.to_ical().decode("utf-8", errors="replace") if hasattr(rule, "to_ical") else str(rule)
    try:
        for one in recurrence.times(text, clock, until=until, zone=zone or window.zone):
            yield one.replace(tzinfo=zone) if zone else one.date()
    except recurrence.NotUnderstood:
        event.doubt("rule-not-understood", rule=text[:120])
    except recurrence.TooOften:
        event.doubt("rule-too-often", rule=text[:120])


def _extra(part: _Part, event: Event) -> "list[tuple[date | datetime, timedelta | None]]":
    """RDATE: further days, times, or spans of time."""
    found: list[tuple[date | datetime, timedelta | None]] = []
    for value in part.all("RDATE"):
        for one in _listed(value):
            moment = _dt(one)
            if isinstance(moment, tuple) and isinstance(moment[0], datetime):
                begin = part._zoned(moment[0], _param(value, "TZID"))
                length = moment[1] if isinstance(moment[1], timedelta) else part._zoned(moment[1]) - begin
                found.append((begin, length))
            elif isinstance(moment, datetime):
                found.append((part._zoned(moment, _param(value, "TZID")), None))
            elif isinstance(moment, date):
                found.append((moment, None))
            else:
                event.doubt("extra-date")
    return found


def _taken_out(part: _Part) -> tuple[set[date], set[datetime]]:
    """EXDATE: whole days, and times; a time without a zone, or beside a start without one, counts by its clock."""
    days: set[date] = set()
    times: set[datetime] = set()
    for value in part.all("EXDATE"):
        for one in _listed(value):
            moment = _dt(one)
            if isinstance(moment, datetime):
                times.add(part._zoned(moment))
                if part.is_floating or moment.tzinfo is None:
                    times.add(moment.replace(tzinfo=None))
            elif isinstance(moment, date):
                days.add(moment)
    return days, times


def _changed(found: dict[str, Occurrence], changes: list[_Part]) -> list[Occurrence]:
    """The occurrences with what RECURRENCE-ID says otherwise about one, or about one and all later ones."""
    for change in sorted(changes, key=lambda one: (not one.is_for_all_later, _key(one.planned))):
        if change.planned is None or change.start is None:
            continue
        key = _key(change.planned)
        if change.is_for_all_later:
            _move_later(found, change)
        else:
            found[key] = change.occurrence(change.start, key)
    return list(found.values())


def _move_later(found: dict[str, Occurrence], change: _Part) -> None:
    assert change.planned is not None and change.start is not None
    planned = change.occurrence(change.planned, "").starts_at
    by = change.occurrence(change.start, "").starts_at - planned
    for key, one in found.items():
        if one.starts_at < planned:
            continue
        begin = one.starts_at + by
        moved = change.occurrence(begin if not one.is_all_day else begin.date(), key)
        moved.is_cancelled = change.is_cancelled
        found[key] = moved
