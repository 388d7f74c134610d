"""From events of a calendar to drafts, one small transaction each. Running it again goes on where it stopped."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from kepuyue.activities.actions import drafting
from kepuyue.activities.models import Activity, Origin
from kepuyue.core import audit, wording
from kepuyue.imports.calendar_content import outside_key
from kepuyue.imports.models import CalendarItem, CalendarSubscription
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = CalendarItem.State
OPEN = (State.NEW, State.REFUSED)


@transaction.atomic
def choose(calendar: CalendarSubscription, keys: Iterable[int] | None, *, by: "User") -> int:
    """Say that these events (None: all that are offered) shall become drafts; returns how many were chosen."""
    check(by, "import.run", calendar.organization)
    items = calendar.items.filter(state__in=OPEN) if keys is not None else calendar.items.offered()
    count = (items.filter(pk__in=list(keys)) if keys is not None else items).update(
        state=State.WANTED, why=""
    )
    if count:
        audit.record(
            "calendar.choose", calendar, by=by, organization_path=calendar.organization.path,
            changes={"events": [0, count]},
        )  # fmt: skip
    return count


@transaction.atomic
def leave(calendar: CalendarSubscription, keys: Iterable[int], *, by: "User") -> int:
    """Say that these events shall not be offered any more."""
    return _sort(calendar, keys, OPEN, State.LEFT, "calendar.leave", by)


@transaction.atomic
def offer_again(calendar: CalendarSubscription, keys: Iterable[int], *, by: "User") -> int:
    """Offer events again that were left."""
    return _sort(calendar, keys, (State.LEFT,), State.NEW, "calendar.offer_again", by)


def _sort(
    calendar: CalendarSubscription,
    keys: Iterable[int],
    before: tuple[str, ...],
    after: str,
    action: str,
    by: "User",
) -> int:
    check(by, "import.run", calendar.organization)
    count = calendar.items.filter(pk__in=list(keys), state__in=before).update(state=after, why="")
    if count:
        audit.record(
            action,
            calendar,
            by=by,
            organization_path=calendar.organization.path,
            changes={"events": [0, count]},
        )
    return count


def take(calendar: CalendarSubscription, *, by: "User") -> None:
    """Make a draft of every chosen event, or find the activity that is there already."""
    check(by, "import.run", calendar.organization)
    for key in list(calendar.items.filter(state=State.WANTED).values_list("pk", flat=True)):
        _take_one(key, calendar, by)


def _take_one(key: int, calendar: CalendarSubscription, by: "User") -> None:
    try:
        with transaction.atomic():
            # One at a time in a unit: the same event may stand in two of its calendars
            Organization.objects.select_for_update().get(pk=calendar.organization_id)
            item = CalendarItem.objects.select_for_update().filter(pk=key, state=State.WANTED).first()
            if item is None:
                return
            item.activity = _activity(item, calendar, by)
            item.state, item.taken, item.is_changed, item.why = State.TAKEN, item.content, False, ""
            item.save()
    except (ValidationError, PermissionDenied) as error:
        why = wording.clauses(error.messages) if isinstance(error, ValidationError) else str(error)
        CalendarItem.objects.filter(pk=key, state=State.WANTED).update(state=State.REFUSED, why=why[:300])


def _activity(item: CalendarItem, calendar: CalendarSubscription, by: "User") -> Activity:
    known = Activity.objects.filter(
        edition=calendar.edition, organization=calendar.organization, outside_key=outside_key(item.key)
    ).first()
    if known is not None:
        return known
    sessions = [
        {name: value for name, value in session.items() if name != "key"}
        for session in item.content.get("sessions", ())
    ]
    return drafting.create(
        edition=calendar.edition,
        organization=calendar.organization,
        by=by,
        content=item.content | {"sessions": sessions},
        origin=Origin.CALENDAR,
        outside_key=outside_key(item.key),
    )
