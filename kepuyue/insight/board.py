"""The board: every indicator over what is chosen of an edition, and by tier, district, day and so on.

`of` is read by the page, the lists behind its numbers, the exports, the command and what is published, so that one
number is the same wherever it stands. A dozen queries, however many activities.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q

from kepuyue.activities.models import Activity, State
from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.insight import live
from kepuyue.insight.folding import Fold, Value
from kepuyue.insight.indicators import (
    BESIDE,
    INDICATORS,
    LINKED,
    NOT_STATED,
    OWN,
    SPLITS,
    TERM_SPLITS,
    Indicator,
    Pace,
    place_without_district,
)
from kepuyue.insight.naming import Names
from kepuyue.insight.settled import Known, settled

Column = Mapping[int, Value]
NONE = (NOT_STATED,)


@dataclass(frozen=True)
class Choice:
    """What of an edition is looked at: codes of terms and of a district, `NOT_STATED` for those without, `LINKED` for
    those of linked cities, `OWN` for all others; days with both ends. Empty is all.
    """

    tier: str = ""
    joint_action: str = ""
    content: str = ""
    audience: str = ""
    district: str = ""
    first: date | None = None
    last: date | None = None

    def of(self, split: str, key: str) -> "Choice":
        """The same with one more condition: what a row of a split counts."""
        if split == "day":
            day = date.fromisoformat(key)
            return replace(self, first=day, last=day)
        return replace(self, **{split: key})  # type: ignore[arg-type]

    @property
    def terms(self) -> dict[str, str]:
        """{classification: code} of those that are chosen."""
        return {split: getattr(self, split) for split in TERM_SPLITS if getattr(self, split)}

    def holds(self, day: date, district: str) -> bool:
        """Whether a session of that day and district is among what is chosen."""
        return (
            self.is_in(district)
            and (self.first is None or day >= self.first)
            and (self.last is None or day <= self.last)
        )

    def is_in(self, district: str) -> bool:
        """Whether a row of the split by district is among what is chosen."""
        return district != LINKED if self.district == OWN else self.district in ("", district)

    @property
    def is_by_day(self) -> bool:
        """Whether days are chosen."""
        return bool(self.first or self.last)

    def counts(self, code: str) -> bool:
        """Whether an indicator can be told for what is chosen: of days only what belongs to a session."""
        return not self.is_by_day or "day" in INDICATORS[code].splits

    def leaves(self, split: str, key: str) -> bool:
        """Whether a row of a split is among what is chosen."""
        if split == "day":
            day = date.fromisoformat(key)
            return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)
        if split == "district":
            return self.is_in(key)
        return getattr(self, split) in ("", key)

    @classmethod
    def read(cls, kept: Mapping[str, str]) -> "Choice":
        """As it was kept: {name: code or ISO day}."""
        days = {name: date.fromisoformat(kept[name]) for name in ("first", "last") if name in kept}
        codes = {name: kept[name] for name in (*TERM_SPLITS, "district") if name in kept}
        return cls(**codes, **days)  # type: ignore[arg-type]

    def conditions(self, names: Names) -> list[tuple[str, str]]:
        """[(split, the condition in words)] of those that hold."""
        found = [
            (split, wording.labelled(SPLITS[split], names.name(split, key)))
            for split in (*TERM_SPLITS, "district")
            if (key := getattr(self, split))
        ]
        if self.first or self.last:
            edition = names.edition
            days = wording.days_text(self.first or edition.starts_on, self.last or edition.ends_on)
            found.append(("day", wording.labelled(SPLITS["day"], days)))
        return found

    def in_words(self, names: Names) -> str:
        """All conditions in one line; nothing where everything is looked at."""
        return wording.clauses(text for _split, text in self.conditions(names))

    def moved(self, edition: Edition, other: Edition) -> "Choice":
        """The same of another edition: days keep their distance from the first day of the month."""
        by = other.starts_on - edition.starts_on
        return replace(self, first=self.first and self.first + by, last=self.last and self.last + by)


class Row(NamedTuple):
    """An activity as lists name it."""

    code: str
    title: str
    unit: int
    unit_name: str
    district: str
    is_cancelled: bool


@dataclass
class Board:
    """What was found: values in all, by split, and by activity."""

    edition: Edition
    choice: Choice
    rows: Mapping[int, Row]
    "The activities that anything is counted of, by their numbers"
    columns: dict[str, Column] = field(default_factory=dict)
    splits: dict[str, dict[str, dict[str, Value]]] = field(default_factory=dict)
    "{split: {key: {code: value}}}; a key is the code of a term or district, or an ISO day"

    def value(self, code: str) -> Value:
        """An indicator in all."""
        return _folded(INDICATORS[code], self.columns.get(code, {}))

    def part(self, split: str, key: str, code: str) -> Value:
        """An indicator in one row of a split."""
        return self.splits.get(split, {}).get(key, {}).get(code, INDICATORS[code].fold.nothing)

    def number(self, code: str, split: str = "", key: str = "") -> str:
        """An indicator in all or in one row of a split, as people read it; a dash where it cannot be told."""
        return INDICATORS[code].number(self._at(code, split, key)) if self.choice.counts(code) else "—"

    def shown(self, code: str) -> str:
        """An indicator in all with its unit."""
        return INDICATORS[code].shown(self.value(code)) if self.choice.counts(code) else "—"

    def plain(self, code: str, split: str = "", key: str = "") -> int | float | None:
        """The same for machines; None where it cannot be told."""
        return INDICATORS[code].plain(self._at(code, split, key)) if self.choice.counts(code) else None

    def _at(self, code: str, split: str, key: str) -> Value:
        return self.part(split, key, code) if split else self.value(code)

    def keys(self, split: str, names: Names) -> list[tuple[str, str]]:
        """[(key, name)] of the rows that the conditions leave: days outside the month too, what is beside them only
        where there is some.
        """
        found = self.splits[split]
        if split == "day":
            days = sorted({key for key, _name in names.of(split)} | found.keys())
            return [(key, names.name(split, key)) for key in days if self.choice.leaves(split, key)]
        return [
            (key, name)
            for key, name in names.of(split)
            if self.choice.leaves(split, key) and (key not in BESIDE or key in found)
        ]

    def lines(self, code: str) -> list[tuple[Row, Value]]:
        """The activities that an indicator comes from, the largest first."""
        indicator = INDICATORS[code]
        found = [(self.rows[pk], value) for pk, value in self.columns.get(code, {}).items()]
        return sorted(found, key=lambda one: (-indicator.fold.size(one[1]), one[0].title, one[0].code))


def of(
    edition: Edition, choice: Choice = Choice(), within: Q | None = None, until: datetime | None = None
) -> Board:
    """The board of an edition; `within` limits it to activities of some units (a condition on `Activity`), `until` what
    comes with sessions (`Pace.SESSIONS`) to those that had begun by that moment.
    """
    rows = _rows(edition, within)
    terms = live.terms_of(edition)
    fitting = {
        pk for pk in rows if all(code in terms[split].get(pk, NONE) for split, code in choice.terms.items())
    }
    facts = _Facts(edition, choice, rows, fitting, until)
    # What is known of a whole activity is not what it was on some of its days
    columns = {code: column for code, column in facts.columns().items() if choice.counts(code)}
    board = Board(edition, choice, rows, columns)
    counted = set().union(*columns.values())
    for split in TERM_SPLITS:
        groups: dict[str, set[int]] = defaultdict(set)
        for pk in counted:
            for code in terms[split].get(pk, NONE):
                groups[code].add(pk)
        board.splits[split] = {
            key: {code: _folded(INDICATORS[code], column, some) for code, column in columns.items()}
            for key, some in groups.items()
        }
    board.splits["district"] = facts.by_district(columns)
    board.splits["day"] = facts.by_day()
    return board


def _folded(indicator: Indicator, column: Column, keys: Collection[int] | None = None) -> Value:
    # What is nothing in its column adds nothing
    some: Iterable[Any] = column.values() if keys is None else filter(None, map(column.get, keys))
    if indicator.fold is Fold.SUM:
        return sum(some)
    return indicator.fold.together(some)


def _rows(edition: Edition, within: Q | None) -> dict[int, Row]:
    rows = Activity.objects.of(edition).published().order_by("pk")
    if within is not None:
        rows = rows.filter(within)
    facts = ("pk", "code", "title", "organization", "organization__name", "district__code", "city", "state")
    return {
        pk: Row(code, title, unit, name, district or place_without_district(city), state == State.CANCELLED)
        for pk, code, title, unit, name, district, city, state in rows.values_list(*facts)
    }


class _Facts:
    """The values of one board, before they are put together."""

    def __init__(
        self, edition: Edition, choice: Choice, rows: Mapping[int, Row], fitting: Collection[int],
        until: datetime | None,
    ) -> None:  # fmt: skip
        self.edition, self.choice, self.rows, self.until = edition, choice, rows, until
        sessions = [
            (one, one.district or rows[one.activity].district)
            for one in live.sessions_of(edition, until)
            if one.activity in fitting
        ]
        self.called_off = [
            pair for pair in sessions if pair[0].is_cancelled or rows[pair[0].activity].is_cancelled
        ]
        standing = [pair for pair in sessions if pair[0].stands and not rows[pair[0].activity].is_cancelled]
        with_sessions = {one.activity for one, _district in standing}
        self.chosen = [pair for pair in standing if choice.holds(pair[0].day, pair[1])]
        self.called_off = [pair for pair in self.called_off if choice.holds(pair[0].day, pair[1])]
        # Where an activity is: in the districts of its sessions, without any in its own
        self.places: dict[int, set[str]] = {}
        for one, district in self.chosen:
            self.places.setdefault(one.activity, set()).add(district)
        for pk in fitting:
            row = rows[pk]
            is_free = choice.first is None and choice.last is None
            is_near = choice.is_in(row.district)
            if not row.is_cancelled and pk not in with_sessions and is_free and is_near:
                self.places[pk] = {row.district}

    @cached_property
    def of_sessions(self) -> "dict[str, _Parts]":
        """{code: what each chosen session brings}."""
        found = {
            "scheduled": _Parts.of(self.chosen),
            "begun": _Parts.of([one for one in self.chosen if one[0].has_begun]),
            "called-off": _Parts.of(self.called_off),
        }
        by_pk = {one[0].pk: one for one in self.chosen}
        for code, known in live.by_session(self.edition).items():
            is_cut = self.until is not None and INDICATORS[code].pace is Pace.SESSIONS
            some = [pk for pk in known if pk in by_pk and (by_pk[pk][0].has_begun or not is_cut)]
            found[code] = _Parts.of([by_pk[pk] for pk in some], [known[pk] for pk in some])
        return found

    def columns(self) -> dict[str, Column]:
        """{code: {activity: value}} of what is chosen."""
        found: dict[str, Column] = {"activities": dict.fromkeys(self.places, 1)}
        for code, parts in self.of_sessions.items():
            found[code] = _gathered(code, parts.activities, parts.values)
        for code, column in live.by_activity(self.edition, self.places).items():
            found[code] = {pk: value for pk, value in column.items() if pk in self.places}
        known = {
            pk: Known(row.unit, row.unit_name, "" if row.district in BESIDE else row.district)
            for pk, row in self.rows.items()
            if pk in self.places
        }
        return found | settled(self.edition, known)

    def by_district(self, columns: Mapping[str, Column]) -> dict[str, dict[str, Value]]:
        """What belongs to a session by its own place, the rest by all places of the activity."""
        found: dict[str, dict[str, Value]] = defaultdict(dict)
        for code, parts in self.of_sessions.items():
            for key, value in _gathered(code, parts.places, parts.values).items():
                found[key][code] = value
        groups: dict[str, set[int]] = defaultdict(set)
        for pk, places in self.places.items():
            for place in places:
                groups[place].add(pk)
        for code, column in columns.items():
            if code not in self.of_sessions:
                for place, some in groups.items():
                    found[place][code] = _folded(INDICATORS[code], column, some)
        return dict(found)

    def by_day(self) -> dict[str, dict[str, Value]]:
        """What belongs to a session by the day that it begins on."""
        found: dict[str, dict[str, Value]] = defaultdict(dict)
        for code, parts in self.of_sessions.items():
            for day, value in _gathered(code, parts.days, parts.values).items():
                found[day.isoformat()][code] = value
        days = Counter(day for day, _activity in {(one.day, one.activity) for one, _place in self.chosen})
        for day, activities in days.items():
            found[day.isoformat()]["activities"] = activities
        return dict(found)


@dataclass(frozen=True)
class _Parts:
    """What sessions bring to an indicator. Lists side by side: a tuple for each would be walked by the collector."""

    activities: list[int]
    places: list[str]
    days: list[date]
    values: list[Any]

    @classmethod
    def of(cls, sessions: Sequence[tuple[live.Held, str]], values: list[Any] | None = None) -> "_Parts":
        """Of these sessions; each counts one where no values are given."""
        return cls(
            [one.activity for one, _place in sessions], [place for _one, place in sessions],
            [one.day for one, _place in sessions], [1] * len(sessions) if values is None else values,
        )  # fmt: skip


def _gathered(code: str, keys: Iterable[Any], values: Iterable[Any]) -> dict[Any, Value]:
    """Values of the same key as one: `Fold.together` for sums and averages, without a call for each."""
    found: dict[Any, Any] = {}
    if INDICATORS[code].fold is Fold.SUM:
        for key, value in zip(keys, values, strict=True):
            found[key] = found.get(key, 0) + value
    else:
        for key, (total, weight) in zip(keys, values, strict=True):
            before = found.get(key, (0, 0))
            found[key] = (before[0] + total, before[1] + weight)
    return found
