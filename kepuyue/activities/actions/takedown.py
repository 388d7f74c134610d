"""Taking a published activity away from the public, and putting it back.

科学技术普及法 (2024) art. 35 and 36: no false content; who learns of it acts at once and keeps the record. The
unit that reviews the activity, or one above it, decides alone and at once; the unit is told and can correct.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import workflow
from kepuyue.activities.actions import notification
from kepuyue.activities.models import Activity, Sampling, Takedown
from kepuyue.activities.permissions import check_can_restore, check_can_take_down
from kepuyue.activities.signals import public_content_changed, session_changed
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def take_down(activity: Activity, *, by: "User", ground: str, source: str, evidence: str) -> Takedown:
    """Out of page, list, search, feeds and interface in this very transaction, with its log."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    decider = check_can_take_down(by, activity)
    faults = {}
    if ground not in Takedown.Ground.values:
        faults["ground"] = _("请选择下架的依据。")
    if not source.strip():
        faults["source"] = _("请写明线索来源：谁反映的，或者怎么发现的。")
    if not evidence.strip():
        faults["evidence"] = _("请写明事实和证据，以后要查得到。")
    if faults:
        raise ValidationError(faults)
    was = activity.state
    activity.state = workflow.ACTIVITY.next_state(activity.state, "take_down")
    _save(activity)
    found = Takedown.objects.create(
        activity=activity, ground=ground, source=source.strip()[:200], evidence=evidence.strip(), was=was,
        organization=decider, by=by, at=now(),
    )  # fmt: skip
    for sampling in Sampling.objects.filter(
        submission__activity=activity, state__in=(Sampling.State.PENDING, Sampling.State.RETURNED)
    ):
        sampling.state = workflow.SAMPLING.next_state(sampling.state, "take_down")
        sampling.by, sampling.closed_at = by, now()
        sampling.save(update_fields=["state", "by", "closed_at"])
    _announce(activity, "activity.take_down", by, evidence, "taken_down", f"takedown:{found.pk}")
    notification.taken_down(found)
    return found


@transaction.atomic
def restore(found: Takedown, *, by: "User", reason: str) -> Activity:
    """Back to where it stood, with a reason that stays in the log."""
    activity = Activity.objects.select_for_update().get(pk=found.activity_id)
    found = Takedown.objects.select_for_update(of=("self",)).select_related("organization").get(pk=found.pk)
    check_can_restore(by, found)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明恢复的理由。")}, code="reason-missing")
    if found.restored_at is not None:
        # Only the takedown that holds knows the state it goes back to
        raise NotPossibleNow(_("这次下架已经恢复过了。"))
    activity.state = workflow.ACTIVITY.next_state(activity.state, f"restore_{found.was}")
    _save(activity)
    found.restored_at, found.restored_by, found.restore_reason = now(), by, reason.strip()[:300]
    found.save(update_fields=["restored_at", "restored_by", "restore_reason"])
    _announce(activity, "activity.restore", by, reason, "restored", f"restore:{found.pk}")
    notification.restored(found)
    return activity


def _save(activity: Activity) -> None:
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["state", "version", "updated_at"])


def _announce(activity: Activity, action: str, by: "User", reason: str, what: str, key: str) -> None:
    audit.record(
        action,
        activity,
        by=by,
        reason=reason,
        organization_path=activity.organization.path,
        version=activity.version,
    )
    public_content_changed.send(sender=Activity, activity=activity)
    session_changed.send(sender=Activity, activity=activity, session=None, what=what, notice=None, key=key)
