"""What activities do when editions or units announce something."""

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.dispatch import receiver

from kepuyue.activities.actions import assignment, rerouting
from kepuyue.activities.models import Activity, Submission
from kepuyue.activities.signals import public_content_changed
from kepuyue.core.time import now
from kepuyue.editions.models import Term
from kepuyue.editions.signals import term_merged, terms_renamed
from kepuyue.organizations.models import Organization
from kepuyue.organizations.signals import unit_merged, unit_moved, work_handed_over

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@receiver(term_merged)
def follow_merge(sender: Any, term: Term, into: Term, **kwargs: Any) -> None:
    """Activities of the one term have the other from now on, also in what is being edited or reviewed."""
    activities = list(Activity.objects.filter(terms=term))
    for activity in activities:
        activity.terms.add(into)
        activity.terms.remove(term)
    old, new = (f"{one.taxonomy.code}:{one.code}" for one in (term, into))
    under_way = Submission.objects.filter(
        state__in=(Submission.State.OPEN, Submission.State.PENDING),
        activity__edition=into.taxonomy.edition_id,
    )
    for submission in under_way:
        if old in submission.content.get("terms", ()):
            kept = set(submission.content["terms"]) - {old} | {new}
            submission.content["terms"] = sorted(kept)
            submission.save(update_fields=["content"])
    _tell(activities)


@receiver(terms_renamed)
def follow_names(sender: Any, terms: list[Term], **kwargs: Any) -> None:
    """An activity is found by the names of its terms."""
    _tell(list(Activity.objects.filter(terms__in=terms).distinct()))


@receiver(unit_moved)
def follow_move(sender: Any, organization: Organization, **kwargs: Any) -> None:
    """What waits for review goes to the new superior."""
    rerouting.reroute(organization)


@receiver(unit_merged)
def follow_merger(sender: Any, organization: Organization, survivor: Organization, **kwargs: Any) -> None:
    """What came over waits for the survivor's superior."""
    rerouting.reroute(survivor)


@receiver(work_handed_over)
def follow_handover(
    sender: Any, organization: Organization, giver: "User", taker: "User", **kwargs: Any
) -> None:
    """What the giver was reviewing for the unit goes to the taker."""
    assignment.hand_over(organization, giver=giver, taker=taker)


def _tell(activities: list[Activity]) -> None:
    Activity.objects.filter(pk__in=[one.pk for one in activities]).update(
        version=F("version") + 1, updated_at=now()
    )
    for activity in activities:
        if activity.is_public:
            public_content_changed.send(sender=Activity, activity=activity)
