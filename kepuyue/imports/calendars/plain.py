"""What every reader gives: a feed of events with their occurrences inside a window of time."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MOST_BYTES = 5_000_000
MOST_EVENTS = 5_000
# So many sessions does an activity's form take (`activities.forms`); more are no session but opening hours
MOST_OCCURRENCES = 300
LONGEST_TEXT = 20_000  # characters


class Unusable(Exception):
    """The file gives nothing. `code` and `values` are put into words by `imports.wording`."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


@dataclass(frozen=True)
class Window:
    """Occurrences that touch [start, end) are taken. Times without a zone are read in `zone`."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def holds(self, starts_at: datetime, ends_at: datetime | None) -> bool:
        return starts_at < self.end and (ends_at > self.start if ends_at else starts_at >= self.start)


@dataclass
class Occurrence:
    """One time. Aware times; `ends_at` None: not stated; an all-day end is the midnight after the last day.

    `key` knows it again within its event: the time for which a recurrence planned it, or "" where there is one.
    """

    key: str
    starts_at: datetime
    ends_at: datetime | None = None
    is_all_day: bool = False
    place: str = ""
    url: str = ""
    is_cancelled: bool = False


@dataclass
class Event:
    """What a calendar says of one event, texts as they were written."""

    uid: str
    title: str = ""
    text: str = ""
    place: str = ""
    url: str = ""
    online: str = ""
    organizer: str = ""
    people: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    capacity: int | None = None
    is_cancelled: bool = False
    occurrences: list[Occurrence] = field(default_factory=list)
    "Those inside the window, by time"
    outside: str = ""
    "The day (ISO) of an occurrence that lies outside the window; empty: none does"
    doubts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    "(code, values): what a person must look at"

    def doubt(self, code: str, **values: Any) -> None:
        """Keep what is doubtful, once."""
        if (code, values) not in self.doubts:
            self.doubts.append((code, values))

    def place_in(self, window: Window, occurrences: Iterable[Occurrence]) -> None:
        """Keep those of the occurrences that lie inside the window."""
        kept = self.occurrences
        for one in sorted(occurrences, key=lambda one: one.starts_at):
            if one.ends_at is not None and one.ends_at <= one.starts_at:
                one.ends_at = None
                self.doubt("end-before-start")
            if not window.holds(one.starts_at, one.ends_at):
                self.outside = self.outside or one.starts_at.astimezone(window.zone).date().isoformat()
            elif len(kept) >= MOST_OCCURRENCES:
                self.doubt("too-many-sessions", count=MOST_OCCURRENCES)
                return
            else:
                kept.append(one)


@dataclass
class Feed:
    """All that a file says. Every event of it is in `events` or, with the reason, in `left`."""

    format: str
    name: str = ""
    encoding: str = ""
    events: list[Event] = field(default_factory=list)
    left: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    "(what it is called, code, values)"

    def add(self, event: Event) -> None:
        """Take the event in, or say why not."""
        if len(self.events) + len(self.left) >= MOST_EVENTS:
            raise Unusable("too-many-events", count=MOST_EVENTS)
        event.title = one_line(event.title)
        event.text = event.text.strip()[:LONGEST_TEXT]
        if not event.title:
            self.left.append(("", "no-title", {}))
        elif event.occurrences:
            self.events.append(event)
        elif event.outside:
            self.left.append((event.title, "outside", {"day": event.outside}))
        else:
            self.left.append((event.title, "no-start", {}))

    def as_data(self) -> dict[str, Any]:
        """The feed for JSON."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> "Feed":
        """The feed that `as_data` wrote."""
        events = []
        for raw in data["events"]:
            times = [
                Occurrence(
                    **one
                    | {
                        "starts_at": datetime.fromisoformat(one["starts_at"]),
                        "ends_at": datetime.fromisoformat(one["ends_at"]) if one["ends_at"] else None,
                    }
                )
                for one in raw["occurrences"]
            ]
            doubts = [(code, values) for code, values in raw["doubts"]]
            events.append(Event(**raw | {"occurrences": times, "doubts": doubts}))
        left = [(title, code, values) for title, code, values in data["left"]]
        return cls(**data | {"events": events, "left": left})


def one_line(text: str) -> str:
    """The text without line breaks and doubled spaces, at most 300 characters."""
    return " ".join(str(text or "").split())[:300]


def moment(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """An ISO 8601 day or time as (aware time, whether it is a whole day); raises ValueError."""
    text = str(text).strip()
    found = datetime.fromisoformat(text)
    is_day = len(text) in (8, 10) and ":" not in text
    return (found if found.tzinfo else found.replace(tzinfo=zone)), is_day


def span(begin: str, end: str | None, zone: ZoneInfo, key: str = "") -> Occurrence:
    """The occurrence between two ISO 8601 texts. A last day counts whole; an end that stands before its start on the
    same day means the day after (evenings that end past midnight are written so)."""
    starts_at, is_day = moment(begin, zone)
    if not end:
        return Occurrence(key, starts_at, starts_at + timedelta(days=1) if is_day else None, is_day)
    ends_at, ends_with_day = moment(end, zone)
    if is_day or ends_with_day:
        last = ends_at + timedelta(days=1) if ends_with_day else ends_at
        return Occurrence(key, starts_at, last, is_day)
    if ends_at < starts_at and ends_at.date() == starts_at.date():
        ends_at += timedelta(days=1)
    return Occurrence(key, starts_at, ends_at if ends_at != starts_at else None)
