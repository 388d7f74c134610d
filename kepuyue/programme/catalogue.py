"""The public programme of one edition, held in memory: only what filters, counts and orders ask.

A page needs counts for some hundred filter values, thirty days and eleven districts. Asking the database for
each would take dozens of queries; here one short query tells whether anything changed, and the rest is
arithmetic over sets (`bits`): who has a value, who has something on a day (`days`). What changed is read
alone; the whole is read once in the life of a process (see `load`).
"""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import chain
from threading import Lock
from typing import Any

from django.db.models import Count, Max

from kepuyue.activities.free_text import languages_in
from kepuyue.activities.models import AccessItem, Activity, Session, State, Venue
from kepuyue.bookings.queries import booked_out
from kepuyue.core.geo import Point
from kepuyue.editions.models import Edition
from kepuyue.programme import bits
from kepuyue.programme.bits import Look, Maker, Tally
from kepuyue.programme.days import Days, Slot
from kepuyue.programme.entry import ANY, Entry, Value
from kepuyue.programme.models import CatalogueChange
from kepuyue.programme.permissions import approved

MOST_KEPT = 12
# More changes than that, or than one in so many of what is known, are read with all the rest
MOST_AT_ONCE = 500
ONE_IN = 20
# From so many on, the collector of unused memory need not look through them again and again
MANY = 20_000

_TALLIES = ("sessions", "month_sessions", "month_shows")


def _counts(entry: Entry) -> tuple[int, int, int]:
    """What is counted of it, in the order of `_TALLIES`."""
    month = [slot for slot in entry.slots if slot.in_month]
    return len(entry.slots), len(month), sum(slot.is_exhibition for slot in month)


