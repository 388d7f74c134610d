"""A result's places on a map: near ones become one mark, the further out the more.

Coordinates stay WGS-84 until `marks` draws them for the source of the map.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from kepuyue.activities.models import Mode
from kepuyue.core.geo import Datum, Point, drawn, pixel
from kepuyue.programme import bits
from kepuyue.programme.search import Result

# Marks whose middles are closer than this many pixels become one
NEAR = 52
FURTHEST, NEAREST = 7, 18
# So many places at most are named by one address; a mark of more says to come nearer
MOST_PLACES = 40


class Place(NamedTuple):
    """A venue with a known position (WGS-84)."""

    pk: int
    name: str
    point: Point


@dataclass
class Spot:
    """What is on at some places that stand as one mark. Counts activities (项), each once."""

    places: list[Place]
    entries: set[int] = field(default_factory=set)
    "all activities, by the catalogue's numbers"
    dated: bool = False
    "whether something at an hour is still to come"
    shows: bool = False
    "whether an exhibition over weeks is not over"

    @property
    def point(self) -> Point:
        """The middle of its places."""
        count = len(self.places)
        return Point(
            sum(one.point.lng for one in self.places) / count,
            sum(one.point.lat for one in self.places) / count,
        )

    @property
    def is_one_point(self) -> bool:
        """Whether coming nearer would never part it."""
        return len({one.point for one in self.places}) == 1

    @property
    def kind(self) -> str:
        """What it shows first: something at an hour, an exhibition, or only what is over."""
        return "dated" if self.dated else "show" if self.shows else "past"

    def take(self, other: "Spot") -> None:
        """Become one with another."""
        self.places += other.places
        self.entries |= other.entries
        self.dated = self.dated or other.dated
        self.shows = self.shows or other.shows


def spots(result: Result, places: Mapping[int, Place]) -> list[Spot]:
    """One spot for each place at which something of the result is on."""
    days, at = result.catalogue.days, result.at
    length = len(result.catalogue.numbered)
    dated = bits.flags(days.dated_ahead(at), length)
    shows = bits.flags(days.ahead(at) & days.showing(at.date(), None), length)
    return [
        Spot(
            [places[venue]],
            set(here),
            any(dated[number] for number in here),
            any(shows[number] for number in here),
        )
        for venue, here in _at_venues(result).items()
        if venue in places
    ]


def without_place(result: Result, places: Mapping[int, Place]) -> dict[int, int]:
    """How many activities of each district have no place that is known exactly."""
    known = result.catalogue
    at = (numbers for venue, numbers in _at_venues(result).items() if venue in places)
    placed = bits.of_many(chain.from_iterable(at), len(known.numbered))
    rest = result.chosen & ~placed & ~known.having("mode", Mode.ONLINE)
    counts = {
        district: (rest & having).bit_count()
        for (name, district), having in known.sets.items()
        if name == "district" and district is not None
    }
    return {district: count for district, count in counts.items() if count}


def _at_venues(result: Result) -> Mapping[int, Iterable[int]]:
    """Who of a result is at which venue with a session that matches."""
    known = result.catalogue
    # Whoever is found and has one place is there; only of several places some may not match
    simple = known.having("one_place", True) & ~known.having("partly_off", True)
    is_every = not (result.query.has_dates or result.is_narrowed)
    flags = bits.flags(result.chosen & (known.everything if is_every else simple), len(known.numbered))
    found: dict[int, list[int]] = {}
    for venue, numbers in known.venues.items():
        if here := [number for number in numbers if flags[number]]:
            found[venue] = here
    for number in () if is_every else bits.members(result.chosen & ~simple):
        for place in {slot.venue for slot in result.matching(number)}:
            if place is not None:
                found.setdefault(place, []).append(number)
    return found


def clustered(found: Iterable[Spot], zoom: int) -> list[Spot]:
    """Spots that would touch each other at this zoom as one; the same for every window, so that nothing jumps."""
    kept: list[tuple[float, float, Spot]] = []
    grid: dict[tuple[int, int], list[int]] = defaultdict(list)
    # The largest first: it stays where it is, and smaller ones join it
    for spot in sorted(found, key=lambda one: (-len(one.entries), one.places[0].pk)):
        x, y = pixel(spot.point, zoom)
        column, row = int(x // NEAR), int(y // NEAR)
        near = [
            (max(abs(kept[n][0] - x), abs(kept[n][1] - y)), n)
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for n in grid[column + dx, row + dy]
        ]
        distance, n = min(near, default=(NEAR, -1))
        if distance < NEAR:
            kept[n][2].take(spot)
        else:
            grid[column, row].append(len(kept))
            # A copy: the spots themselves serve other zooms too
            copy = Spot([*spot.places], set(spot.entries), spot.dated, spot.shows)
            kept.append((x, y, copy))
    return [spot for _x, _y, spot in kept]


def bounds(points: Iterable[Point], datum: Datum) -> list[float] | None:
    """West, south, east and north of some points as they are drawn; None where there are none."""
    shown = [drawn(point, datum) for point in points]
    if not shown:
        return None
    lngs, lats = [one.lng for one in shown], [one.lat for one in shown]
    return [round(number, 6) for number in (min(lngs), min(lats), max(lngs), max(lats))]


def at(point: Point, datum: Datum) -> dict[str, Any]:
    """Where a point is drawn, for the map in the browser."""
    lng, lat = drawn(point, datum)
    return {"lng": round(lng, 6), "lat": round(lat, 6)}
