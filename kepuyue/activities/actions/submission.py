"""Handing an activity (or a change to a published one) in for review, and taking it back."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities import workflow
from kepuyue.activities.actions import notification, publication, signing, trusting
from kepuyue.activities.completeness import Gap, hindrances
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, Submission
from kepuyue.activities.permissions import check_can_submit
from kepuyue.activities.queries import review_chain, submission_under_way, working_content
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.queries import window
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


class Incomplete(ValidationError):
    """What must be filled in first; `gaps` names each place."""

    def __init__(self, gaps: list[Gap]) -> None:
        self.gaps = gaps
        super().__init__([str(gap.why) for gap in gaps], code="incomplete")


class Unsaved(ValidationError):
    """A step holds something that is typed but not right yet."""

    def __init__(self, step: str) -> None:
        self.step = step
        super().__init__(_("这一步还有内容没有填对，请先改正，再提交。"), code="unsaved")


@transaction.atomic
def submit(activity: Activity, *, by: "User", signs: bool = True) -> Submission:
    """Hand the activity in; a published one hands in its revision.

    `signs`: whether the person signs the content off with the same act; without it somebody has to have signed
    exactly this content before. A trusted unit's plain activity is published at once (see `trusting`).
    Raises `Incomplete`, `Unsaved`, `NotPossibleNow`.
    """
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_submit(by, activity)
    if activity.organization.state != Organization.State.ACTIVE:
        raise NotPossibleNow(_("单位还在等待上级确认，确认后即可提交。已填写的内容都保存好了。"))
    _check_in_time(activity)
    under_way = submission_under_way(activity)
    if activity.state in workflow.REVISABLE:
        if not under_way:
            raise NotPossibleNow(_("没有需要审核的变更。"))
    else:
        activity.state = workflow.ACTIVITY.next_state(activity.state, "submit")
    next_state = workflow.SUBMISSION.next_state(
        under_way.state if under_way else Submission.State.OPEN, "submit"
    )
    content = working_content(activity)
    if activity.unsaved:
        raise Unsaved(next(iter(activity.unsaved)))
    if missing := [gap for gap in hindrances(activity, content) if gap.blocks]:
        raise Incomplete(missing)
    if signing.valid(activity, content) is None:
        if not signs:
            raise Incomplete([signing.gap(activity)])
        signing.sign(activity, by=by)
    chain = review_chain(activity, content)
    submission = under_way or Submission(
        activity=activity, kind=Submission.Kind.NEW, base=_last_read(activity),
    )  # fmt: skip
    submission.state = next_state
    submission.content = content
    submission.chain = [unit.pk for unit in chain]
    submission.step = 0
    submission.turn = chain[0] if chain else activity.organization
    submission.by = by
    submission.lane, submission.draw = Submission.Lane.FULL, {}
    submission.submitted_at = submission.turn_since = now()
    submission.save()
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["state", "version", "updated_at"])
    audit.record(
        "activity.submit",
        activity,
        by=by,
        organization_path=activity.organization.path,
        version=activity.version,
    )
    if not chain:
        # The office's own activities have nobody above them
        publication.publish(submission, by=by)
    elif trusting.may_go_fast(submission):
        trusting.publish(submission, by=by)
    else:
        notification.waiting_for_review(submission)
    return submission


def submit_if_complete(activity: Activity, *, by: "User") -> Submission | None:
    """Hand in what an act has just changed; None where something else is missing, which its page then lists."""
    try:
        with transaction.atomic():
            return submit(activity, by=by)
    except ValidationError:
        return None


def _check_in_time(activity: Activity) -> None:
    """Registration opens and closes by the edition's key dates; what was handed in once may come again."""
    if activity.submissions.exclude(submitted_at=None).exists():
        return
    tiers = [term.code for term in activity.terms.filter(taxonomy__code="tier")]
    registration = window(activity.edition, "registration", activity.organization, tiers=tiers)
    if why := registration.why_closed(activity.edition):
        raise NotPossibleNow(why, code="not-in-time")


def _last_read(activity: Activity) -> Content:
    """What a reviewer saw last, so that the next reading shows only what changed since."""
    last = activity.submissions.exclude(state=Submission.State.WITHDRAWN).first()
    return dict(last.content) if last else {}


@transaction.atomic
def withdraw(activity: Activity, *, by: "User") -> Activity:
    """Take back what is not decided yet. A change keeps its text and can be edited and handed in again."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_submit(by, activity)
    under_way = submission_under_way(activity)
    if under_way is None or under_way.state != Submission.State.PENDING:
        raise NotPossibleNow(_("没有正在审核的内容可以撤回。"))
    under_way.state = workflow.SUBMISSION.next_state(under_way.state, "withdraw")
    under_way.closed_at = now()
    under_way.save(update_fields=["state", "closed_at"])
    if under_way.kind == Submission.Kind.REVISION:
        go_on_from(under_way)
    else:
        activity.state = workflow.ACTIVITY.next_state(activity.state, "withdraw")
    _touched(activity, "activity.withdraw", by)
    return activity


def go_on_from(closed: Submission) -> Submission:
    """The unit goes on from the change that it had proposed; the published text stays.

    In a round of its own: who still has the closed one on the screen cannot pass by it a text that they never saw.
    """
    return Submission.objects.create(
        activity=closed.activity,
        kind=Submission.Kind.REVISION,
        state=Submission.State.OPEN,
        base=closed.base,
        content=closed.content,
    )


@transaction.atomic
def discard(activity: Activity, *, by: "User") -> Activity:
    """Give up a change that is not handed in; the published text stays, what was typed stands in the trail."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_submit(by, activity)
    under_way = submission_under_way(activity)
    if under_way is None or under_way.state != Submission.State.OPEN:
        raise NotPossibleNow(_("没有可以放弃的修改。正在审核的，请先撤回。"))
    under_way.state = workflow.SUBMISSION.next_state(under_way.state, "withdraw")
    under_way.closed_at = now()
    under_way.save(update_fields=["state", "closed_at"])
    activity.unsaved = {}
    changes = contents.diff(under_way.content, contents.of(activity))
    _touched(activity, "activity.discard", by, {one.field: [one.old, one.new] for one in changes})
    return activity


def _touched(
    activity: Activity, action: str, by: "User", changes: dict[str, list[Any]] | None = None
) -> None:
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["state", "version", "updated_at", "unsaved"])
    audit.record(
        action,
        activity,
        by=by,
        changes=changes,
        organization_path=activity.organization.path,
        version=activity.version,
    )


def as_reader_would_compare(submission: Submission) -> list[contents.Change]:
    """What changed since the last text a reviewer saw (a revision: since the published text)."""
    return contents.diff(submission.base, submission.content) if submission.base else []
