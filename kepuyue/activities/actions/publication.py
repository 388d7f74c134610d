"""What the public sees: publishing, applying an approved revision, cancelling, archiving."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities import workflow
from kepuyue.activities.actions import notification
from kepuyue.activities.models import Activity, State, Submission
from kepuyue.activities.permissions import check_can_cancel, check_can_edit
from kepuyue.activities.queries import submission_under_way
from kepuyue.activities.signals import public_content_changed
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def publish(submission: Submission, *, by: "User", note: str = "") -> Activity:
    """Make the approved text public. Called by review at the last step, inside its transaction."""
    submission.state = workflow.SUBMISSION.next_state(submission.state, "approve")
    submission.closed_at = now()
    submission.save(update_fields=["state", "closed_at"])
    activity = Activity.objects.select_for_update().get(pk=submission.activity_id)
    before = contents.of(activity)
    if submission.kind == Submission.Kind.NEW:
        activity.state = workflow.ACTIVITY.next_state(activity.state, "publish")
        activity.published_at = now()
    activity.version += 1
    activity.updated_at = now()
    if submission.kind == Submission.Kind.REVISION:
        contents.write(activity, submission.content)
    else:
        activity.save(update_fields=["state", "published_at", "version", "updated_at"])
    audit.record(
        "activity.publish" if submission.kind == Submission.Kind.NEW else "activity.revise",
        activity,
        by=by,
        changes={c.field: [c.old, c.new] for c in contents.diff(before, submission.content)},
        organization_path=activity.organization.path,
        version=activity.version,
    )
    public_content_changed.send(sender=Activity, activity=activity)
    notification.decided(submission, Submission.State.APPROVED, note=note)
    return activity


@transaction.atomic
def cancel(activity: Activity, *, by: "User", reason: str) -> Activity:
    """Cancel a published activity; it stays visible and says so. The reason is shown to the public."""
    if not reason.strip():
        raise ValidationError(_("请写明取消原因，公众会看到。"), code="reason-missing")
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_cancel(by, activity)
    activity.state = workflow.ACTIVITY.next_state(activity.state, "cancel")
    activity.cancel_reason = reason.strip()[:200]
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["state", "cancel_reason", "version", "updated_at"])
    _give_up_revision(activity)
    audit.record(
        "activity.cancel",
        activity,
        by=by,
        reason=reason,
        organization_path=activity.organization.path,
        version=activity.version,
    )
    public_content_changed.send(sender=Activity, activity=activity)
    return activity


@transaction.atomic
def archive(activity: Activity, *, by: "User") -> Activity:
    """Put an activity of a past year away; it stays readable and is changed no more."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_edit(by, activity)
    if activity.state == State.DRAFT and not activity.edition.is_archive:
        # An archive is open to all, so what nobody has reviewed gets there only where nothing is reviewed any more
        raise NotPossibleNow(_("没有发布过的活动不能存档。"))
    activity.state = workflow.ACTIVITY.next_state(activity.state, "archive")
    _give_up_revision(activity)
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["state", "version", "updated_at"])
    audit.record(
        "activity.archive",
        activity,
        by=by,
        organization_path=activity.organization.path,
        version=activity.version,
    )
    public_content_changed.send(sender=Activity, activity=activity)
    return activity


def _give_up_revision(activity: Activity) -> None:
    if under_way := submission_under_way(activity):
        under_way.state = workflow.SUBMISSION.next_state(under_way.state, "withdraw")
        under_way.closed_at = now()
        under_way.save(update_fields=["state", "closed_at"])
