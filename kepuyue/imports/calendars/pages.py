"""Events in a saved web page, as schema.org names them: JSON-LD, or microdata where there is none."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kepuyue.imports.calendars import charset
from kepuyue.imports.calendars.plain import Event, Feed, Unusable, Window, one_line, span

TYPES = re.compile(r"(?:^|/|:)(?:\w*Event|Festival|Hackathon|CourseInstance|ScreeningEvent|EventSeries)$")
DEEPEST = 30
# Tags whose value stands in an attribute (WHATWG, microdata 5.2.4)
ATTRIBUTES = {
    "meta": "content", "audio": "src", "embed": "src", "iframe": "src", "img": "src", "source": "src", "video": "src",
    "a": "href", "area": "href", "link": "href", "object": "data", "data": "value", "meter": "value",
    "time": "datetime",
}  # fmt: skip
ADDRESSED = frozenset({"href", "src", "data"})


def detects(data: bytes) -> bool:
    """Whether it is a web page."""
    head = data[:2_048].replace(b"\0", b"").lower()
    return b"<html" in head or b"<!doctype html" in head or b"<head" in head or b"<body" in head


def detects_data(data: Any) -> bool:
    """Whether it is JSON-LD by itself."""
    return any(True for _found in _nodes(data))


def read(data: bytes, window: Window, declared: str = "") -> Feed:
    """The events that the page states about itself. Raises `Unusable`."""
    text, encoding = charset.decoded(data, declared)
    page = LexborHTMLParser(text)
    title = page.css_first("title")
    feed = Feed("schema-org", name=one_line(title.text()) if title else "", encoding=encoding)
    stated = [node for block in page.css("script") if "ld+json" in (block.attributes.get("type") or "").lower()
              for node in _nodes(_loaded(block.text()))]  # fmt: skip
    _take(feed, stated or list(_microdata(page)), window)
    return feed


def read_data(data: Any, window: Window) -> Feed:
    """The events of JSON-LD by itself. Raises `Unusable`."""
    feed = Feed("schema-org")
    _take(feed, list(_nodes(data)), window)
    return feed


def _take(feed: Feed, nodes: list[dict[str, Any]], window: Window) -> None:
    if not nodes:
        raise Unusable("page-without-events")
    seen = set()
    for node in nodes:
        event = _event(node, window)
        if event.uid not in seen:
            seen.add(event.uid)
            feed.add(event)


def _loaded(text: str) -> Any:
    # Pages wrap it in comments and CDATA, and break lines inside its strings
    text = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*\]\]>|\]\]>|-->)\s*$", "", text.strip())
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every event in the data, however deep; a series gives its parts where they have times of their own."""
    if depth > DEEPEST:
        return
    if isinstance(data, list):
        for part in data:
            yield from _nodes(part, depth + 1)
    elif isinstance(data, dict):
        parts = [node for name in ("subEvent", "subEvents") for node in _nodes(data.get(name), depth + 1)]
        if parts and all(part.get("startDate") for part in parts):
            yield from parts
            return
        if any(TYPES.search(str(kind)) for kind in _listed(data.get("@type"))) and (
            "startDate" in data or "name" in data
        ):
            yield data
            return
        for name, part in data.items():
            if name not in ("subEvent", "subEvents", "superEvent") and isinstance(part, dict | list):
                yield from _nodes(part, depth + 1)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    for one in _listed(value):
        if isinstance(one, dict):
            one = one.get("@value") or one.get("name") or one.get("@id") or ""
        if isinstance(one, str | int | float) and str(one).strip():
            return str(one).strip()
    return ""


def _address(value: Any) -> str:
    text = _text(
        [one.get("url") or one.get("@id") if isinstance(one, dict) else one for one in _listed(value)]
    )
    return text if text.startswith(("https://", "http://")) and len(text) <= 300 else ""


def _event(node: dict[str, Any], window: Window) -> Event:
    title, begin = _text(node.get("name")), _text(node.get("startDate"))
    status = _text(node.get("eventStatus"))
    uid = (
        _text(node.get("@id"))
        or _text(node.get("identifier"))
        or f"{_address(node.get('url'))}|{title}|{begin}"
    )
    places, online = _where(node.get("location"))
    event = Event(
        one_line(uid),
        title=title,
        text=_text(node.get("description")),
        place=one_line("；".join(places)),
        url=_address(node.get("url")),
        online=online,
        organizer=one_line(_text(node.get("organizer"))),
        people=[one_line(_text(one))[:60] for one in _listed(node.get("performer")) if _text(one)][:20],
        words=_words(node.get("keywords")),
        capacity=_count(node.get("maximumAttendeeCapacity")),
        is_cancelled=status.endswith("EventCancelled"),
    )
    if status.endswith("EventPostponed"):
        event.doubt("postponed")
    if node.get("eventSchedule"):
        event.doubt("schedule-not-read")
    if begin:
        try:
            one = span(begin, _text(node.get("endDate")) or None, window.zone)
        except (ValueError, TypeError):
            event.doubt("time-not-understood", text=begin[:80])
        else:
            one.place, one.url = event.place, online
            event.place_in(window, [one])
    return event


def _where(value: Any) -> tuple[list[str], str]:
    """(places, address of an online room)."""
    places, online = [], ""
    for one in _listed(value):
        if isinstance(one, dict) and any(
            "VirtualLocation" in str(kind) for kind in _listed(one.get("@type"))
        ):
            online = online or _address(one.get("url"))
        elif isinstance(one, dict):
            name = _text(one.get("name")) or _postal(one.get("address"))
            places += [name] if name else []
        elif isinstance(one, str) and one.strip():
            places.append(one.strip())
    return places, online


def _postal(value: Any) -> str:
    if isinstance(value, dict):
        parts = [_text(value.get(name)) for name in ("addressRegion", "addressLocality", "streetAddress")]
        return " ".join(part for part in parts if part)
    return _text(value)


def _words(value: Any) -> list[str]:
    words = [part for one in _listed(value) for part in re.split(r"[,，、;；]", _text(one))]
    return [one_line(word) for word in words if word.strip()][:20]


def _count(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000 else None


def _microdata(page: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    base = page.css_first("base[href]")
    address = (base.attributes.get("href") or "") if base else ""
    for node in page.css("[itemscope][itemtype]"):
        if any(TYPES.search(kind) for kind in (node.attributes.get("itemtype") or "").split()):
            yield _item(node, address, 0)


def _item(node: LexborNode, address: str, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": (node.attributes.get("itemtype") or "").split()}
    if named := node.attributes.get("itemid"):
        found["@id"] = named
    waiting = list(node.iter())
    while waiting:
        part = waiting.pop(0)
        is_item = "itemscope" in part.attributes
        for name in (part.attributes.get("itemprop") or "").split():
            value = _item(part, address, depth + 1) if is_item and depth < DEEPEST else _value(part, address)
            found.setdefault(name, []).append(value)
        if not is_item:
            waiting = list(part.iter()) + waiting
    return found


def _value(node: LexborNode, address: str) -> str:
    name = ATTRIBUTES.get(node.tag or "")
    if name == "datetime" and not node.attributes.get("datetime"):
        return node.text(strip=True)
    if name is None:
        # Pages state the machine's form of a text in `content`, on any tag
        return node.attributes.get("content") or " ".join(node.text().split())
    value = node.attributes.get(name) or ""
    return urljoin(address, value) if name in ADDRESSED and address else value
