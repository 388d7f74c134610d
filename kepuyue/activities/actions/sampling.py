"""Reading afterwards what a trusted unit published at once: fine, to be corrected, or taken down."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import workflow
from kepuyue.activities.actions import notification, takedown, trusting
from kepuyue.activities.models import Activity, Sampling, Takedown
from kepuyue.activities.permissions import check_can_sample
from kepuyue.activities.queries import trust_of
from kepuyue.core import audit
from kepuyue.core.time import now

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def find_fine(sampling: Sampling, *, by: "User", note: str = "") -> Sampling:
    """It was read and stands as it is."""
    return _decide(sampling, "find_fine", by=by, note=note)


@transaction.atomic
def ask_to_correct(sampling: Sampling, *, by: "User", note: str, revokes: bool = False) -> Sampling:
    """The unit has to correct it; its correction goes through the whole chain. `revokes`: it is trusted no more."""
    if not note.strip():
        raise ValidationError(_("请写明需要更正什么，单位才好改。"), code="note-missing")
    sampling = _decide(sampling, "return", by=by, note=note)
    _revoke(sampling, revokes, by=by, note=note)
    notification.sampling_returned(sampling)
    return sampling


@transaction.atomic
def take_down(
    sampling: Sampling, *, by: "User", ground: str, source: str, evidence: str, revokes: bool = True
) -> Takedown:
    """It may not stay public: taken down at once, and as a rule the unit is trusted no more."""
    sampling = _decide(sampling, "take_down", by=by, note=evidence)
    found = takedown.take_down(
        sampling.submission.activity, by=by, ground=ground, source=source, evidence=evidence
    )
    _revoke(sampling, revokes, by=by, note=evidence)
    return found


def _revoke(sampling: Sampling, revokes: bool, *, by: "User", note: str) -> None:
    activity = sampling.submission.activity
    if revokes and (trust := trust_of(activity.organization, activity.edition)):
        trusting.revoke(trust, by=by, reason=note[:300])


def _decide(sampling: Sampling, verb: str, *, by: "User", note: str) -> Sampling:
    activity = Activity.objects.select_for_update().get(pk=sampling.submission.activity_id)
    sampling = Sampling.objects.select_for_update().get(pk=sampling.pk)
    check_can_sample(by, sampling)
    sampling.state = workflow.SAMPLING.next_state(sampling.state, verb)
    sampling.by, sampling.note = by, note.strip()
    sampling.closed_at = None if sampling.state == Sampling.State.RETURNED else now()
    sampling.save(update_fields=["state", "by", "note", "closed_at"])
    audit.record(
        f"sampling.{sampling.state}",
        activity,
        by=by,
        reason=note,
        organization_path=activity.organization.path,
    )
    return sampling
