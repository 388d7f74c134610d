"""What the public sees: publishing, applying an approved revision, cancelling, archiving."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities import safety, workflow
from kepuyue.activities.actions import notices, notification
from kepuyue.activities.models import Activity, ChangeNotice, Sampling, State, Submission
from kepuyue.activities.permissions import check_can_cancel, check_can_edit
from kepuyue.activities.queries import changed_since_licensed, submission_under_way
from kepuyue.activities.signals import public_content_changed, review_decided
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def licence_missing(submission: Submission) -> str:
    """Why a large event cannot be published yet; empty where nothing is missing (decree 505, art. 13, 15, 20)."""
    gate = safety.licence_gate(submission.content, submission.activity.edition)
    if set(changed := changed_since_licensed(submission)) & set(safety.LICENSED_ANEW):
        return safety.told_of_licensed(changed)
    if gate is None or gate.is_open:
        return ""
    return _(
        "预计单场达到1000人，单位填写%(police)s的许可文号后才能发布。文号到了会通知您，意见可以先写好。"
    ) % {"police": gate.police}


def publish(submission: Submission, *, by: "User", note: str = "") -> Activity:
    """Make the approved text public. Called by review at the last step, inside its transaction.

    Raises `NotPossibleNow` where the licence of a large event is missing.
    """
    if why_not := licence_missing(submission):
        raise NotPossibleNow(why_not, code="licence-missing")
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
        if activity.state not in workflow.REVISABLE:
            raise NotPossibleNow(
                _("活动现在是“%(state)s”，变更不能发布。") % {"state": activity.get_state_display()}
            )
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
    public_content_changed.send(
        sender=Activity, activity=activity, is_new=submission.kind == Submission.Kind.NEW
    )
    review_decided.send(
        sender=Submission, submission=submission, decision=Submission.State.APPROVED, note=note
    )
    if submission.kind == Submission.Kind.REVISION:
        _close_sampling(activity, by)
        if activity.is_public:
            notices.of_revision(activity, before, contents.of(activity), by=by)
    notification.decided(submission, Submission.State.APPROVED, note=note)
    return activity


def _close_sampling(activity: Activity, by: "User") -> None:
    """What a sampling asked for is done once a change has passed the whole chain."""
    for sampling in Sampling.objects.filter(submission__activity=activity, state=Sampling.State.RETURNED):
        sampling.state = workflow.SAMPLING.next_state(sampling.state, "correct")
        sampling.closed_at = now()
        sampling.save(update_fields=["state", "closed_at"])
        audit.record("sampling.corrected", activity, by=by, organization_path=activity.organization.path)


@transaction.atomic
def cancel(activity: Activity, *, by: "User", reason: str) -> Activity:
    """Cancel a published activity; it stays visible and says so. The reason is shown to the public."""
    if not reason.strip():
        raise ValidationError(_("请写明取消原因，公众会看到。"), code="reason-missing")
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_cancel(by, activity)
    following = workflow.ACTIVITY.next_state(activity.state, "cancel")
    if has_taken_place(activity):
        raise NotPossibleNow(_("所有场次都已经结束，不能再取消活动。"), code="over")
    activity.state = following
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
    notices.tell(
        activity, None, ChangeNotice.Kind.CANCELLED, old={}, new={}, by=by, reason=activity.cancel_reason
    )
    return activity


def has_taken_place(activity: Activity) -> bool:
    """Whether it was held to the end, so that there is nothing left to cancel."""
    held = list(activity.sessions.held())
    return bool(held) and not activity.is_year_round and all(session.is_over for session in held)


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
