"""The catalogue's arithmetic over sets, beside the slow and plain way of counting one by one."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kepuyue.editions.models import Edition
from kepuyue.programme import bits, order, queries
from kepuyue.programme.bits import Look, Tally, members
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.days import Slot
from kepuyue.programme.entry import Entry
from kepuyue.programme.order import Order
from kepuyue.programme.search import Query, _counted, _wanted

FIRST, LAST = date(2024, 9, 1), date(2024, 9, 30)
EDITION = Edition(starts_on=FIRST, ends_on=LAST, time_zone="Asia/Shanghai")
NOON = datetime(2024, 9, 14, 12, tzinfo=EDITION.zone)
TAXONOMY_OF = {1: "audience", 2: "audience", 3: "form"}
numbers = st.sets(st.integers(0, 700), max_size=60)

days = st.one_of(
    st.dates(date(2024, 8, 25), date(2024, 10, 6)),
    st.dates(date(2024, 9, 12), date(2024, 9, 16)),
    st.dates(date(2022, 1, 1), date(2026, 12, 31)),
)


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    day, hour, is_all_day = draw(days), draw(st.integers(0, 23)), draw(st.booleans())
    start = datetime(day.year, day.month, day.day, 0 if is_all_day else hour, tzinfo=EDITION.zone)
    length = (
        timedelta(days=draw(st.sampled_from([1, 2, 7, 8, 30, 500])))
        if is_all_day
        else draw(
            st.sampled_from(
                [None, timedelta(hours=1), timedelta(hours=5), timedelta(days=3), timedelta(days=700)]
            )
        )
    )
    end = start + length if length else None
    last = (end - timedelta(microseconds=1)).date() if end else day
    in_month = day <= LAST and last >= FIRST
    return Slot(
        draw(st.integers(1, 10**6)), start, end, day, last, is_all_day, in_month, draw(st.integers(1, 3))
    )


@st.composite
def entries(draw: st.DrawFn, most: int = 6) -> list[Entry]:
    made = []
    for pk in sorted(draw(st.sets(st.integers(1, 99), max_size=most))):
        mine = sorted(draw(st.lists(slots(), max_size=3)), key=lambda slot: (slot.start, slot.pk))
        made.append(
            Entry(
                pk=pk, city=draw(st.sampled_from(["", "", "香港"])), district=draw(st.sampled_from([None, 1, 2])),
                mode=draw(st.sampled_from(["offline", "online"])), admission=draw(st.sampled_from(["free", "paid"])),
                booking_mode="none", is_cancelled=draw(st.booleans()) and draw(st.booleans()),
                is_year_round=draw(st.booleans()) and draw(st.booleans()),
                terms=frozenset(draw(st.sets(st.sampled_from([1, 2, 3])))),
                slots=tuple(replace(slot, activity=pk) for slot in mine),
            )
        )  # fmt: skip
    return made


spans = st.tuples(st.none() | days, st.none() | days).filter(
    lambda span: span[0] is None or span[1] is None or span[0] <= span[1]
)


# How long one takes says nothing: the machine does other things too
plainly = settings(deadline=None, max_examples=60)
ways = st.sampled_from([0, order.FEW])
"Off the days, and put in order at once"


@plainly
@given(numbers, numbers)
def test_sets_are_what_they_are_made_of(some: set[int], others: set[int]) -> None:
    made = bits.of(some)

    assert [*members(made)] == sorted(some)
    assert made.bit_count() == len(some)
    assert {number for number in range(800) if number in Look(made)} == some
    assert {*members(bits.joined([made, bits.of(others)]))} == some | others


@plainly
@given(st.lists(st.integers(0, 200)), numbers, st.integers(0, 200), st.integers(0, 9))
def test_tally_adds_up(counted: list[int], chosen: set[int], one: int, count: int) -> None:
    plain, tally = Counter(counted), Tally.counting(counted)
    assert tally.total(bits.of(chosen)) == sum(plain[number] for number in chosen)

    plain[one] = count
    assert tally.changed({one: count}).total(bits.of(chosen)) == sum(plain[number] for number in chosen)


@plainly
@given(st.lists(numbers, max_size=6), numbers)
def test_levels_begin_with_what_is_in_most_of_the_sets(sets: list[set[int]], chosen: set[int]) -> None:
    found = [set(members(level)) for level in Tally.over(map(bits.of, sets)).levels(bits.of(chosen))]
    counts = [{sum(number in one for one in sets) for number in level} for level in found]

    assert set().union(*found) == chosen and all(found)
    assert all(len(one) == 1 for one in counts)
    assert counts == sorted(counts, key=min, reverse=True)


@plainly
@given(entries(), spans)
def test_days_count_and_find_what_touches_them(
    found: list[Entry], span: tuple[date | None, date | None]
) -> None:
    known = Catalogue.of(found, EDITION)
    touching = {entry.pk: [slot for slot in entry.slots if slot.touches(*span)] for entry in found}

    assert pks(known, known.days.between(*span)) == {pk for pk, some in touching.items() if some}
    assert known.days.sessions(known.everything, *span) == sum(map(len, touching.values()))
    dated = [slot for _number, slot in known.days.dated(*span)]
    assert dated == sorted(
        (slot for some in touching.values() for slot in some if not slot.is_exhibition),
        key=lambda slot: (slot.start, slot.activity, slot.pk),
    )
    assert pks(known, known.days.showing(*span)) == {
        pk for pk, some in touching.items() if any(slot.is_exhibition for slot in some)
    }


@plainly
@given(
    entries(),
    st.datetimes(datetime(2024, 8, 30), datetime(2024, 10, 2))
    | st.datetimes(datetime(2021, 1, 1), datetime(2027, 1, 1)),
    spans,
)
def test_what_is_ahead(found: list[Entry], at: datetime, span: tuple[date | None, date | None]) -> None:
    known, at = Catalogue.of(found, EDITION), at.replace(tzinfo=EDITION.zone)

    assert pks(known, known.days.ahead(at, *span)) == {
        entry.pk for entry in found if any(slot.over_at > at and slot.touches(*span) for slot in entry.slots)
    }

    assert pks(known, known.days.dated_ahead(at)) == {
        entry.pk
        for entry in found
        if any(slot.over_at > at and not slot.is_exhibition for slot in entry.slots)
    }
    assert known.days.sessions_ahead(known.everything, at, *span) == sum(
        slot.over_at > at and slot.touches(*span) for entry in found for slot in entry.slots
    )
    assert pks(known, known.days.ahead(at)) == {
        entry.pk for entry in found if any(slot.over_at > at for slot in entry.slots)
    }


@plainly
@given(found=entries(), span=spans, at=st.datetimes(datetime(2024, 8, 30), datetime(2024, 10, 2)), few=ways)
def test_order_is_that_of_all_put_in_order_at_once(
    found: list[Entry], span: tuple[date | None, date | None], at: datetime, few: int
) -> None:
    known, at = Catalogue.of(found, EDITION), at.replace(tzinfo=EDITION.zone)
    chosen = known.days.between(*span) if span != (None, None) else known.everything
    seen = [(match.entry.pk, match.group) for match in Order(known, at, *span, few=few).of(chosen)]

    plain = []
    for entry in known.entries_of(chosen):
        group, when = order.place(entry, [slot for slot in entry.slots if slot.touches(*span)], at)
        plain.append((order.GROUPS.index(group), entry.city != "", when, entry.pk, group))
    assert seen == [(row[3], row[4]) for row in sorted(plain)]


@plainly
@given(found=entries(), at=st.datetimes(datetime(2024, 8, 30), datetime(2024, 10, 2)), few=ways)
def test_soonest_begins_with_what_comes_next(few: int, found: list[Entry], at: datetime) -> None:
    known, at = Catalogue.of(found, EDITION), at.replace(tzinfo=EDITION.zone)

    plain = []
    for entry in found:
        ahead = [slot for slot in entry.slots if slot.over_at > at]
        if ahead and not entry.is_cancelled:
            dated = [slot.start for slot in ahead if not slot.is_exhibition]
            plain.append((not dated, min(dated or [slot.over_at for slot in ahead]), entry.pk))
    assert [
        one.pk for one in Order(known, at, few=few).soonest(queries.coming(known, known.everything, at))
    ] == [row[2] for row in sorted(plain)]


@plainly
@given(entries())
def test_figures_are_those_of_counting_one_by_one(found: list[Entry]) -> None:
    known = Catalogue.of(found, EDITION)
    held = [entry for entry in found if not entry.is_cancelled]
    month = [entry for entry in held if not entry.is_beyond_month]
    inside = [slot for entry in month for slot in entry.slots if slot.in_month]

    assert queries.figures(known, known.everything) == queries.Figures(
        len(month), len(inside), sum(slot.is_exhibition for slot in inside), len(held) - len(month)
    )
    assert queries.sessions_by_day(EDITION, known, known.everything) == {
        day: sum(slot.touches(day, day) and not slot.is_exhibition for entry in month for slot in entry.slots)
        for day in EDITION.days
    }


@plainly
@given(
    entries(), st.sets(st.sampled_from([1, 2])), st.sets(st.sampled_from(["online", "offline"])), st.booleans(),
    st.sampled_from(["", "own", "linked"]), st.sets(st.sampled_from([1, 2])),
)  # fmt: skip
def test_counts_are_those_of_asking_for_each_value(
    found: list[Entry], districts: set[int], modes: set[str], free: bool, city: str, audience: set[int]
) -> None:
    known = Catalogue.of(found, EDITION)
    query = Query(districts=frozenset(districts), modes=frozenset(modes), free=free, city=city,
                  terms={"audience": frozenset(audience), "form": frozenset()})  # fmt: skip
    kept = {name: known.having(*wanted) for name, wanted in _wanted(query).items()}
    counts = _counted(known, known.everything, kept, TAXONOMY_OF)

    def holds(entry: Entry, without: str) -> bool:
        tests: dict[str, bool] = {
            "district": not districts or entry.district in districts,
            "mode": not modes or entry.mode in modes,
            "free": not free or entry.admission == "free",
            "city": not city or (city == "linked") == bool(entry.city),
            "audience": not audience or not audience.isdisjoint(entry.terms),
        }
        return all(answer for name, answer in tests.items() if name != without)

    for field, value, has in (
        *(("district", one, lambda entry, one=one: entry.district == one) for one in (1, 2)),
        *(("mode", one, lambda entry, one=one: entry.mode == one) for one in ("online", "offline")),
        ("free", True, lambda entry: entry.admission == "free"),
        ("city", "linked", lambda entry: bool(entry.city)),
        *(("audience", one, lambda entry, one=one: one in entry.terms) for one in (1, 2)),
        ("form", 3, lambda entry: 3 in entry.terms),
    ):
        assert counts[field][value] == sum(holds(entry, field) and has(entry) for entry in found), (
            field,
            value,
        )


@plainly
@given(entries(), entries(), st.sets(st.integers(1, 99)))
def test_a_changed_catalogue_is_one_made_anew(before: list[Entry], new: list[Entry], gone: set[int]) -> None:
    changed = Catalogue.of(before, EDITION).changed({entry.pk for entry in new} | gone, new, ("new",))
    kept = {entry.pk: entry for entry in before if entry.pk not in gone} | {entry.pk: entry for entry in new}
    anew = Catalogue.of([kept[pk] for pk in sorted(kept)], EDITION)

    def facts(known: Catalogue) -> dict[str, Any]:
        return {
            "all": pks(known, known.everything),
            "sets": {value: some for value, having in known.sets.items() if (some := pks(known, having))},
            "venues": {venue: some for venue in known.venues if (some := pks(known, known.at(venue)))},
            "order": [match.entry.pk for match in Order(known, NOON).of(known.everything)],
            "figures": queries.figures(known, known.everything),
            "days": queries.sessions_by_day(EDITION, known, known.everything),
            "touching": [pks(known, known.days.between(day, day)) for day in EDITION.days],
            "sessions": [known.days.sessions(known.everything, day, None) for day in EDITION.days],
            "ahead": pks(known, known.days.ahead(NOON)),
        }

    assert facts(changed) == facts(anew)
    assert changed.mark == ("new",)


def pks(known: Catalogue, chosen: int) -> set[int]:
    return {entry.pk for entry in known.entries_of(chosen)}
