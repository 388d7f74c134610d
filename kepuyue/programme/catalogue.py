"""The public programme of one edition, held in memory: only what filters, counts and orders ask.

A page needs counts for some fifty filter values, thirty days and eleven districts. Asking the database for
each would take dozens of queries; here one short query tells whether anything changed, and the rest is
arithmetic over a few thousand small records (see `load`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Sum

from kepuyue.activities.models import Activity, Session, State
from kepuyue.editions.models import Edition
from kepuyue.programme.permissions import approved

# All-day runs longer than this are exhibitions, shown apart from what happens at an hour
LONGEST_DATED_RUN = 7
MOST_KEPT = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """One session: when, in the edition's zone."""

    pk: int
    start: datetime
    end: datetime | None
    first_day: date
    last_day: date
    is_all_day: bool
    in_month: bool = True
    "Whether it touches the edition's period"
    venue: int | None = None

    @property
    def is_exhibition(self) -> bool:
        """Whether it is an all-day run over weeks."""
        return self.is_all_day and (self.last_day - self.first_day).days >= LONGEST_DATED_RUN

    @property
    def over_at(self) -> datetime:
        """When it is over; one without a stated end counts for two hours."""
        return self.end or self.start + timedelta(hours=2)

    def touches(self, first: date | None, last: date | None) -> bool:
        """Whether it has a moment between two days, both included."""
        return (first is None or self.last_day >= first) and (last is None or self.first_day <= last)


@dataclass(frozen=True, slots=True)
class Entry:
    """One public activity."""

    pk: int
    city: str
    district: int | None
    mode: str
    admission: str
    booking_mode: str
    is_cancelled: bool
    is_year_round: bool
    terms: frozenset[int]
    slots: tuple[Slot, ...]

    @property
    def is_exhibition(self) -> bool:
        """Whether it is nothing but exhibitions over weeks."""
        return bool(self.slots) and all(slot.is_exhibition for slot in self.slots)

    @property
    def is_beyond_month(self) -> bool:
        """Whether it is year-round publicity (主题宣传贯穿全年, notice 一): shown apart, not counted as the month's."""
        return self.is_year_round or (bool(self.slots) and not any(slot.in_month for slot in self.slots))


@dataclass(frozen=True)
class Catalogue:
    """All public activities of an edition at one moment."""

    entries: tuple[Entry, ...]
    mark: tuple[Any, ...] = ()
    "Changes with every change of a public activity"

    def own(self) -> list[Entry]:
        """Those of the edition's own city that take place: what highlights and coverage speak of."""
        return [entry for entry in self.entries if not entry.city and not entry.is_cancelled]

    def of_month(self) -> list[Entry]:
        """Those of the own city that belong to the month."""
        return [entry for entry in self.own() if not entry.is_beyond_month]

    def year_round(self) -> list[Entry]:
        """Those of the own city that go on through the year or lie outside the month."""
        return [entry for entry in self.own() if entry.is_beyond_month]


_kept: dict[int, tuple[Any, Catalogue]] = {}


def load(edition: Edition) -> Catalogue:
    """The catalogue as it is now. One query where nothing changed since the last time in this process."""
    public = approved().filter(edition=edition)
    # Read before the rows: a change in between makes the copy newer than its mark, never older
    state = public.aggregate(Count("pk"), Max("pk"), Sum("version"), Max("updated_at"), Max("published_at"))
    mark = (*state.values(), edition.time_zone, edition.starts_on, edition.ends_on)
    kept = _kept.get(edition.pk)
    if kept and kept[0] == mark:
        return kept[1]
    catalogue = Catalogue(_read(edition), mark)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[edition.pk] = (mark, catalogue)
    return catalogue


def _read(edition: Edition) -> tuple[Entry, ...]:
    public = approved().filter(edition=edition)
    terms: dict[int, set[int]] = defaultdict(set)
    links = Activity.terms.through.objects.filter(activity__in=public.values("pk"))
    for activity, term in links.values_list("activity_id", "term_id"):
        terms[activity].add(term)
    slots: dict[int, list[Slot]] = defaultdict(list)
    zone = edition.zone
    sessions = Session.objects.filter(activity__in=public.values("pk")).order_by("starts_at", "pk")
    # A cancelled session is off; of a cancelled activity all are, and still tell when it would have been
    columns = (
        "activity_id",
        "pk",
        "starts_at",
        "ends_at",
        "is_all_day",
        "is_cancelled",
        "activity__state",
        "venue_id",
    )
    for activity, pk, starts, ends, is_all_day, is_cancelled, state, venue in sessions.values_list(*columns):
        if is_cancelled and state != State.CANCELLED:
            continue
        start, end = starts.astimezone(zone), ends.astimezone(zone) if ends else None
        last = (end - timedelta(microseconds=1)).date() if end else start.date()
        in_month = start.date() <= edition.ends_on and last >= edition.starts_on
        slots[activity].append(Slot(pk, start, end, start.date(), last, is_all_day, in_month, venue))
    facts = (
        "pk", "city", "district_id", "mode", "admission", "booking_mode", "state", "is_year_round",
    )  # fmt: skip
    return tuple(
        Entry(
            pk=pk, city=city, district=district, mode=mode, admission=admission, booking_mode=booking_mode,
            is_cancelled=state == State.CANCELLED, is_year_round=is_year_round,
            terms=frozenset(terms.get(pk, ())), slots=tuple(slots.get(pk, ())),
        )
        for pk, city, district, mode, admission, booking_mode, state, is_year_round
        in public.order_by("pk").values_list(*facts)
    )  # fmt: skip
