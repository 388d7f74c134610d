"""One search for list, calendar, map, feeds and the interface: what matches, in which order, with which counts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from kepuyue.editions.models import Edition
from kepuyue.programme import bits, catalogue, ranking
from kepuyue.programme.asked import SHORTCUTS, Query, Sessions, span
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.days import Slot
from kepuyue.programme.entry import ANY
from kepuyue.programme.nearness import Places
from kepuyue.programme.order import Match, Matches, Order
from kepuyue.programme.seats import has_seats

# What the catalogue knows of each activity and no filter offers by its values
UNCOUNTED = (
    "city_name",
    "cancelled",
    "undated",
    "one_place",
    "lone_show",
    "year_round",
    "unsure",
    "partly_off",
    "age",
)
# Kilometres that one can ask for, and ages in years that are offered and counted
RADII = (2, 5, 10)
AGES = range(3, 17)


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
    query: Query
    order: Order
    arranged: Callable[[int], Iterator[Match]]
    "Puts a part of them in order"

    def of(self, part: int) -> Matches:
        """Those of the matches that are in a set too."""
        part &= self.chosen
        return Matches(part.bit_count(), self.arranged(part))

    def matching(self, number: int) -> list[Slot]:
        """The sessions of one of the matches that match."""
        return self.order.slots(number)

    @property
    def at(self) -> datetime:
        """Now, in the edition's zone."""
        return self.order.at

    @property
    def is_narrowed(self) -> bool:
        """Whether more is asked of the sessions than their days."""
        return self.order.matching is not None

    @property
    def activities(self) -> int:
        return len(self.matches)


def search(
    edition: Edition,
    query: Query,
    *,
    at: datetime,
    taxonomy_of: dict[int, str],
    with_called_off: bool = False,
) -> Result:
    """Find among all that is approved for the public; `at` divides what is to come from what is over.

    `taxonomy_of` maps term ids to taxonomy codes, for the counts. `with_called_off` finds for the days that are asked
    for also what has nothing but cancelled sessions on them: whoever copied it before has to hear of it. Whether the
    edition is open to the public is not asked here: see `permissions.visible`.
    """
    known = catalogue.load(edition)
    levels = ranking.levels(edition, known, query.q) if query.q.strip() else None
    found = known.everything
    if levels is not None:
        found &= bits.joined(level for _rank, level in levels)
    worded = found
    places = Places(known, query.near) if query.near else None
    seen = Sessions(known, query, at.astimezone(edition.zone), with_called_off, places)
    found &= seen.asked
    kept = {name: known.having(*wanted) for name, wanted in _wanted(query).items()}
    if query.seats:
        kept["seats"] = seen.open
    if seen.ways and query.within:
        kept["within"] = seen.ways.within(found, query.within)
    chosen = found
    for part in kept.values():
        chosen &= part
    narrowed = query.seats or "within" in kept or with_called_off
    order = Order(
        known, seen.at, query.first, query.last, matching=seen.matching if narrowed else None,
        only_open=query.seats, ways=seen.ways,
    )  # fmt: skip
    # What is near comes first, whatever its words; else what fits the words best
    arranged = order.of if levels is None or query.near else partial(order.by_rank, levels)
    counts = _counted(known, found, kept, taxonomy_of)
    near_seats = seen.open_within(found, query.within) if "within" in kept else seen.open
    counts["seats"][True] = (_all_but("seats", found, kept) & near_seats).bit_count()
    others = _all_but("age", found, kept)
    for age in {*AGES, *query.ages}:
        counts["age"][age] = (others & known.having("age", ANY, age)).bit_count()
    counts["when"] = _by_days(seen, _all_but("seats", worded, kept | {"within": worded}))
    if seen.ways:
        others = _all_but("within", found, kept)
        for radius in RADII:
            counts["within"][radius] = seen.ways.within(others, radius).bit_count()
    return Result(
        Matches(chosen.bit_count(), arranged(chosen)), _sessions(known, query, order, chosen), counts, known, chosen,
        query, order, arranged,
    )  # fmt: skip


def best(edition: Edition, text: str, most: int, *, at: datetime) -> list[int]:
    """The keys of what fits a text best, without any count."""
    known = catalogue.load(edition)
    order, levels = Order(known, at.astimezone(edition.zone)), ranking.levels(edition, known, text)
    return [match.entry.pk for match in islice(order.by_rank(levels, known.everything), most)]


def _sessions(known: Catalogue, query: Query, order: Order, chosen: int) -> int:
    if query.seats and not query.within:
        ahead = known.days.sessions_ahead(chosen, order.at, query.first, query.last)
        unsure = bits.members(chosen & known.having("unsure", True))
        # Sessions of the days that are not over and full, or wait for another day
        return ahead - sum(
            slot.over_at > order.at and slot.touches(query.first, query.last) and not has_seats(slot)
            for number in unsure
            for slot in known.numbered[number].slots
        )
    if order.matching is not None:
        return sum(len(order.slots(number)) for number in bits.members(chosen))
    if query.has_dates:
        return known.days.sessions(chosen, query.first, query.last)
    return known.tallies["sessions"].total(chosen)


def _by_days(seen: Sessions, found: int) -> Counter[str]:
    """How many of a set there would be on the days of each shortcut; seats and distance are asked of those days."""
    counts: Counter[str] = Counter()
    for name in SHORTCUTS:
        first, last = span(name, seen.at.date())
        there = replace(seen, query=replace(seen.query, first=first, last=last))
        held = found & there.asked
        if there.ways and seen.query.within:
            held = there.ways.within(held, seen.query.within)
        counts[name] = (held & there.open if seen.query.seats else held).bit_count()
    return counts


def _all_but(name: str, found: int, kept: dict[str, int]) -> int:
    """What all other filters hold."""
    for other, part in kept.items():
        if other != name:
            found &= part
    return found


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
    if query.ages:
        wanted["age"] = ("age", ANY, *query.ages)
    if query.access:
        wanted["access"] = ("access", *query.access)
    if query.languages:
        wanted["language"] = ("language", *query.languages)
    if query.sources:
        wanted["source"] = ("source", *query.sources)
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
            others[field] = _all_but(field, found, kept)
        if count := (having & others[field]).bit_count():
            counts[field][value] = count
    return counts
