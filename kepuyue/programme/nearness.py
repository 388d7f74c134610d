"""How far activities are from where somebody looks, as the crow flies.

Nearly all have one place: for these the venues tell at once what is within a radius and what comes first. Only those
with several places are looked at one by one, since the session that is asked for has to be the one that is near.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import groupby
from math import inf

from kepuyue.core.geo import Point, metres_between
from kepuyue.programme import bits, catalogue
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.days import Slot


@dataclass
class Places:
    """The venues of a catalogue as seen from a point (WGS-84)."""

    known: Catalogue
    point: Point
    _within: dict[int, int] = field(default_factory=dict)

    @cached_property
    def metres(self) -> dict[int, float]:
        """The way to every venue whose position is known."""
        return {pk: metres_between(self.point, point) for pk, point in catalogue.positions().items()}

    @cached_property
    def nearest_first(self) -> list[tuple[float, int]]:
        """The venues that are in use with their metres, the nearest first."""
        return sorted((self.metres[venue], venue) for venue in self.known.venues if venue in self.metres)

    @cached_property
    def simple(self) -> int:
        """The set of those of which every session is at one and the same place."""
        return self.known.having("one_place", True) & ~self.known.having("partly_off", True)

    def within(self, radius: int) -> int:
        """The set of those with any session within so many kilometres."""
        if radius not in self._within:
            self._within[radius] = self.known.at(
                *(venue for venue, metres in self.metres.items() if metres <= radius * 1000)
            )
        return self._within[radius]


@dataclass(frozen=True)
class Ways:
    """The ways to activities by those of their sessions that are asked for."""

    places: Places
    wanted: Callable[[int], list[Slot]]
    "The sessions of an activity that are asked for"

    def to(self, number: int) -> tuple[float, int] | None:
        """The metres to the nearest place of an activity and the session there; None where no place is known."""
        metres = self.places.metres
        return min(
            (
                (metres[slot.venue], slot.pk)
                for slot in self.wanted(number)
                if slot.venue is not None and slot.venue in metres
            ),
            default=None,
        )

    def within(self, chosen: int, radius: int) -> int:
        """Those of a set, each with a session that is asked for, that have such a session within some kilometres."""
        simple, near = self.places.simple, self.places.within(radius)
        unsure = chosen & ~simple & (near | self.places.known.having("partly_off", True))
        return chosen & simple & near | bits.of(
            number for number in bits.members(unsure) if (self.to(number) or (inf,))[0] <= radius * 1000
        )

    def nearest_first(self, chosen: int) -> Iterator[tuple[float, list[int]]]:
        """The members of a set by their distance, those together that are equally far; without a place: infinity."""
        known, left = self.places.known, chosen
        flags, simple = (
            bits.flags(part, len(known.numbered)) for part in (chosen, chosen & self.places.simple)
        )
        seen: set[int] = set()
        # What has several places waits here until it is its turn
        later: list[tuple[float, int]] = []

        def wait(number: int) -> None:
            if number not in seen and (way := self.to(number)):
                seen.add(number)
                heappush(later, (way[0], number))

        for number in bits.members(chosen & known.having("partly_off", True)):
            wait(number)
        for metres, group in groupby(self.places.nearest_first, key=lambda one: one[0]):
            here = []
            for _metres, venue in group:
                for number in known.venues[venue]:
                    if simple[number]:
                        here.append(number)
                    elif flags[number]:
                        wait(number)
            yield from _due(later, metres)
            while later and later[0][0] == metres:
                here.append(heappop(later)[1])
            if here:
                seen.update(here)
                yield metres, here
        yield from _due(later, inf)
        left &= ~bits.of(seen)
        if left:
            yield inf, [*bits.members(left)]


def _due(later: list[tuple[float, int]], metres: float) -> Iterator[tuple[float, list[int]]]:
    """What waits with a shorter way, the equally far together."""
    while later and later[0][0] < metres:
        distance, number = heappop(later)
        here = [number]
        while later and later[0][0] == distance:
            here.append(heappop(later)[1])
        yield distance, here
