"""Reads about activities; what a person may not see is not in the answer."""

from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q, QuerySet

from kepuyue.activities import content
from kepuyue.activities.models import Activity, Submission
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def public(edition: Edition) -> QuerySet[Activity]:
    """What the public may see of an edition."""
    return Activity.objects.of(edition).published()


def visible_to(user: "Person") -> QuerySet[Activity]:
    """What the person may open at the desk: own units' activities and those of the branch they oversee."""
    return Activity.objects.filter(reach(user, "activity.see", "organization__path"))


def editable_by(user: "Person") -> QuerySet[Activity]:
    """What the person may change."""
    return Activity.objects.filter(reach(user, "activity.edit", "organization__path"))


def for_desk(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """The same rows with what a desk list shows, in a fixed number of queries."""
    return activities.select_related("organization", "district").annotate(
        session_count=Count("sessions", filter=Q(sessions__is_cancelled=False)),
        first_start=Min("sessions__starts_at"),
    )


def review_queue(user: "Person") -> QuerySet[Submission]:
    """What waits for the person's decision, the most urgent first: soonest session, then longest wait."""
    return (
        Submission.objects.filter(state=Submission.State.PENDING)
        .filter(reach(user, "review.decide", "turn__path"))
        .select_related("activity__organization", "activity__district", "turn")
        .annotate(first_start=Min("activity__sessions__starts_at"))
        .order_by("first_start", "turn_since", "pk")
    )


def reviewable_by(user: "Person") -> QuerySet[Submission]:
    """All rounds of review in the person's branch, whosever turn it is."""
    return Submission.objects.filter(
        reach(user, "review.decide", "activity__organization__path")
    ).select_related("activity__organization", "activity__edition", "activity__district", "turn")


def submission_under_way(activity: Activity) -> Submission | None:
    """The round that is being edited (a revision) or reviewed."""
    return activity.submissions.filter(state__in=(Submission.State.OPEN, Submission.State.PENDING)).first()


def working_content(activity: Activity) -> content.Content:
    """What the unit is editing: the revision under way where there is one, else the activity itself."""
    under_way = submission_under_way(activity)
    if under_way and under_way.kind == Submission.Kind.REVISION:
        return dict(under_way.content)
    return content.of(activity)


def review_chain(activity: Activity) -> list[Organization]:
    """The units that review the activity, first to last, by the edition's policy.

    A policy entry is a list of steps: "branch" is the nearest district or department above the unit (left out
    for an activity that the district or department itself registers), "office" the office. The entry of
    the activity's own term ("tier:main_venue") goes before "default" (notice 四(一); domain notes (c)).
    """
    chains = activity.edition.policy.get("review", {})
    terms = [f"{term.taxonomy.code}:{term.code}" for term in activity.terms.select_related("taxonomy")]
    steps = next((chains[term] for term in sorted(terms) if term in chains), None)
    steps = steps or chains.get("default") or ["branch", "office"]
    above = _ancestors(activity.organization)
    office = [unit for unit in above if unit.level == Organization.Level.OFFICE]
    branch = [
        unit
        for unit in above
        if unit.level in (Organization.Level.DISTRICT, Organization.Level.DEPARTMENT)
        and unit.pk != activity.organization_id
    ]
    chain: list[Organization] = []
    for step in steps:
        chain += branch[-1:] if step == "branch" else office[:1]
    return chain


def _ancestors(organization: Organization) -> list[Organization]:
    """The unit and those above it, the top first."""
    keys = [int(part) for part in organization.path.strip("/").split("/")]
    found = Organization.objects.in_bulk(keys)
    return [found[key] for key in keys]
