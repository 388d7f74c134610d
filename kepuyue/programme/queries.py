"""Reads for the public pages: cards, one activity, and figures counted from the catalogue."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from kepuyue.activities.models import Activity, Picture, Session, State, Venue
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import is_open_to_public
from kepuyue.organizations.models import Organization
from kepuyue.programme.catalogue import Catalogue, Entry, Slot
from kepuyue.programme.permissions import approved


def for_cards(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """With all that a card shows, in a fixed number of queries."""
    return activities.select_related("district", "edition").prefetch_related(
        Prefetch("sessions", Session.objects.select_related("venue")),
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
    return for_cards(activities.select_related("organization", "key_decision")).prefetch_related(
        "terms__taxonomy", "marks", "speakers"
    )


def taken_down(code: str) -> Activity | None:
    """A public activity that was taken down (科学技术普及法 art. 36): its address says so and shows nothing of it."""
    found = (
        Activity.objects.filter(code=code.upper(), state=State.TAKEN_DOWN, published_at__isnull=False)
        .select_related("edition")
        .first()
    )
    return found if found and is_open_to_public(found.edition) else None


@dataclass(frozen=True)
class Figures:
    """What is counted, never added up: the month's 项, 场次 and weeks-long exhibitions, and the 项 beyond it."""

    activities: int
    sessions: int
    exhibitions: int = 0
    year_round: int = 0


def figures(entries: Iterable[Entry]) -> Figures:
    """The figures of some activities; cancelled ones do not count, year-round ones not as the month's."""
    held = [entry for entry in entries if not entry.is_cancelled]
    month = [entry for entry in held if not entry.is_beyond_month]
    slots = [slot for entry in month for slot in entry.slots if slot.in_month]
    return Figures(len(month), len(slots), sum(slot.is_exhibition for slot in slots), len(held) - len(month))


def sessions_by_day(edition: Edition, entries: Iterable[Entry]) -> Counter[date]:
    """How many dated sessions touch each day of the month; exhibitions over weeks are not counted."""
    counts: Counter[date] = Counter(dict.fromkeys(edition.days, 0))
    for entry in entries:
        for slot in entry.slots:
            if not (slot.is_exhibition or entry.is_cancelled or entry.is_beyond_month):
                first, last = max(slot.first_day, edition.starts_on), min(slot.last_day, edition.ends_on)
                counts.update(day for day in edition.days if first <= day <= last)
    return counts


def on(entries: Iterable[Entry], first: date, last: date) -> tuple[list[tuple[Slot, Entry]], list[Entry]]:
    """What touches a span of days: dated sessions by time, and activities with an exhibition on."""
    dated: list[tuple[Slot, Entry]] = []
    exhibitions: list[Entry] = []
    for entry in entries:
        touching = [slot for slot in entry.slots if slot.touches(first, last)]
        dated += [(slot, entry) for slot in touching if not slot.is_exhibition]
        if any(slot.is_exhibition for slot in touching):
            exhibitions.append(entry)
    dated.sort(key=lambda pair: (pair[0].start, pair[0].is_all_day, pair[0].pk))
    return dated, exhibitions


def by_district(catalogue: Catalogue) -> dict[int, Figures]:
    """The figures of each district that has any, by its id."""
    grouped: dict[int, list[Entry]] = defaultdict(list)
    for entry in catalogue.own():
        if entry.district:
            grouped[entry.district].append(entry)
    return {district: figures(entries) for district, entries in grouped.items()}


def with_term(entries: Iterable[Entry], terms: Iterable[int]) -> list[Entry]:
    """Those classified by one of the terms."""
    wanted = frozenset(terms)
    return [entry for entry in entries if not wanted.isdisjoint(entry.terms)]


def soonest(entries: Iterable[Entry], at: datetime) -> list[Entry]:
    """Those that are still to come, the soonest first; then what is on for weeks."""
    coming = []
    for entry in entries:
        ahead = [slot for slot in entry.slots if slot.over_at > at]
        if ahead and not entry.is_cancelled:
            dated = [slot.start for slot in ahead if not slot.is_exhibition]
            coming.append((not dated, min(dated or [slot.over_at for slot in ahead]), entry.pk, entry))
    return [entry for *_order, entry in sorted(coming, key=lambda row: row[:3])]


def related(catalogue: Catalogue, activity: Activity, at: datetime, most: int = 4) -> list[int]:
    """Other activities that share the most with this one and are still to come; own city before others."""
    here = next((entry for entry in catalogue.entries if entry.pk == activity.pk), None)
    if here is None:
        return []
    scored = []
    for entry in catalogue.entries:
        if entry.pk == here.pk or entry.is_cancelled:
            continue
        is_ahead = any(slot.over_at > at for slot in entry.slots) or not entry.slots
        near = 2 * (entry.district == here.district and here.district is not None)
        scored.append(
            (not is_ahead, entry.city != here.city, -len(here.terms & entry.terms) - near, entry.pk)
        )
    return [score[-1] for score in sorted(scored)[:most]]


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


def seats_left(sessions: Iterable[Session]) -> dict[int, int | None]:
    """Free seats by session: the capacity as long as nothing can be booked; None where it is not limited."""
    return {session.pk: None if session.is_cancelled else session.capacity for session in sessions}