@dataclass(frozen=True)
class Catalogue:
    """All public activities of an edition at one moment, each with a number that it keeps in this process."""

    numbered: list[Entry]
    "What is no longer public keeps its number, and is in no set"
    numbers: dict[int, int]
    "The number of each activity by its key"
    sets: dict[Value, int]
    venues: dict[int, tuple[int, ...]]
    "Who has a session at a venue; there are many, each with few"
    days: Days
    tallies: dict[str, Tally]
    everything: int
    mark: tuple[Any, ...] = ()
    "Changes with every change of a public activity"

    @classmethod
    def of(cls, entries: Iterable[Entry], edition: Edition, mark: tuple[Any, ...] = ()) -> "Catalogue":
        """Put together anew."""
        numbered = list(entries)
        makers: dict[Value, Maker] = defaultdict(Maker)
        counts: list[dict[int, int]] = [{} for _name in _TALLIES]
        for number, entry in enumerate(numbered):
            for value in entry.values:
                makers[value].add(number)
            for kept, count in zip(counts, _counts(entry), strict=True):
                if count:
                    kept[number] = count
        venues: dict[int, dict[int, None]] = defaultdict(dict)
        for number, entry in enumerate(numbered):
            for venue in entry.venues:
                venues[venue][number] = None
        placed = ((number, slot) for number, entry in enumerate(numbered) for slot in entry.slots)
        return cls(
            numbered,
            {entry.pk: number for number, entry in enumerate(numbered)},
            {value: maker.bits() for value, maker in makers.items()},
            {venue: tuple(here) for venue, here in venues.items()},
            Days(edition.starts_on, edition.ends_on, placed),
            {name: Tally.of(kept) for name, kept in zip(_TALLIES, counts, strict=True)},
            (1 << len(numbered)) - 1,
            mark,
        )

    def changed(self, keys: Iterable[int], entries: Iterable[Entry], mark: tuple[Any, ...]) -> "Catalogue":
        """With these activities as they are now; of `keys` those that are not among them are no longer public."""
        numbered, numbers = [*self.numbered], dict(self.numbers)
        now = {entry.pk: entry for entry in entries}
        moved: dict[int, tuple[Entry | None, Entry | None]] = {}
        for pk in sorted({*keys, *now}):
            new, number = now.get(pk), numbers.get(pk)
            old = numbered[number] if number is not None and self.everything >> number & 1 else None
            if number is None and new is not None:
                number = numbers[pk] = len(numbered)
                numbered.append(new)
            elif number is not None and new is not None:
                numbered[number] = new
            if number is not None and (new or old):
                moved[number] = (old, new)
        sets, venues = dict(self.sets), dict(self.venues)
        gone: dict[Value, Maker] = defaultdict(Maker)
        come: dict[Value, Maker] = defaultdict(Maker)
        for number, (old, new) in moved.items():
            for value in old.values if old else ():
                gone[value].add(number)
            for value in new.values if new else ():
                come[value].add(number)
            for venue in old.venues if old else ():
                venues[venue] = tuple(other for other in venues[venue] if other != number)
            for venue in new.venues if new else ():
                venues[venue] = (*venues.get(venue, ()), number)
        for value in {*gone, *come}:
            sets[value] = sets.get(value, 0) & ~gone[value].bits() | come[value].bits()
        slots = {
            number: (new.slots if new else (), old.slots if old else ())
            for number, (old, new) in moved.items()
        }
        days = self.days.changed(slots)
        counts = {number: _counts(new) if new else (0, 0, 0) for number, (_old, new) in moved.items()}
        tallies = {
            name: self.tallies[name].changed({number: count[place] for number, count in counts.items()})
            for place, name in enumerate(_TALLIES)
        }
        stay = bits.of(number for number, (_old, new) in moved.items() if new)
        everything = self.everything & ~bits.of(moved) | stay
        return Catalogue(numbered, numbers, sets, venues, days, tallies, everything, mark)

    def having(self, name: str, *values: Any) -> int:
        """The set of those with one of the values."""
        found = 0
        for value in values:
            found |= self.sets.get((name, value), 0)
        return found

    def at(self, *venues: int) -> int:
        """The set of those with a session at one of the venues."""
        return bits.of_many(
            chain.from_iterable(self.venues.get(venue, ()) for venue in venues), len(self.numbered)
        )

    def among(self, keys: Iterable[int]) -> int:
        """The set of the activities with these keys; what is not public is left out."""
        known = (number for number in map(self.numbers.get, keys) if number is not None)
        return bits.of_many(known, len(self.numbered)) & self.everything

    def entries_of(self, chosen: int) -> Iterator[Entry]:
        """The members of a set, in an order that means nothing."""
        return (self.numbered[number] for number in bits.members(chosen))

    def get(self, pk: int) -> Entry | None:
        """The activity with that key, where it is public."""
        return self.numbered[self.numbers[pk]] if self.has(pk) else None

    def has(self, pk: int) -> bool:
        """Whether the activity with that key is public."""
        number = self.numbers.get(pk)
        return number is not None and number in self._look

    @cached_property
    def _look(self) -> Look:
        return Look(self.everything)

    @cached_property
    def latest_first(self) -> list[int]:
        """All numbers by the last session to begin, the latest first; what is undated comes last."""
        starts = [max((slot.start.timestamp() for slot in one.slots), default=0.0) for one in self.numbered]
        numbers = range(len(self.numbered))
        return sorted(numbers, key=lambda number: (-starts[number], self.numbered[number].pk))

    @cached_property
    def lone_shows(self) -> list[int]:
        """The numbers of the month's exhibitions that have no other session, what ends first coming first."""
        numbers = bits.members(self.having("lone_show", True))
        entries = self.numbered
        return sorted(numbers, key=lambda one: (entries[one].slots[0].over_at, entries[one].pk))

    @cached_property
    def cancelled(self) -> int:
        """The set of what was called off."""
        return self.having("cancelled", True)

    @cached_property
    def own(self) -> int:
        """The set of what the own city has that takes place: what highlights and coverage speak of."""
        return self.having("city", "own") & ~self.cancelled

    @cached_property
    def of_month(self) -> int:
        """Those of the own city that belong to the month."""
        return self.own & self.having("season", "month")

    @cached_property
    def year_round(self) -> int:
        """Those of the own city that go on through the year or lie outside the month."""
        return self.own & self.having("season", "year")


@dataclass
class _Kept:
    catalogue: Catalogue
    edition: tuple[Any, ...]
    seen: frozenset[int] = field(default_factory=frozenset)
    "The changes that it knows of, by their stamps"


_kept: dict[int, _Kept] = {}
_reading = Lock()


def load(edition: Edition) -> Catalogue:
    """The catalogue as it is now. One short query where nothing changed since the last time in this process."""
    mark = _mark(edition)
    kept = _kept.get(edition.pk)
    if kept and kept.catalogue.mark == mark:
        return kept.catalogue
    with _reading:  # who waits finds it done
        mark = _mark(edition)
        kept = _kept.get(edition.pk)
        if kept is None or kept.catalogue.mark != mark:
            kept = _read(edition, kept, mark)
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[edition.pk] = kept
        return kept.catalogue


def _facts(edition: Edition) -> tuple[Any, ...]:
    return edition.time_zone, edition.starts_on, edition.ends_on


def _mark(edition: Edition) -> tuple[Any, ...]:
    known = CatalogueChange.objects.filter(edition=edition)
    # Transactions end in another order than they begin: a late one shows in the count
    return (*known.aggregate(Max("pk"), Count("pk"), Max("stamp")).values(), *_facts(edition))


