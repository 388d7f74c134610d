"""In which order matches stand: what comes next first, what is over last.

A page shows two dozen of what may be a hundred thousand, so the order is found from its beginning and only as far
as somebody looks: what is to come at an hour is read off the days, and only the rest is put in order as a whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import chain, islice
from typing import overload

from kepuyue.programme import bits
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.days import Slot
from kepuyue.programme.entry import Entry
from kepuyue.programme.nearness import Ways
from kepuyue.programme.seats import has_seats

# The groups of the list in their order: at an hour, over weeks, without a day, all year, over
UPCOMING, EXHIBITION, UNDATED, YEAR_ROUND, PAST = GROUPS = (
    "upcoming", "exhibition", "undated", "year_round", "past"
)  # fmt: skip
# Up to so many are put in order at once, which is quicker than looking through the days
FEW = 300


@dataclass(frozen=True)
class Match:
    """A matching activity: its record, which group of the list it belongs to, and the sessions that match.

    `metres` is the way to the nearest of their places, where one is asked for and known.
    """

    entry: Entry
    group: str
    slots: list[Slot]
    metres: float | None = None
    nearest: int | None = None
    "The session at that place"


@dataclass(frozen=True)
class Order:
    """Of a catalogue at a moment (in the edition's zone), seen by the sessions between two days, if any are named.

    `matching` tells which sessions of an activity are asked for where more than their days is; `only_open` where it
    leaves out those without a seat. With `ways` what is near comes first.
    """

    catalogue: Catalogue
    at: datetime
    first: date | None = None
    last: date | None = None
    matching: Callable[[int], list[Slot]] | None = None
    only_open: bool = False
    ways: Ways | None = None
    few: int = FEW

    def of(self, chosen: int) -> Iterator[Match]:
        """The members of a set in their order; within a group the own city comes before the linked ones."""
        if self.ways:
            yield from self._nearest(self.ways, chosen)
            return
        if chosen.bit_count() > self.few:
            linked = self.catalogue.having("city", "linked")
            shown: list[int] = []
            month = chosen & ~self.catalogue.having("season", "year")
            for part in (month & ~linked, month & linked):
                for number in self._dated(part):
                    shown.append(number)
                    yield self._match(number, UPCOMING)
            chosen &= ~bits.of(shown)
        past = shows = 0
        if chosen.bit_count() > self.few and not self.matching:
            past = self._past(chosen)
            shows = chosen & ~past & self.catalogue.having("lone_show", True)
        rest = sorted((self._key(number), number) for number in bits.members(chosen & ~past & ~shows))
        linked = self.catalogue.having("city", "linked")
        parts = (self._lone_shows(part) for part in (shows & ~linked, shows & linked))
        for key, number in merge(rest, chain.from_iterable(parts)):
            yield self._match(number, GROUPS[key[0]])
        for part in (past & ~linked, past & linked):
            look = bits.Look(part)
            for number in self._latest_first() if part else ():
                if number in look:
                    yield self._match(number, PAST)

    def _nearest(self, ways: Ways, chosen: int) -> Iterator[Match]:
        """Each group by the way; the first group is given out as it is found."""
        later: dict[int, list[int]] = {}
        for _metres, numbers in ways.nearest_first(chosen):
            for (group, *_rest), number in sorted((self._key(number), number) for number in numbers):
                if GROUPS[group] == UPCOMING:
                    yield self._match(number, UPCOMING)
                else:
                    later.setdefault(group, []).append(number)
        for group in sorted(later):
            yield from (self._match(number, GROUPS[group]) for number in later[group])

    def _past(self, chosen: int) -> int:
        """Those that are surely over; known without looking at each where no more than days is asked for."""
        known = self.catalogue
        ahead = known.days.ahead(self.at, self.first, self.last)
        return chosen & ~(ahead | known.having("undated", True) | known.having("year_round", True))

    def _lone_shows(self, chosen: int) -> Iterator[tuple[tuple[int, bool, float, int], int]]:
        """Exhibitions that go on and have no other session, with their keys, in the order of these."""
        look = bits.Look(chosen)
        for number in self.catalogue.lone_shows if chosen else ():
            if number in look:
                yield self._key(number), number

    def _latest_first(self) -> Iterator[int]:
        """Numbers by their last session to begin on the days that are asked for, the latest first, each once."""
        if not (self.first or self.last):
            yield from self.catalogue.latest_first
            return
        seen: set[int] = set()
        for number, _slot in self.catalogue.days.latest_first(self.first, self.last):
            if number not in seen:
                seen.add(number)
                yield number

    def by_rank(self, levels: Iterable[tuple[float, int]], chosen: int) -> Iterator[Match]:
        """The members of a set by their ranks, and in their order where these are equal."""
        for _rank, level in levels:
            yield from self.of(chosen & level)

    def soonest(self, chosen: int) -> Iterator[Entry]:
        """Those of a set with something to come at an hour, the soonest first; then what is on for weeks."""
        if chosen.bit_count() > self.few:
            shown: list[int] = []
            for number in self._dated(chosen):
                shown.append(number)
                yield self.catalogue.numbered[number]
            chosen &= ~bits.of(shown)
        rest = []
        for entry in self.catalogue.entries_of(chosen):
            ahead = [slot for slot in entry.slots if slot.over_at > self.at]
            dated = [slot.start for slot in ahead if not slot.is_exhibition]
            if ahead:
                rest.append((not dated, min(dated or [slot.over_at for slot in ahead]), entry.pk, entry))
        rest.sort(key=lambda row: row[:3])
        yield from (entry for *_order, entry in rest)

    def _dated(self, chosen: int) -> Iterator[int]:
        """Those with something to come at an hour, the soonest first."""
        catalogue = self.catalogue
        # What is over today may have begun yesterday and have no stated end
        begin = (self.at - timedelta(days=1)).date()
        first = begin if self.first is None else max(begin, self.first)
        wanted = bits.Look(chosen)
        seen: set[int] = set()
        for number, slot in catalogue.days.dated(first, self.last):
            if (
                number in wanted
                and number not in seen
                and slot.over_at > self.at
                and slot.touches(self.first, self.last)
                and (not self.only_open or has_seats(slot))
            ):
                seen.add(number)
                yield number

    def slots(self, number: int) -> list[Slot]:
        """The sessions of an activity that are asked for."""
        if self.matching:
            return self.matching(number)
        slots = self.catalogue.numbered[number].slots
        return [slot for slot in slots if slot.touches(self.first, self.last)]

    def _match(self, number: int, group: str) -> Match:
        metres, nearest = (self.ways and self.ways.to(number)) or (None, None)
        return Match(self.catalogue.numbered[number], group, self.slots(number), metres, nearest)

    def _key(self, number: int) -> tuple[int, bool, float, int]:
        entry = self.catalogue.numbered[number]
        group, order = place(entry, self.slots(number), self.at)
        return GROUPS.index(group), entry.city != "", order, entry.pk


def place(entry: Entry, slots: list[Slot], at: datetime) -> tuple[str, float]:
    """The group and the order in it, by some of its sessions: the soonest first, of what is over the latest."""
    ahead = [slot for slot in slots if slot.over_at > at]
    if entry.is_beyond_month and (entry.is_year_round or ahead):
        return YEAR_ROUND, min((slot.start for slot in ahead), default=at).timestamp()
    if not slots:
        return UNDATED, 0.0
    if not ahead:
        return PAST, -max(slot.start for slot in slots).timestamp()
    dated = [slot for slot in ahead if not slot.is_exhibition]
    if dated:
        return UPCOMING, min(slot.start for slot in dated).timestamp()
    return EXHIBITION, min(slot.over_at for slot in ahead).timestamp()


class Matches(Sequence[Match]):
    """All that match; put in order no further than somebody reads."""

    def __init__(self, number: int, ordered: Iterable[Match]) -> None:
        self._number, self._ordered = number, iter(ordered)
        self._read: list[Match] = []

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, key: int) -> Match: ...

    @overload
    def __getitem__(self, key: slice) -> list[Match]: ...

    def __getitem__(self, key: int | slice) -> Match | list[Match]:
        upto = max(key.indices(self._number)[:2], default=0) if isinstance(key, slice) else key + 1
        if upto <= 0 and not isinstance(key, slice):
            upto = self._number
        self._read.extend(islice(self._ordered, max(0, upto - len(self._read))))
        return self._read[key]

    def __iter__(self) -> Iterator[Match]:
        self._read.extend(self._ordered)
        return iter(self._read)
