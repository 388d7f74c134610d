"""What is asked for, and which sessions of an activity that leaves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from math import inf

from kepuyue.core.geo import Point
from kepuyue.programme import bits
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.days import Slot
from kepuyue.programme.entry import Entry
from kepuyue.programme.nearness import Places, Ways
from kepuyue.programme.seats import has_seats

# Days that one asks for by a word
SHORTCUTS = ("today", "tomorrow", "weekend", "week")


def span(name: str, day: date) -> tuple[date, date]:
    """The first and last day that a shortcut stands for, seen from a day."""
    if name == "tomorrow":
        return day + timedelta(days=1), day + timedelta(days=1)
    if name == "weekend":
        saturday = day + timedelta(days=5 - day.weekday())
        return max(day, saturday), saturday + timedelta(days=1)
    if name == "week":
        return day, day + timedelta(days=6)
    return day, day


@dataclass(frozen=True)
class Query:
    """What is asked for. Values of one field are alternatives, fields hold together; empty means any.

    `terms` maps a taxonomy's code to term ids; `city` is "own", "linked" (联动城市) or "".
    """

    q: str = ""
    first: date | None = None
    last: date | None = None
    districts: frozenset[int] = frozenset()
    terms: dict[str, frozenset[int]] = field(default_factory=dict)
    modes: frozenset[str] = frozenset()
    bookings: frozenset[str] = frozenset()
    free: bool = False
    city: str = ""
    season: str = ""
    "month: what belongs to the month; year: year-round publicity and what lies outside the month"
    sources: frozenset[int] = frozenset()
    "Keys of the places that it was gathered from; 0: our own"
    ages: frozenset[int] = frozenset()
    "In years"
    seats: bool = False
    "Only what has a session to come, on the days that are asked for, with a seat left"
    access: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    near: Point | None = None
    "WGS-84. Orders by the way as the crow flies"
    within: int = 0
    "So many kilometres from `near` at most; 0: any distance"

    @property
    def has_dates(self) -> bool:
        return self.first is not None or self.last is not None


@dataclass(frozen=True)
class Sessions:
    """The sessions of a catalogue as a query looks at them: by their days, their seats and their places."""

    known: Catalogue
    query: Query
    at: datetime
    "In the edition's zone"
    with_called_off: bool = False
    places: Places | None = None
    "Where it is looked from, if that is asked"

    @cached_property
    def asked(self) -> int:
        """The set of those with a session on the days that are asked for; everything where none are."""
        if not self.query.has_dates:
            return self.known.everything
        found = self.known.days.between(self.query.first, self.query.last)
        if self.with_called_off:
            partly = self.known.having("partly_off", True) & ~found
            found |= bits.of(
                number
                for number in bits.members(partly)
                if self._of_the_days(self.known.numbered[number].called_off)
            )
        return found

    @cached_property
    def open(self) -> int:
        """The set of those with a session to come on these days that has a seat."""
        known = self.known
        ahead = known.days.ahead(self.at, self.query.first, self.query.last) & ~known.cancelled
        unsure = ahead & known.having("unsure", True)
        return ahead & ~unsure | bits.of(
            number for number in bits.members(unsure) if self._open(known.numbered[number])
        )

    def open_within(self, chosen: int, radius: int) -> int:
        """Those of a set with such a session within some kilometres."""
        if self.places is None:
            return 0
        ways = Ways(self.places, lambda number: self._open(self.known.numbered[number]))
        return ways.within(chosen & self.open, radius)

    @cached_property
    def ways(self) -> Ways | None:
        """The ways by the sessions that are asked for; None where it is not said from where."""
        return Ways(self.places, self._wanted) if self.places else None

    def matching(self, number: int) -> list[Slot]:
        """The sessions of an activity that satisfy all that is asked of a session."""
        wanted = self._wanted(number)
        return (
            [slot for slot in wanted if self._is_near(slot)] if self.places and self.query.within else wanted
        )

    def _wanted(self, number: int) -> list[Slot]:
        """Those of the days; where seats are asked for, one and the same session has to have the seat and be near."""
        entry = self.known.numbered[number]
        if self.query.seats and (found := self._open(entry)):
            return found
        slots = self._of_the_days(entry.slots)
        if not slots and self.with_called_off and self.query.has_dates:
            return self._of_the_days(entry.called_off)
        return slots

    def _of_the_days(self, slots: Iterable[Slot]) -> list[Slot]:
        return [slot for slot in slots if slot.touches(self.query.first, self.query.last)]

    def _open(self, entry: Entry) -> list[Slot]:
        if entry.is_cancelled:
            return []
        return [slot for slot in self._of_the_days(entry.slots) if slot.over_at > self.at and has_seats(slot)]

    def _is_near(self, slot: Slot) -> bool:
        assert self.places is not None
        return self.places.metres.get(slot.venue or 0, inf) <= self.query.within * 1000
