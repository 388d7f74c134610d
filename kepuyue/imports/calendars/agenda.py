"""OpenAgenda: its own JSON (interface and export), and the same records as open-data portals hand them out."""

import json
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kepuyue.imports.calendars.plain import Event, Feed, Unusable, Window, one_line, span

LANGUAGES = ("zh", "zh-hans", "zh_cn", "en", "fr")
CANCELLED, POSTPONED = 6, 4


def detects(data: Any) -> bool:
    """Whether it is a list of OpenAgenda events under one of the names that carry it."""
    return any(_is_one(raw) for raw in _records(data)[:50])


def read(data: Any, window: Window) -> Feed:
    """The agenda's events. Raises `Unusable`."""
    agenda = data.get("agenda") if isinstance(data, dict) else None
    feed = Feed("openagenda", name=one_line(_said(agenda.get("title"))) if isinstance(agenda, dict) else "")
    for raw in _records(data):
        if _is_one(raw):
            feed.add(_event(raw, window))
        else:
            feed.left.append(("", "broken", {}))
    if not feed.events and not feed.left:
        raise Unusable("no-events", kinds=[])
    return feed


def _records(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        data = next((data[name] for name in ("events", "records", "results", "data") if name in data), None)
        if isinstance(data, dict):
            data = data.get("events") or list(data.values())
    if not isinstance(data, list):
        return []
    found = []
    for raw in data:
        if isinstance(raw, dict):
            inner = raw.get("fields") if isinstance(raw.get("fields"), dict) else raw
            found.append(inner if inner is not None else raw)
    return found


def _is_one(raw: dict[str, Any]) -> bool:
    has_times = any(
        name in raw for name in ("timings", "timetable", "date_start", "firstTiming", "firstdate_begin")
    )
    has_title = any(name == "title" or name.startswith("title_") for name in raw)
    return has_times and has_title and ("uid" in raw or "slug" in raw)


def _said(value: Any) -> str:
    """A text, or one in several languages."""
    if isinstance(value, dict):
        texts = {str(name).lower(): text for name, text in value.items() if isinstance(text, str)}
        return next((texts[name] for name in LANGUAGES if texts.get(name)), next(iter(texts.values()), ""))
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _of(raw: dict[str, Any], *names: str) -> str:
    for name in names:
        for found in (name, *(f"{name}_{language}" for language in LANGUAGES)):
            if text := _said(raw.get(found)).strip():
                return text
    return ""


def _event(raw: dict[str, Any], window: Window) -> Event:
    where = raw.get("location") if isinstance(raw.get("location"), dict) else {}
    assert isinstance(where, dict)
    place = (
        _of(where, "name")
        or _of(raw, "placename", "location_name")
        or _of(where, "address")
        or _of(raw, "address")
    )
    status = raw.get("status")
    code = status.get("id") if isinstance(status, dict) else status
    texts = [_of(raw, "description"), _of(raw, "longDescription", "longdescription", "free_text")]
    event = Event(
        f"openagenda:{raw.get('uid') or raw.get('slug')}"[:500],
        title=_of(raw, "title"),
        text="\n\n".join(dict.fromkeys(text for text in texts if text)),
        place=one_line(place),
        url=_address(raw, "canonicalUrl", "canonicalurl", "link"),
        online=_address(raw, "onlineAccessLink", "onlineaccesslink"),
        words=_words(raw),
        is_cancelled=str(code) == str(CANCELLED),
    )
    if str(code) == str(POSTPONED):
        event.doubt("postponed")
    occurrences = []
    for begin, end in _timings(raw):
        try:
            one = span(begin, end, _zone(raw, where, window))
        except (ValueError, TypeError):
            event.doubt("time-not-understood", text=f"{begin} {end or ''}"[:80])
            continue
        one.place, one.url = event.place, event.online
        occurrences.append(one)
    if len(occurrences) > 1:
        for one in occurrences:
            one.key = one.starts_at.isoformat()
    event.place_in(window, occurrences)
    return event


def _timings(raw: dict[str, Any]) -> list[tuple[str, str | None]]:
    timings = raw.get("timings")
    if isinstance(timings, str):
        try:
            timings = json.loads(timings)
        except (ValueError, RecursionError):
            timings = None
    if isinstance(timings, list) and timings:
        return [
            (str(one.get("begin") or one.get("start") or ""), one.get("end"))
            for one in timings
            if isinstance(one, dict)
        ]
    if table := str(raw.get("timetable") or ""):
        pairs = [part.split() for part in table.split(";") if part.strip()]
        return [(pair[0], pair[1] if len(pair) > 1 else None) for pair in pairs]
    begin = raw.get("firstdate_begin") or raw.get("date_start")
    return [(str(begin), raw.get("firstdate_end") or raw.get("date_end"))] if begin else []


def _zone(raw: dict[str, Any], where: dict[str, Any], window: Window) -> ZoneInfo:
    try:
        named = str(raw.get("timezone") or where.get("timezone") or "")
        return ZoneInfo(named) if named else window.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return window.zone


def _address(raw: dict[str, Any], *names: str) -> str:
    for name in names:
        text = str(raw.get(name) or "")
        if text.startswith(("https://", "http://")) and len(text) <= 300:
            return text
    return ""


def _words(raw: dict[str, Any]) -> list[str]:
    found = raw.get("keywords") or raw.get("keywords_fr") or raw.get("tags") or []
    if isinstance(found, dict):
        found = next((found[name] for name in LANGUAGES if found.get(name)), [])
    if isinstance(found, str):
        found = found.replace(";", ",").split(",")
    return [one_line(word) for word in found if isinstance(word, str) and word.strip()][:20]
