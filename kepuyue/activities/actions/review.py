"""Deciding on what was handed in: one step along the chain of reviewing units at a time."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities import workflow
from kepuyue.activities.actions import notification, publication
from kepuyue.activities.actions.submission import go_on_from
from kepuyue.activities.models import Activity, Comment, Review, State, Submission
from kepuyue.activities.permissions import check_can_review
from kepuyue.activities.queries import to_accept
from kepuyue.activities.signals import review_decided
from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def approve(
    submission: Submission,
    *,
    by: "User",
    note: str = "",
    step: int | None = None,
    accepts: Iterable[str] = (),
) -> Submission:
    """Pass it to the next reviewing unit, or publish at the last one.

    `step` is the one the person looked at: pressing the button twice, or after a colleague, approves once.
    What a reviewer has to accept expressly (`queries.to_accept`) is named in `accepts` by its code; the sentence
    then stands in the review and in the trail.
    """
    submission = _locked(submission)
    check_can_review(by, submission)
    is_last = submission.step + 1 >= len(submission.chain)
    workflow.SUBMISSION.next_state(submission.state, "approve" if is_last else "pass_up")
    _check_step(submission, step)
    note = _with_accepted(submission, note, accepts)
    _record(submission, Review.Decision.APPROVED, by=by, note=note)
    if is_last:
        publication.publish(submission, by=by, note=note)
        return submission
    submission.step += 1
    following = Organization.objects.select_related("merged_into").get(pk=submission.chain[submission.step])
    # The chain is as it was when it was handed in; a unit that was merged since is followed to the survivor
    submission.turn = following.merged_into or following
    submission.turn_since = now()
    submission.save(update_fields=["step", "turn", "turn_since"])
    notification.waiting_for_review(submission)
    return submission


@transaction.atomic
def return_for_changes(
    submission: Submission,
    *,
    by: "User",
    note: str = "",
    comments: dict[str, str] | None = None,
    step: int | None = None,
) -> Submission:
    """Give it back to the unit with a note, with remarks pinned to fields, or both."""
    remarks = {field: text.strip() for field, text in (comments or {}).items() if text.strip()}
    if not note.strip() and not remarks:
        raise ValidationError(_("请写明需要修改什么，单位才好改。"), code="note-missing")
    if unknown := set(remarks) - set(contents.FIELDS):
        raise ValidationError(_("没有这些栏目：%(names)s") % {"names": "、".join(sorted(unknown))})
    return _close(submission, "return", State.RETURNED, by=by, note=note, comments=remarks, step=step)


@transaction.atomic
def reject(submission: Submission, *, by: "User", note: str, step: int | None = None) -> Submission:
    """Refuse it for good; the reason is told to the unit."""
    if not note.strip():
        raise ValidationError(_("请写明不予通过的原因，单位会看到。"), code="note-missing")
    return _close(submission, "reject", State.REJECTED, by=by, note=note, comments={}, step=step)


def _close(
    submission: Submission,
    verb: str,
    activity_state: str,
    *,
    by: "User",
    note: str,
    comments: dict[str, str],
    step: int | None,
) -> Submission:
    submission = _locked(submission)
    check_can_review(by, submission)
    next_state = workflow.SUBMISSION.next_state(submission.state, verb)
    _check_step(submission, step)
    decision = Review.Decision.RETURNED if verb == "return" else Review.Decision.REJECTED
    review = _record(submission, decision, by=by, note=note)
    Comment.objects.bulk_create(
        Comment(review=review, field=field, text=text[:500]) for field, text in comments.items()
    )
    submission.state = next_state
    submission.closed_at = now()
    submission.save(update_fields=["state", "closed_at"])
    if submission.kind == Submission.Kind.NEW:
        activity = Activity.objects.select_for_update().get(pk=submission.activity_id)
        activity.state = workflow.ACTIVITY.next_state(activity.state, verb)
        activity.version += 1
        activity.updated_at = now()
        activity.save(update_fields=["state", "version", "updated_at"])
    elif verb == "return":
        go_on_from(submission)
    review_decided.send(sender=Submission, submission=submission, decision=next_state, note=note)
    notification.decided(submission, next_state, note=note, comments=comments)
    return submission


def _locked(submission: Submission) -> Submission:
    # The activity first, as everywhere, so that two actions never wait for each other
    Activity.objects.select_for_update().get(pk=submission.activity_id)
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("activity__organization", "turn")
        .get(pk=submission.pk)
    )


def _with_accepted(submission: Submission, note: str, accepts: Iterable[str]) -> str:
    """The note with what the reviewer accepts expressly; raises where something of that is not accepted."""
    asked, given = to_accept(submission), set(accepts)
    if missing := [why for code, why in asked.items() if code not in given]:
        raise ValidationError(
            _("有要您明确认可的事项，请在“审核决定”里逐条核对、勾选后再通过：%(what)s")
            % {"what": wording.clauses(missing)},
            code="not-accepted",
        )
    accepted = [_("已核对并认可：%(why)s") % {"why": why} for why in asked.values()]
    return "\n".join(filter(None, [note.strip(), *accepted]))


def _check_step(submission: Submission, step: int | None) -> None:
    if step is not None and step != submission.step:
        raise ValidationError(_("您的同事已经处理过这一步，请刷新查看最新进展。"), code="already-decided")


def _record(submission: Submission, decision: str, *, by: "User", note: str) -> Review:
    activity = submission.activity
    audit.record(
        f"review.{decision}",
        activity,
        by=by,
        reason=note,
        organization_path=activity.organization.path,
    )
    turn = submission.turn or activity.organization
    return Review.objects.create(
        submission=submission, organization=turn, by=by, decision=decision, note=note.strip(), at=now()
    )
