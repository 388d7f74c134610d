"""What a calendar says otherwise now: shown beside what stands, taken over or not by a person. Never by itself."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from kepuyue.activities import content as contents
from kepuyue.activities import workflow
from kepuyue.activities.actions import drafting
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, Venue
from kepuyue.activities.presentation import changes_written_out
from kepuyue.activities.queries import submission_under_way
from kepuyue.core import audit
from kepuyue.imports import calendar_content
from kepuyue.imports.calendar_content import Merge
from kepuyue.imports.models import CalendarItem, CalendarSubscription
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@dataclass(frozen=True)
class FieldChange:
    """One field of a proposal: what stands now, what would stand. `is_own`: the unit has typed it since."""

    field: str
    label: Any
    old: str
    new: str
    is_own: bool


@dataclass(frozen=True)
class Shown:
    """A proposal as the page shows it."""

    item: CalendarItem
    activity: Activity
    changes: list[FieldChange]
    keeps_own_sessions: bool
    is_published: bool
    why_closed: str


def shown(item: CalendarItem) -> Shown:
    """The proposal written out; reads the activity as it is now."""
    activity = item.activity
    assert activity is not None
    stands = stands_now(activity)
    merge = _merge(item, stands)
    before = _placed(stands)
    rows: list[FieldChange] = []
    for is_own, wanted in ((False, merge.changes), (True, merge.own)):
        after = _placed(contents.filled(stands, wanted))
        differences = contents.diff({name: before.get(name) for name in after}, after)
        rows += [
            FieldChange(field, label, old, new, is_own)
            for field, label, old, new in changes_written_out(differences, activity.edition)
        ]
    return Shown(
        item, activity, rows, merge.keeps_own_sessions, activity.state in workflow.REVISABLE,
        drafting.why_closed(activity, submission_under_way(activity)),
    )  # fmt: skip


def _placed(content: Content) -> Content:
    """The content with venues by their names in the sessions' places: one that is new has no number yet."""
    if "sessions" not in content:
        return content
    sessions = [
        session
        | {"venue": None, "place": " ".join(filter(None, (session.get("venue_name"), session.get("place"))))}
        for session in content["sessions"]
    ]
    return content | {"sessions": sessions}


def stands_now(activity: Activity) -> Content:
    """The content that a change would be made to: of a revision under way where there is one. Venues with names."""
    under_way = submission_under_way(activity)
    content = dict(under_way.content) if under_way else contents.of(activity)
    names = Venue.objects.in_bulk([one["venue"] for one in content["sessions"] if one.get("venue")])
    content["sessions"] = [
        session | {"venue_name": names[session["venue"]].name if session.get("venue") in names else ""}
        for session in content["sessions"]
    ]
    return content


def _merge(item: CalendarItem, stands: Content) -> Merge:
    return calendar_content.merged(item.taken, item.content, stands)


def is_idle(item: CalendarItem) -> bool:
    """Whether the activity says already what the calendar says now, so that there is nothing to decide."""
    if item.activity is None:
        return True
    merge = _merge(item, stands_now(item.activity))
    return not (merge.changes or merge.own or merge.keeps_own_sessions)


@transaction.atomic
def accept(item: CalendarItem, *, by: "User", over_own: Collection[str] = ()) -> Activity | None:
    """Take the change over: into a draft at once, of a published activity into a revision that goes through review.

    What the unit has typed since stays, except for the fields of `over_own`. Raises what `drafting.change` raises.
    """
    item = _locked(item, by)
    if not item.is_changed or item.activity is None:
        return item.activity
    # Nobody types into the activity between the look at it and the change
    standing = Activity.objects.select_for_update().get(pk=item.activity.pk)
    merge = _merge(item, stands_now(standing))
    changes = merge.changes | {name: value for name, value in merge.own.items() if name in over_own}
    activity = drafting.change(standing, changes, by=by) if changes else standing
    item.taken, item.is_changed, item.declined_digest = item.content, False, ""
    item.save(update_fields=["taken", "is_changed", "declined_digest"])
    _record("calendar.accept", item, by, {name: ["", str(item.calendar)] for name in changes})
    return activity


@transaction.atomic
def decline(item: CalendarItem, *, by: "User") -> None:
    """Leave the activity as it is; the same change is not proposed again."""
    item = _locked(item, by)
    if item.is_changed:
        item.declined_digest, item.is_changed = calendar_content.digest(item.content), False
        item.save(update_fields=["declined_digest", "is_changed"])
        _record("calendar.decline", item, by, {})


@transaction.atomic
def keep(item: CalendarItem, *, by: "User") -> None:
    """The calendar names it no more, and the activity stays all the same."""
    item = _locked(item, by)
    if item.vanished_at and not item.is_kept:
        item.is_kept = True
        item.save(update_fields=["is_kept"])
        _record("calendar.keep", item, by, {})


def accept_all(calendar: CalendarSubscription, *, by: "User") -> list[tuple[CalendarItem, str]]:
    """Take over every change; returns those that could not be, with the reason. Each is a transaction of its own."""
    check(by, "import.run", calendar.organization)
    refused = []
    for item in calendar.items.proposed():
        try:
            accept(item, by=by)
        except ValidationError as error:
            refused.append((item, " ".join(error.messages)))
    return refused


@transaction.atomic
def decline_all(calendar: CalendarSubscription, *, by: "User") -> None:
    """Leave all activities as they are."""
    for item in calendar.items.proposed():
        decline(item, by=by)


def _locked(item: CalendarItem, by: "User") -> CalendarItem:
    check(by, "import.run", item.calendar.organization)
    # The activity may be none: PostgreSQL locks no row of an outer join
    return (
        CalendarItem.objects.select_for_update(of=("self",))
        .select_related("calendar", "activity")
        .get(pk=item.pk)
    )


def _record(action: str, item: CalendarItem, by: "User", changes: dict[str, list[Any]]) -> None:
    audit.record(action, item, by=by, changes=changes, organization_path=item.calendar.organization.path)
