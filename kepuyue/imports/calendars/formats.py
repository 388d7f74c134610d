"""The formats that are read, recognized by their content. A new one is a line here and a reader beside the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kepuyue.imports.calendars import agenda, ical, pages, schedules
from kepuyue.imports.calendars.plain import MOST_BYTES, Feed, Unusable, Window


@dataclass(frozen=True)
class Format:
    """One format that is recognized in the bytes."""

    code: str
    detects: Callable[[bytes], bool]
    read: Callable[[bytes, Window, str], Feed]


@dataclass(frozen=True)
class JsonFormat:
    """One that is recognized in the JSON that the bytes hold."""

    code: str
    detects: Callable[[Any], bool]
    read: Callable[[Any, Window], Feed]


FORMATS = (
    Format("ical", ical.detects, ical.read),
    Format("schedule-xml", schedules.detects_xml, schedules.read_xml),
    Format("schema-org", pages.detects, pages.read),
)
JSON_FORMATS = (
    JsonFormat("schedule-json", schedules.detects_json, schedules.read_json),
    JsonFormat("openagenda", agenda.detects, agenda.read),
    JsonFormat("schema-org", pages.detects_data, pages.read_data),
)
CODES = ("ical", "schedule-xml", "schedule-json", "openagenda", "schema-org")


def looks_like_one(data: bytes) -> bool:
    """Whether the bytes are for these readers and not for those of tables. Cheap: looks at their beginning only."""
    head = data[:2_048].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return ical.detects(data) or head.startswith((b"{", b"[{", b"[\n", b"[ ")) or (
        # A page without events may be a table that some program calls a workbook
        head.startswith(b"<") and (schedules.detects_xml(data) or (pages.detects(data) and b"schema.org" in data))
    )  # fmt: skip


def read(data: bytes, window: Window, declared: str = "") -> Feed:
    """What the file holds. Raises `Unusable`."""
    if len(data) > MOST_BYTES:
        raise Unusable("too-big", megabytes=MOST_BYTES // 1_000_000)
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unusable("empty")
    for format_ in FORMATS:
        if format_.detects(data):
            return format_.read(data, window, declared)
    found = schedules.loaded(data, declared)
    if found is not None:
        for json_format in JSON_FORMATS:
            if json_format.detects(found):
                return json_format.read(found, window)
        raise Unusable("json-without-events")
    raise Unusable("no-calendar")
