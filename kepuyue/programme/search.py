"""One search for list, calendar, map, feeds and the interface: what matches, in which order, with which counts."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kepuyue.activities.models import Admission
from kepuyue.editions.models import Edition
from kepuyue.programme import catalogue, ranking
from kepuyue.programme.catalogue import Entry, Slot


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
class Match:
    """A matching activity: its record, and which group of the list it belongs to."""

    entry: Entry
    group: str


@dataclass(frozen=True)
class Result:
    """All matches in order, and for each filter how many there would be with each of its values.

    `activities` counts 项 and `sessions` 场次; the two are never added.
    """

    matches: list[Match]
    sessions: int
    counts: dict[str, Counter[Any]]

    @property
    def activities(self) -> int:
        return len(self.matches)


# The groups of the list in their order: at an hour, over weeks, without a day, all year, over
UPCOMING, EXHIBITION, UNDATED, YEAR_ROUND, PAST = GROUPS = (
    "upcoming", "exhibition", "undated", "year_round", "past"
)  # fmt: skip


def search(edition: Edition, query: Query, *, at: datetime, taxonomy_of: dict[int, str]) -> Result:
    """Find among all that is approved for the public; `at` divides what is to come from what is over.

    `taxonomy_of` maps term ids to taxonomy codes, for the counts. Whether the edition is open to the public
    is not asked here: see `permissions.visible`.
    """
    ranks = ranking.ranks(edition, query.q) if query.q.strip() else None
    tests = _tests(query)
    counts: dict[str, Counter[Any]] = {name: Counter() for name in (*tests, *set(taxonomy_of.values()))}
    found: list[tuple[Any, Match]] = []
    sessions = 0
    for entry in catalogue.load(edition).entries:
        if ranks is not None and entry.pk not in ranks:
            continue
        slots = _slots(entry, query)
        if query.has_dates and not slots:
            continue
        failed = [name for name, test in tests.items() if not test(entry)]
        if not failed:
            group, order = _place(entry, slots, at)
            found.append(
                (
                    # Within a group the own city comes before the linked ones
                    (ranks[entry.pk] if ranks else 0, GROUPS.index(group), entry.city != "", order, entry.pk),
                    Match(entry, group),
                )
            )
            sessions += len(slots)
        if len(failed) < 2:
            _count(entry, counts, taxonomy_of, only=failed[0] if failed else None)
    found.sort(key=lambda pair: pair[0])
    return Result([match for _order, match in found], sessions, counts)


def _tests(query: Query) -> dict[str, Callable[[Entry], bool]]:
    """One test per filter, whether it is set or not: the counts need the others' answers."""
    tests: dict[str, Callable[[Entry], bool]] = {
        "district": lambda entry: not query.districts or entry.district in query.districts,
        "mode": lambda entry: not query.modes or entry.mode in query.modes,
        "booking": lambda entry: not query.bookings or entry.booking_mode in query.bookings,
        "free": lambda entry: not query.free or entry.admission == Admission.FREE,
        "city": lambda entry: not query.city or _city(entry) == query.city,
        "season": lambda entry: not query.season or _season(entry) == query.season,
    }
    for taxonomy, wanted in query.terms.items():
        if wanted:
            tests[taxonomy] = lambda entry, wanted=wanted: not wanted.isdisjoint(entry.terms)  # type: ignore[misc]
    return tests


def _count(
    entry: Entry, counts: dict[str, Counter[Any]], taxonomy_of: dict[int, str], *, only: str | None
) -> None:
    """Count the entry under its values; one that fails a single filter counts for that filter alone."""
    values: dict[str, Iterable[Any]] = {
        "district": [entry.district], "mode": [entry.mode], "booking": [entry.booking_mode],
        "free": [entry.admission == Admission.FREE], "city": [_city(entry)],
        "season": [_season(entry)],
    }  # fmt: skip
    for name in values if only is None else [only] if only in values else []:
        counts[name].update(values[name])
    for term in entry.terms:
        taxonomy = taxonomy_of.get(term)
        if taxonomy and only in (None, taxonomy):
            counts[taxonomy][term] += 1


def _city(entry: Entry) -> str:
    return "linked" if entry.city else "own"


def _season(entry: Entry) -> str:
    return "year" if entry.is_beyond_month else "month"


def _slots(entry: Entry, query: Query) -> list[Slot]:
    return [slot for slot in entry.slots if slot.touches(query.first, query.last)]


def _place(entry: Entry, slots: list[Slot], at: datetime) -> tuple[str, float]:
    """The group and the order in it: what comes next first, what is over last and the latest first."""
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
