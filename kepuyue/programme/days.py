"""The sessions of a catalogue by day: what touches it, what begins on it, and what is on show."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from heapq import merge

from kepuyue.programme import bits
from kepuyue.programme.bits import Tally

# All-day runs longer than this are exhibitions, shown apart from what happens at an hour
LONGEST_DATED_RUN = 7
# Days before and after the edition that have a place of their own; what reaches beyond is looked through one by one
REACH = timedelta(days=400)


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
    activity: int = 0
    is_full: bool = False
    "The unit says so, or all seats that are booked here are gone"
    is_postponed: bool = False

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


Placed = tuple[int, Slot]
"A session and the number of its activity in the catalogue"


@dataclass
class Day:
    """What touches one day; `dated` by their beginning."""

    dated: list[Placed] = field(default_factory=list)
    shows: list[Placed] = field(default_factory=list)
    "Exhibitions that are on"
    begins: list[int] = field(default_factory=list)
    "Activities of which a session begins on the day, as often as one does"

    @cached_property
    def touching(self) -> int:
        """The set of activities with anything on that day."""
        return self.at_hours | self.showing

    @cached_property
    def at_hours(self) -> int:
        """The set of activities with a dated session."""
        return bits.of(number for number, _slot in self.dated)

    @cached_property
    def showing(self) -> int:
        """The set of activities with an exhibition on."""
        return bits.of(number for number, _slot in self.shows)

    @cached_property
    def latest_first(self) -> list[Placed]:
        """All that touches the day, what begins last coming first."""
        return sorted((*self.dated, *self.shows), key=by_beginning_backwards)

    @cached_property
    def dated_tally(self) -> Tally:
        """How many dated sessions each activity has that day."""
        return Tally.counting(number for number, _slot in self.dated)

    @cached_property
    def tally(self) -> Tally:
        """How many sessions of each activity touch the day, exhibitions included."""
        return Tally.counting(number for number, _slot in (*self.dated, *self.shows))

    @cached_property
    def beginning_tally(self) -> Tally:
        """How many sessions of each activity begin that day."""
        return Tally.counting(self.begins)


_NOTHING = Day()


def by_beginning(placed: Placed) -> tuple[datetime, int, int]:
    """The order of the sessions of a day; the same in every process, whatever numbers it gave."""
    slot = placed[1]
    return slot.start, slot.activity, slot.pk


def by_beginning_backwards(placed: Placed) -> tuple[float, int]:
    """The latest first; of what begins together the first registered."""
    slot = placed[1]
    return -slot.start.timestamp(), slot.activity


@dataclass(frozen=True)
class _Near:
    at: datetime
    until: datetime
    "When the first of the slots is over"
    slots: list[Placed]
    "Dated sessions of today that are not over, and what goes on since yesterday"
    late: list[Placed]
    "Of those, what touches yesterday alone"
    today: int
    "The set of activities with anything on today that is not over"
    spans: dict[tuple[date | None, date | None], int] = field(default_factory=dict)
    "Of days that are over: who of today was on then too"


class Days:
    """All sessions by day. Never changed once it is made; `changed` makes another that shares what stays."""

    def __init__(self, starts_on: date, ends_on: date, placed: Iterable[Placed] = ()) -> None:
        self.first, self.last = starts_on - REACH, ends_on + REACH
        self._days: dict[date, Day] = {}
        self._far: list[Placed] = []
        self._kept: _Near | None = None
        for one in placed:
            self._add(one)
        for day in self._days.values():
            day.dated.sort(key=by_beginning)

    def _add(self, placed: Placed) -> None:
        number, slot = placed
        if slot.first_day < self.first or slot.last_day > self.last:
            self._far.append(placed)
        for day in self._span(slot):
            here = self._days.get(day)
            if here is None:
                here = self._days[day] = Day()
            if slot.is_exhibition:
                here.shows.append(placed)
            else:
                here.dated.append(placed)
        if self.first <= slot.first_day <= self.last:
            self._days[slot.first_day].begins.append(number)

    def _span(self, slot: Slot) -> Iterator[date]:
        return span(max(slot.first_day, self.first), min(slot.last_day, self.last))

    def changed(self, slots: Mapping[int, tuple[Iterable[Slot], Iterable[Slot]]]) -> "Days":
        """The same with other sessions for some activities: by number those that there are now, and those before."""
        made = Days.__new__(Days)
        made.first, made.last = self.first, self.last
        made._far = [one for one in self._far if one[0] not in slots]
        made._days, made._kept = dict(self._days), None
        touched = {
            day
            for now, before in slots.values()
            for slot in (*now, *before)
            for day in (*self._span(slot), slot.first_day)
        }
        for day in touched:
            old = self._days.get(day, _NOTHING)
            made._days[day] = Day(
                [one for one in old.dated if one[0] not in slots],
                [one for one in old.shows if one[0] not in slots],
                [one for one in old.begins if one not in slots],
            )
        for number, (now, _before) in slots.items():
            for slot in now:
                made._add((number, slot))
        for day in touched:
            made._days[day].dated.sort(key=by_beginning)
        return made

    def __getitem__(self, day: date) -> Day:
        return self._days.get(day, _NOTHING)

    def between(self, first: date | None, last: date | None) -> int:
        """The set of activities with a session that touches the span; None: without an end."""
        found = 0
        for day in self._known(first, last):
            found |= self._days[day].touching
        return found | bits.of(number for number, slot in self._far if slot.touches(first, last))

    def showing(self, first: date | None, last: date | None) -> int:
        """The set of activities with an exhibition on in the span."""
        far = (number for number, slot in self._far if slot.is_exhibition and slot.touches(first, last))
        return bits.joined(self._days[day].showing for day in self._known(first, last)) | bits.of(far)

    def ahead(self, at: datetime, first: date | None = None, last: date | None = None) -> int:
        """The set of activities with a session that touches the span and is not over; `at` in the edition's zone."""
        today, tomorrow = at.date(), at.date() + timedelta(days=1)
        found = bits.of(
            number for number, slot in self._far if slot.over_at > at and slot.touches(first, last)
        )
        for day in self._known(tomorrow if first is None else max(first, tomorrow), last):
            found |= self._days[day].touching
        if first is not None and first > today:
            return found  # what is on today and touches a later day is among that day's
        near = self._near(at)
        if last is None or last >= today:
            late = (one for one in near.late if one[1].touches(first, last))
            return found | near.today | bits.of(number for number, _slot in late)
        if (first, last) not in near.spans:
            on = (*near.slots, *self[today].shows)
            near.spans[first, last] = bits.of(number for number, slot in on if slot.touches(first, last))
        return found | near.spans[first, last]

    def dated_ahead(self, at: datetime) -> int:
        """The set of activities with a dated session that is not over."""
        later = self._known(at.date() + timedelta(days=1), None)
        near = (*self._near(at).slots, *self._far)
        return bits.joined(self._days[day].at_hours for day in later) | bits.of(
            number for number, slot in near if slot.over_at > at and not slot.is_exhibition
        )

    def sessions_ahead(self, chosen: int, at: datetime, first: date | None, last: date | None) -> int:
        """How many sessions of some activities touch the span and are not over."""
        today, tomorrow = at.date(), at.date() + timedelta(days=1)
        later = tomorrow if first is None else max(first, tomorrow)
        reaches = last is None or last >= later
        total = self.sessions(chosen, later, last) if reaches else 0
        if first is not None and first > today:
            return total
        look = bits.Look(chosen)
        near = (*self._near(at).slots, *self[today].shows)
        if not self.first <= today <= self.last:
            near = (*near, *(one for one in self._far if one[1].over_at > at))
        # What touches a later day of the span is counted already
        return total + sum(
            number in look and slot.touches(first, last) and not (reaches and slot.touches(later, last))
            for number, slot in near
        )

    def _near(self, at: datetime) -> "_Near":
        """What is on or to come today; remembered until the next of it is over, or the day is."""
        kept = self._kept
        if kept is None or not kept.at <= at < kept.until or kept.at.date() != at.date():
            today = at.date()
            # What has no stated end counts for two hours, past midnight too
            before = [one for one in self[today - timedelta(days=1)].dated if one[1].last_day < today]
            late = [one for one in before if one[1].over_at > at]
            ahead = [one for one in self[today].dated if one[1].over_at > at]
            on = bits.of(number for number, _slot in ahead) | self[today].showing
            until = min(
                (slot.over_at for _number, slot in (*late, *ahead)), default=datetime.max.replace(tzinfo=UTC)
            )
            self._kept = kept = _Near(at, until, [*late, *ahead], late, on)
        return kept

    def sessions(self, chosen: int, first: date | None, last: date | None) -> int:
        """How many sessions of some activities touch the span."""
        known = self._known(first, last)
        look = bits.Look(chosen)
        total = sum(number in look for number, _slot in self._only_far(first, last, known))
        if known:
            total += self._days[known[0]].tally.total(chosen)
            total += sum(self._days[day].beginning_tally.total(chosen) for day in known[1:])
        return total

    def dated(self, first: date | None, last: date | None) -> Iterator[Placed]:
        """Dated sessions that touch the span, by their beginning, each once."""
        known = self._known(first, last)
        far = [one for one in self._only_far(first, last, known) if not one[1].is_exhibition]
        far.sort(key=by_beginning)
        before = [one for one in far if not known or one[1].first_day < known[0]]
        yield from merge(before, self._days[known[0]].dated if known else (), key=by_beginning)
        for day in known[1:]:
            yield from (one for one in self._days[day].dated if one[1].first_day == day)
        yield from far[len(before) :]

    def latest_first(self, first: date | None, last: date | None) -> Iterator[Placed]:
        """All sessions that touch the span, what begins last coming first, each once."""
        known = self._known(first, last)
        far = sorted(self._only_far(first, last, known), key=by_beginning_backwards)
        return merge(far, self._backwards(known), key=by_beginning_backwards)

    def _backwards(self, known: list[date]) -> Iterator[Placed]:
        for day in reversed(known):
            yield from (one for one in self._days[day].latest_first if one[1].first_day == day)
        if known:
            yield from (one for one in self._days[known[0]].latest_first if one[1].first_day < known[0])

    def _only_far(self, first: date | None, last: date | None, known: list[date]) -> Iterator[Placed]:
        """Sessions of the span that stand at none of its days that have a place of their own."""
        for placed in self._far:
            slot = placed[1]
            if slot.touches(first, last) and not (known and slot.touches(known[0], known[-1])):
                yield placed

    def _known(self, first: date | None, last: date | None) -> list[date]:
        """The days of the span on which anything is, in their order."""
        days = self._in_order
        return days[
            0 if first is None else bisect_left(days, first) :
            len(days) if last is None else bisect_right(days, last)
        ]  # fmt: skip

    @cached_property
    def _in_order(self) -> list[date]:
        return sorted(day for day, here in self._days.items() if here.dated or here.shows)


def span(first: date, last: date) -> Iterator[date]:
    """The days from one to another, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
