"""One search for list, calendar, map, feeds and the interface: what matches, in which order, with which counts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from kepuyue.editions.models import Edition
from kepuyue.programme import bits, catalogue, ranking
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.order import Match, Matches, Order

# What the catalogue knows of each activity and no filter offers by its values
UNCOUNTED = ("city_name", "cancelled", "undated", "year_round")


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

    @property
    def has_dates(self) -> bool:
        return self.first is not None or self.last is not None


@dataclass(frozen=True)
class Result:
    """All matches in order, and for each filter how many there would be with each of its values.

    `activities` counts 项 and `sessions` 场次; the two are never added.
    """

    matches: Matches
    sessions: int
    counts: dict[str, Counter[Any]]
    catalogue: Catalogue
    chosen: int
    "The same matches as a set of the catalogue's numbers"
    at: datetime
    "Now, in the edition's zone"
    arranged: Callable[[int], Iterator[Match]]
    "Puts a part of them in order"

    def of(self, part: int) -> Matches:
        """Those of the matches that are in a set too."""
        part &= self.chosen
        return Matches(part.bit_count(), self.arranged(part))

    @property
    def activities(self) -> int:
        return len(self.matches)


def search(edition: Edition, query: Query, *, at: datetime, taxonomy_of: dict[int, str]) -> Result:
    """Find among all that is approved for the public; `at` divides what is to come from what is over.

    `taxonomy_of` maps term ids to taxonomy codes, for the counts. Whether the edition is open to the public
    is not asked here: see `permissions.visible`.
    """
    known = catalogue.load(edition)
    levels = ranking.levels(edition, known, query.q) if query.q.strip() else None
    found = known.everything
    if levels is not None:
        found &= bits.joined(level for _rank, level in levels)
    if query.has_dates:
        found &= known.days.between(query.first, query.last)
    kept = {name: known.having(*wanted) for name, wanted in _wanted(query).items()}
    chosen = found
    for part in kept.values():
        chosen &= part
    order = Order(known, at, query.first, query.last)
    arranged = order.of if levels is None else partial(order.by_rank, levels)
    if query.has_dates:
        sessions = known.days.sessions(chosen, query.first, query.last)
    else:
        sessions = known.tallies["sessions"].total(chosen)
    counts = _counted(known, found, kept, taxonomy_of)
    return Result(
        Matches(chosen.bit_count(), arranged(chosen)), sessions, counts, known, chosen, at, arranged
    )


def _wanted(query: Query) -> dict[str, tuple[Any, ...]]:
    """What is asked for by each filter that is set: the catalogue's name for it and the values, one of which will do.

    A classification goes by its code here, since each is a filter of its own.
    """
    wanted: dict[str, tuple[Any, ...]] = {}
    for name, values in (("district", query.districts), ("mode", query.modes), ("booking", query.bookings)):
        if values:
            wanted[name] = (name, *values)
    if query.free:
        wanted["free"] = ("free", True)
    if query.city:
        wanted["city"] = ("city", query.city)
    if query.season:
        wanted["season"] = ("season", query.season)
    for taxonomy, terms in query.terms.items():
        if terms:
            wanted[taxonomy] = ("term", *terms)
    return wanted


def _counted(
    known: Catalogue, found: int, kept: dict[str, int], taxonomy_of: dict[int, str]
) -> dict[str, Counter[Any]]:
    """How many there are with each value, all other filters held."""
    counts: dict[str, Counter[Any]] = defaultdict(Counter)
    others: dict[str, int] = {}
    for (name, value), having in known.sets.items():
        field = taxonomy_of.get(value, "") if name == "term" else name
        if field == "" or name in UNCOUNTED:
            continue
        if field not in others:
            others[field] = found
            for other, part in kept.items():
                if other != field:
                    others[field] &= part
        if count := (having & others[field]).bit_count():
            counts[field][value] = count
    return counts
