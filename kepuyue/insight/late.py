"""Who is late with what, from the questions that the rooms ask themselves; a line leads to where it is dealt with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Min

from kepuyue.activities.models import Activity, State
from kepuyue.activities.reviewing import queue
from kepuyue.activities.workflow import EDITABLE
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import window
from kepuyue.insight.permissions import within
from kepuyue.organizations.models import Organization
from kepuyue.resources import queries as resources
from kepuyue.resources.models import Request
from kepuyue.summaries import progress
from kepuyue.summaries.deadlines import Days, days_of
from kepuyue.summaries.queries import branch_summaries

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


@dataclass(frozen=True)
class NotHandedIn:
    """A unit's activities that are not handed in."""

    unit: Organization
    drafts: int
    returned: int
    "Given back by a reviewer and not handed in again"
    since: datetime
    "When the one was last touched that lies longest"


@dataclass(frozen=True)
class Late:
    """All that is late in a person's branch."""

    registration_due: date | None
    is_registration_over: bool
    not_handed_in: Sequence[NotHandedIn]
    reviews: Sequence[queue.Late]
    "Reviewing units with something overdue"
    summary_days: Days
    summaries: Sequence[progress.Progress]
    "Units whose day is over and that have something missing"
    requests: Sequence[tuple[Request, int]]
    "Open requests that nobody answered, with the days that they wait"
    openings: Sequence[Organization]
    "Bases that have not said how they open"

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of each kind, in things and not in units."""
        return {
            "handing_in": sum(one.drafts + one.returned for one in self.not_handed_in),
            "reviews": sum(one.late for one in self.reviews),
            "summaries": sum(one.missing for one in self.summaries),
            "requests": len(self.requests),
            "openings": len(self.openings),
        }


def of(user: "Person", edition: Edition) -> Late:
    """What is late in the branches that the person oversees, in a fixed number of queries."""
    registration = window(edition, "registration")
    units = progress.by_unit(branch_summaries(user, edition))
    unanswered = resources.overview(user, edition).unanswered
    return Late(
        registration_due=registration.due,
        is_registration_over=registration.due is not None and edition.today > registration.due,
        not_handed_in=_not_handed_in(user, edition),
        reviews=[one for one in queue.figures(user, edition) if one.late],
        summary_days=days_of(edition),
        summaries=[one for one in units if one.is_late and one.missing],
        requests=[(one, resources.age_in_days(one)) for one in unanswered],
        openings=[one.organization for one in resources.filings(user, edition) if one.is_missing],
    )


def _not_handed_in(user: "Person", edition: Edition) -> list[NotHandedIn]:
    rows = Activity.objects.of(edition).filter(within(user), state__in=EDITABLE)
    found: dict[int, dict[str, int]] = {}
    since: dict[int, datetime] = {}
    for unit, state, count, touched in (
        rows.order_by().values_list("organization", "state").annotate(Count("pk"), Min("updated_at"))
    ):
        found.setdefault(unit, {})[state] = count
        since[unit] = min(since.get(unit, touched), touched)
    units = Organization.objects.in_bulk(found)
    lines = [
        NotHandedIn(
            units[pk], sum(some.values()) - some.get(State.RETURNED, 0), some.get(State.RETURNED, 0), since[pk]
        )
        for pk, some in found.items()
    ]  # fmt: skip
    return sorted(lines, key=lambda one: (-one.returned, -one.drafts, one.since))
