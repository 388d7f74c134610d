"""Reads for the public pages: cards, one activity, and figures counted from the catalogue."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from heapq import nsmallest
from itertools import islice

from django.db.models import Max, Prefetch, Q, QuerySet

from kepuyue.activities.models import Activity, Picture, Session, State, Venue
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import is_open_to_public
from kepuyue.organizations.models import Organization
from kepuyue.programme import bits
from kepuyue.programme.bits import Tally
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.days import Slot
from kepuyue.programme.entry import Entry
from kepuyue.programme.models import PublicChange
from kepuyue.programme.order import Order
from kepuyue.programme.permissions import approved
from kepuyue.programme.seats import with_seats

# Of so many that are alike the first ones are chosen
ENOUGH = 1_000


def for_cards(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """With all that a card shows, in a fixed number of queries."""
    return activities.select_related("district", "edition").prefetch_related(
        Prefetch("sessions", with_seats(Session.objects.select_related("venue"))),
        "participations__organization",
        "notices",
        Prefetch("pictures", Picture.objects.shown()),
    )


def rows(keys: Iterable[int]) -> dict[int, Activity]:
    """These activities with all that a card shows, by their keys; what is not public is not among them."""
    wanted = set(keys)
    return {one.pk: one for one in for_cards(approved().filter(pk__in=wanted))} if wanted else {}


def in_full(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """With all that the activity's own page shows."""
    return for_cards(
        activities.select_related("organization", "key_decision", "gathered__place")
    ).prefetch_related("terms__taxonomy", "marks", "speakers")


def taken_down(code: str) -> Activity | None:
    """A public activity that was taken down (科学技术普及法 art. 36): its address says so and shows nothing of it."""
    found = (
        Activity.objects.filter(code=code.upper(), state=State.TAKEN_DOWN, published_at__isnull=False)
        .select_related("edition")
        .first()
    )
    return found if found and is_open_to_public(found.edition) else None


def changes_after(edition: Edition, number: int, most: int) -> list[tuple[PublicChange, Activity | None]]:
    """What changed after a number in the order of changes, each with the activity as it is now; None: not public any
    more.
    """
    numbered = PublicChange.objects.filter(edition=edition, is_noted=False, number__gt=number)
    found = list(numbered.order_by("number")[:most])
    public = in_full(approved().filter(pk__in=[one.activity for one in found])) if found else ()
    known = {one.pk: one for one in public}
    return [(one, known.get(one.activity)) for one in found]


def change_waits(edition: Edition) -> bool:
    """Whether something changed that has no place in the order yet."""
    return PublicChange.objects.filter(edition=edition, is_noted=True).exists()


def last_change(edition: Edition) -> int:
    """The greatest number that was ever given out in the edition's order of changes."""
    return PublicChange.objects.filter(edition=edition).aggregate(last=Max("number"))["last"] or 0


@dataclass(frozen=True)
class Figures:
    """What is counted, never added up: the month's 项, 场次 and weeks-long exhibitions, and the 项 beyond it."""

    activities: int
    sessions: int
    exhibitions: int = 0
    year_round: int = 0


def figures(known: Catalogue, chosen: int) -> Figures:
    """The figures of a set; cancelled ones do not count, year-round ones not as the month's."""
    held = chosen & ~known.cancelled
    month = held & known.having("season", "month")
    sessions, shows = known.tallies["month_sessions"], known.tallies["month_shows"]
    return Figures(month.bit_count(), sessions.total(month), shows.total(month), (held & ~month).bit_count())


def sessions_by_day(edition: Edition, known: Catalogue, chosen: int) -> Counter[date]:
    """How many dated sessions touch each day of the month; exhibitions over weeks are not counted."""
    month = chosen & ~known.cancelled & known.having("season", "month")
    return Counter({day: known.days[day].dated_tally.total(month) for day in edition.days})


def on(
    known: Catalogue, chosen: int, first: date, last: date
) -> tuple[list[tuple[Slot, Entry]], list[Entry]]:
    """What touches a span of days: dated sessions by time, and activities with an exhibition on."""
    wanted = bits.Look(chosen)
    dated = [
        (slot, known.numbered[number]) for number, slot in known.days.dated(first, last) if number in wanted
    ]
    dated.sort(key=lambda pair: (pair[0].start, pair[0].is_all_day, pair[0].pk))
    shows = [*known.entries_of(chosen & known.days.showing(first, last))]
    shows.sort(key=lambda entry: entry.pk)
    return dated, shows


def dated_on(known: Catalogue, chosen: int, day: date) -> Iterator[Slot]:
    """The dated sessions of a set on one day by time, as far as they are read."""
    wanted = bits.Look(chosen)
    return (slot for number, slot in known.days[day].dated if number in wanted)


def by_district(known: Catalogue) -> dict[int, Figures]:
    """The figures of each district that has any, by its id."""
    districts = {
        value: having for (name, value), having in known.sets.items() if name == "district" and value
    }
    return {
        district: figures(known, having & known.own)
        for district, having in districts.items()
        if having & known.own
    }


def with_term(known: Catalogue, chosen: int, terms: Iterable[int]) -> int:
    """Those of a set that are classified by one of the terms."""
    return chosen & known.having("term", *terms)


def first(known: Catalogue, chosen: int, most: int) -> list[Entry]:
    """Some of a set, those that were registered first."""
    return nsmallest(most, known.entries_of(chosen), key=lambda entry: entry.pk)


def coming(known: Catalogue, chosen: int, at: datetime) -> int:
    """Those of a set that are still to come or on for weeks."""
    return chosen & known.days.ahead(at) & ~known.cancelled


def soonest(known: Catalogue, chosen: int, at: datetime) -> Iterator[Entry]:
    """Those that are still to come, the soonest first; then what is on for weeks."""
    return Order(known, at).soonest(coming(known, chosen, at))


def related(known: Catalogue, activity: Activity, at: datetime, most: int = 4) -> list[int]:
    """Other activities that share the most with this one and are still to come; own city before others."""
    here = known.get(activity.pk)
    if here is None:
        return []
    others = known.everything & ~known.cancelled & ~known.among([here.pk])
    ahead = known.days.ahead(at) | known.having("undated", True)
    city = known.having("city_name", here.city)
    near = known.having("district", here.district) if here.district else 0
    alike = Tally.over([*(known.having("term", term) for term in here.terms), near, near])
    found: list[int] = []
    for when in (ahead, ~ahead):
        for where in (city, ~city):
            for level in alike.levels(others & when & where):
                # Of very many that are equally alike any will do
                keys = (entry.pk for entry in islice(known.entries_of(level), ENOUGH))
                found += nsmallest(most - len(found), keys)
                if len(found) == most:
                    return found
    return found


def of_unit(edition: Edition, unit: Organization) -> set[int]:
    """The public activities that a unit registered or takes part in, whatever its role."""
    theirs = Q(organization=unit) | Q(participations__organization=unit)
    return set(approved().filter(edition=edition).filter(theirs).values_list("pk", flat=True))


def at_venue(edition: Edition, venue: Venue) -> set[int]:
    """The public activities with a session at the venue; what was called off counts where the whole activity was."""
    held = Q(sessions__is_cancelled=False) | Q(state=State.CANCELLED)
    here = approved().filter(held, edition=edition, sessions__venue=venue)
    return set(here.values_list("pk", flat=True))


def venues_in_use(edition: Edition) -> QuerySet[Session, int]:
    """The keys of the venues where something public is on."""
    held = Session.objects.held().filter(activity__in=approved().filter(edition=edition))
    return held.exclude(venue=None).values_list("venue", flat=True)
