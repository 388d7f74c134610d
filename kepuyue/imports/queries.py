"""Reads about imports; a batch is seen by those who may import for its unit."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from kepuyue.activities.letters import alike, in_one_row, title_key
from kepuyue.activities.models import Activity, Session, State
from kepuyue.activities.queries import visible_to
from kepuyue.activities.selections import Selection
from kepuyue.activities.workflow import EDITABLE
from kepuyue.imports.models import TAKEN, CalendarItem, CalendarSubscription, ImportBatch, ImportRow
from kepuyue.organizations.permissions import reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

MOST_TWINS = 200  # activities compared letter by letter: of the same title, of the unit, of the same moments
SESSIONS_COMPARED = 3


def batches_of(user: "Person") -> QuerySet[ImportBatch]:
    """The batches of units for which the person may import."""
    return ImportBatch.objects.filter(reach(user, "import.run", "organization__path")).select_related(
        "organization", "edition", "by"
    )


def with_counts(batches: QuerySet[ImportBatch]) -> QuerySet[ImportBatch]:
    """The same batches with how many rows were read, taken and left out."""
    left = (ImportRow.State.SKIPPED, ImportRow.State.REFUSED)
    return batches.order_by("-pk").annotate(
        read_count=Count("rows"),
        taken_count=Count("rows", filter=Q(rows__state__in=TAKEN)),
        left_count=Count("rows", filter=Q(rows__state__in=left)),
    )


def counts(batch: ImportBatch) -> dict[str, int]:
    """How many rows are in each state, all states named; `read` is their sum."""
    found = dict(batch.rows.values_list("state").annotate(Count("pk")).order_by())
    by_state = {state.value: found.get(state.value, 0) for state in ImportRow.State}
    return by_state | {"read": sum(by_state.values())}


def drafts_of(batch: ImportBatch) -> QuerySet[Activity]:
    """The activities that came of the file and are not handed in yet."""
    return Activity.objects.filter(pk__in=batch.rows.taken().values("activity"), state__in=EDITABLE)


def selection(user: "Person", number: int) -> Selection | None:
    """What came of one file, for pages that take many activities at once."""
    batch = batches_of(user).filter(pk=number).first()
    if batch is None:
        return None
    return Selection(drafts_of(batch), batch.file_name, reverse("imports:batch", args=[batch.pk]))


def twins(batch: ImportBatch, rows: Iterable[ImportRow], user: "Person") -> dict[int, list[Activity]]:
    """{row: activities of the edition that may be the same, and that this file does not update}, at most three each.

    Those with the same title, and those with one much like it that are the unit's own or begin at the same moment.
    Only what is public or open to the person is named.
    """
    rows = list(rows)
    titles = {row.pk: title_key(row.content.get("title", "")) for row in rows}
    wanted = {key for key in titles.values() if key}
    own = {row.outside_key for row in rows}
    if batch.edition is None or not wanted:
        return {}
    others = (
        Activity.objects.of(batch.edition)
        .filter(Q(pk__in=Activity.objects.published()) | Q(pk__in=visible_to(user)))
        .exclude(organization=batch.organization, outside_key__in=own)
        .exclude(state__in=(State.REJECTED, State.ARCHIVED))
    )
    starts = {
        session["starts_at"]
        for row in rows
        for session in row.content.get("sessions", ())[:SESSIONS_COMPARED]
    }
    there = Session.objects.filter(starts_at__in=starts).values("activity")
    keys: dict[int, str] = {}
    theirs: dict[int, str] = {}
    for looked_at in (
        others.filter(title_key__in=wanted).order_by("pk"),
        others.filter(organization=batch.organization).order_by("-pk"),
        others.filter(pk__in=there).order_by("pk"),
    ):
        for pk, key, title in looked_at.values_list("pk", "title_key", "title")[:MOST_TWINS]:
            keys[pk], theirs[pk] = key, title
    found = {
        row.pk: [
            pk
            for pk in alike(titles[row.pk], keys)
            if not in_one_row(row.content.get("title", ""), theirs[pk])
        ][:3]
        for row in rows
        if titles[row.pk]
    }
    activities = others.select_related("organization").in_bulk({key for pks in found.values() for key in pks})
    return {pk: [activities[key] for key in pks if key in activities] for pk, pks in found.items() if pks}


def last_import_of(activity_id: int, before: ImportRow) -> ImportRow | None:
    """The row that the activity was last imported from, before this one."""
    rows = ImportRow.objects.taken().filter(activity_id=activity_id, pk__lt=before.pk)
    return rows.order_by("-pk").first()


def calendars_of(user: "Person") -> QuerySet[CalendarSubscription]:
    """The subscriptions that the person may look at: of own units, and of the branch that they oversee."""
    return CalendarSubscription.objects.filter(
        reach(user, "calendar.see", "organization__path")
    ).select_related("organization", "edition", "by")


def drafts_of_calendar(calendar: CalendarSubscription) -> QuerySet[Activity]:
    """The activities that came of the calendar and are not handed in yet."""
    return Activity.objects.filter(pk__in=calendar.items.values("activity"), state__in=EDITABLE)


def selection_of_calendar(user: "Person", number: int) -> Selection | None:
    """What came of one calendar, for pages that take many activities at once."""
    calendar = calendars_of(user).filter(pk=number).first()
    if calendar is None:
        return None
    address = reverse("imports:calendar", args=[calendar.pk])
    return Selection(drafts_of_calendar(calendar), str(calendar), address)


def with_waiting(calendars: QuerySet[CalendarSubscription]) -> QuerySet[CalendarSubscription]:
    """The same subscriptions with how many events wait for a decision, of which kind, and how many were taken."""
    is_tied = Q(items__state=CalendarItem.State.TAKEN, items__activity__isnull=False)
    return calendars.annotate(
        new_count=Count("items", filter=Q(items__state=CalendarItem.State.NEW)),
        changed_count=Count("items", filter=is_tied & Q(items__is_changed=True, items__vanished_at=None)),
        vanished_count=Count(
            "items", filter=is_tied & Q(items__vanished_at__isnull=False, items__is_kept=False)
        ),
        taken_count=Count("items", filter=Q(items__state=CalendarItem.State.TAKEN)),
    )


def events_by_state(calendar: CalendarSubscription) -> dict[str, QuerySet[CalendarItem]]:
    """The calendar's events as the page shows them: one list for each thing that can be done with them."""
    state = CalendarItem.State
    items = calendar.items.select_related("activity__edition", "activity__organization").order_by("pk")
    ids = calendar.items
    return {
        "new": items.filter(state__in=(state.NEW, state.WANTED, state.REFUSED)),
        "changed": items.filter(pk__in=ids.proposed().values("pk")),
        "vanished": items.filter(pk__in=ids.vanished().values("pk")),
        "taken": items.filter(state=state.TAKEN),
        "left": items.filter(state=state.LEFT),
    }