def _read(edition: Edition, kept: _Kept | None, mark: tuple[Any, ...]) -> _Kept:
    # Read before the rows: a change in between makes the copy newer than its mark, never older
    changes = dict(CatalogueChange.objects.filter(edition=edition).values_list("stamp", "activity"))
    facts, seen = _facts(edition), frozenset(changes)
    if kept and kept.edition == facts and not kept.seen.isdisjoint(seen):
        new = {activity for stamp, activity in changes.items() if stamp not in kept.seen}
        if None not in new and len(new) <= max(MOST_AT_ONCE, len(kept.catalogue.numbered) // ONE_IN):
            keys = {key for key in new if key is not None}
            return _Kept(kept.catalogue.changed(keys, _entries(edition, keys), mark), facts, seen)
    made = Catalogue.of(_entries(edition), edition, mark)
    if len(made.numbered) >= MANY:
        gc.collect()
        gc.freeze()
    return _Kept(made, facts, seen)


def _entries(edition: Edition, keys: Iterable[int] | None = None) -> Iterator[Entry]:
    """The public activities of an edition, or those of them with these keys."""
    public = approved().filter(edition=edition)
    if keys is not None:
        public = public.filter(pk__in=[*keys])
    terms: dict[int, set[int]] = defaultdict(set)
    links = Activity.terms.through.objects.filter(activity__in=public.values("pk"))
    for activity, term in links.values_list("activity_id", "term_id").iterator():
        terms[activity].add(term)
    slots, called_off = _slots(edition, Session.objects.filter(activity__in=public.values("pk")))
    facts = (
        "pk", "city", "district_id", "mode", "admission", "booking_mode", "state", "is_year_round", "age_min",
        "age_max", "languages", "accessibility_items", "accessibility", "gathered__place_id",
    )  # fmt: skip
    for (
        pk,
        city,
        district,
        mode,
        admission,
        booking_mode,
        state,
        is_year_round,
        age_min,
        age_max,
        languages,
        items,
        note,
        source,
    ) in public.order_by("pk").values_list(*facts).iterator():
        yield Entry(
            pk=pk, city="" if source and district else city, district=district, mode=mode,
            admission=admission, booking_mode=booking_mode, is_cancelled=state == State.CANCELLED,
            is_year_round=is_year_round, terms=frozenset(terms.pop(pk, ())), slots=tuple(slots.pop(pk, ())),
            called_off=tuple(called_off.pop(pk, ())), age_min=age_min, age_max=age_max,
            languages=languages_of(languages, items), access=_access(items, note),
            source=source or 0,
        )  # fmt: skip


def _slots(edition: Edition, sessions: Any) -> tuple[dict[int, list[Slot]], dict[int, list[Slot]]]:
    """The sessions of each activity by their beginning, and apart those that were called off one by one. Of a
    cancelled activity all are off, and still tell when it would have been.
    """
    zone = edition.zone
    slots: dict[int, list[Slot]] = defaultdict(list)
    called_off: dict[int, list[Slot]] = defaultdict(list)
    days: dict[date, date] = {}  # one object for a day, however many sessions it has
    gone = booked_out(terms__session__in=sessions.order_by().values("pk"))
    full = set(gone.values_list("terms__session_id", flat=True))
    columns = (
        "activity_id", "pk", "starts_at", "ends_at", "is_all_day", "is_cancelled", "activity__state", "venue_id",
        "is_full", "is_postponed",
    )  # fmt: skip
    for activity, pk, starts, ends, is_all_day, is_cancelled, state, venue, is_full, is_postponed in (
        sessions.order_by("starts_at", "pk").values_list(*columns).iterator()
    ):
        start, end = starts.astimezone(zone), ends.astimezone(zone) if ends else None
        last = (end - timedelta(microseconds=1)).date() if end else start.date()
        first = days.setdefault(start.date(), start.date())
        last = days.setdefault(last, last)
        in_month = first <= edition.ends_on and last >= edition.starts_on
        belong = called_off if is_cancelled and state != State.CANCELLED else slots
        belong[activity].append(
            Slot(
                pk,
                start,
                end,
                first,
                last,
                is_all_day,
                in_month,
                venue,
                activity,
                is_full or pk in full,
                is_postponed,
            )
        )
    return slots, called_off


def positions() -> dict[int, Point]:
    """Where the venues are whose position is known (WGS-84), by their keys. One query."""
    known = Venue.objects.filter(lng__isnull=False, lat__isnull=False)
    return {
        pk: Point(lng, lat)
        for pk, lng, lat in known.values_list("pk", "lng", "lat")
        if lng is not None and lat is not None  # the query says so; the types do not
    }


def languages_of(text: str, items: Iterable[str]) -> frozenset[str]:
    """The languages that an activity is held in, read from its text; signing may be promised as accessibility."""
    found = languages_in(text)
    return found | {"sign"} if AccessItem.SIGN_LANGUAGE in items else found


def _access(items: Iterable[str], note: str) -> frozenset[str]:
    found = frozenset(items)
    return found | {ANY} if found or note.strip() else found
