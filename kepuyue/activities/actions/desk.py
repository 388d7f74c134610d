"""Decisions as the desk makes them: with take-over, many at once with a result for each, and taken back in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kepuyue.activities import workflow
from kepuyue.activities.actions import assignment, notification, review
from kepuyue.activities.models import Activity, Assignment, Looking, Remark, Review, Submission
from kepuyue.activities.permissions import can_review
from kepuyue.activities.reviewing import checks, words
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import REVIEWING, may, memberships, reviewers

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# How long a slip of the finger can be mended without asking the next reviewing unit
TAKE_BACK = timedelta(minutes=10)
# One request decides on so many, some seconds; the rest is said to be left and goes on with one more click
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one row of many. `code` is done, already, not-yours, assigned, look, blocked or left."""

    submission: Submission
    code: str
    text: str


@transaction.atomic
def decide(
    submission: Submission,
    decision: str,
    *,
    by: "User",
    note: str = "",
    comments: dict[str, str] | None = None,
    step: int | None = None,
    remarks: Iterable[int] = (),
    accepts: Iterable[str] = (),
) -> Submission:
    """Approve, return or reject. Deciding on what a colleague sees to takes it over: the colleague is told once.

    `remarks` are the templates that were put into the text; their counters tell which are of use.
    """
    present = (
        Assignment.objects.filter(submission=submission, step=submission.step)
        .exclude(person=by)
        .filter(person__in=reviewers(submission.turn).values("user"))
        .exists()
        if submission.turn
        else False
    )
    if present and can_review(by, submission) and submission.state == Submission.State.PENDING:
        assignment.assign(submission, to=by, by=by, step=step)
    if decision == Review.Decision.APPROVED:
        done = review.approve(submission, by=by, note=note, step=step, accepts=accepts)
    elif decision == Review.Decision.RETURNED:
        done = review.return_for_changes(submission, by=by, note=note, comments=comments, step=step)
    else:
        done = review.reject(submission, by=by, note=note, step=step)
    if used := set(remarks):
        own = [m.organization_id for m in memberships(by) if m.role in REVIEWING]
        usable = Remark.objects.filter(pk__in=used, organization__in=own)
        shared = Remark.objects.filter(pk__in=used, is_shared=True)
        (usable | shared).update(uses=F("uses") + 1)
    return done


def decide_many(
    rows: Iterable[tuple[Submission, int]],
    decision: str,
    *,
    by: "User",
    note: str = "",
    confirmed: Iterable[int] = (),
) -> list[Outcome]:
    """Approve or return each row in a transaction of its own; `rows` are (submission, the step that was shown).

    Safe to repeat: what is decided already says by whom. What has warnings and was not opened by `by` is passed
    only if its number is in `confirmed`. Every row has an outcome: those beyond `MOST_AT_ONCE` are "left".
    """
    sure, rows = set(confirmed), list(rows)
    outcomes = [
        _decide_one(submission, step, decision, by=by, note=note, is_sure=submission.pk in sure)
        for submission, step in rows[:MOST_AT_ONCE]
    ]
    return outcomes + left_over(rows[MOST_AT_ONCE:])


def left_over(rows: Iterable[tuple[Submission, int]]) -> list[Outcome]:
    """Rows beyond what one request does: nothing was done with them, and that is said."""
    return [
        Outcome(submission, "left", _("还没有处理：一次最多%(n)s项。") % {"n": MOST_AT_ONCE})
        for submission, _step in rows
    ]


def _decide_one(
    submission: Submission, step: int, decision: str, *, by: "User", note: str, is_sure: bool
) -> Outcome:
    submission.refresh_from_db(fields=["state", "step", "turn"])
    if submission.state != Submission.State.PENDING or submission.step != step:
        last = submission.reviews.select_related("by").last()
        who = last.by.name if last and last.by else _("同事")
        told = last.get_decision_display() if last else submission.get_state_display()
        return Outcome(
            submission, "already", _("%(name)s已处理：%(decision)s") % {"name": who, "decision": told}
        )
    if not can_review(by, submission):
        return Outcome(submission, "not-yours", _("现在不轮到您审核。"))
    seen_to = (
        Assignment.objects.filter(
            submission=submission, step=step, person__in=reviewers(submission.turn).values("user")
        )
        .exclude(person=by)
        .select_related("person")
        .first()
    )
    if seen_to:
        told = _("由%(name)s办理，没有动。请打开后再决定。") % {"name": seen_to.person.name}
        return Outcome(submission, "assigned", told)
    if decision == Review.Decision.APPROVED and not is_sure and not was_opened(submission, by):
        found = checks.of(submission, reader=by, finder=words.finder_of(submission.activity.edition)).warnings
        if found:
            return Outcome(submission, "look", "；".join(str(check.text) for check in found))
    try:
        decide(submission, decision, by=by, note=note, step=step)
    except (ValidationError, PermissionDenied) as error:
        messages = error.messages if isinstance(error, ValidationError) else [str(error)]
        return Outcome(submission, "blocked", "；".join(messages))
    return Outcome(
        submission, "done", _("已通过") if decision == Review.Decision.APPROVED else _("已退回修改")
    )


def was_opened(submission: Submission, by: "User") -> bool:
    """Whether the person has opened the present step."""
    return Looking.objects.filter(submission=submission, step=submission.step, person=by).exists()


def can_take_back(submission: Submission, *, by: "User") -> bool:
    """Whether `by` passed it on to the next unit by mistake and nobody there has looked at it yet."""
    if submission.state != Submission.State.PENDING or submission.step == 0:
        return False
    last = submission.reviews.last()
    return bool(
        last
        and last.by_id == by.pk
        and last.decision == Review.Decision.APPROVED
        and last.organization_id == submission.chain[submission.step - 1]
        and may(by, "review.decide", last.organization)
        and last.at >= now() - TAKE_BACK
        and not Looking.objects.filter(submission=submission, step=submission.step)
        .exclude(person=by)
        .exists()
    )


@transaction.atomic
def take_back(submission: Submission, *, by: "User") -> Submission:
    """Undo one's own approval at a step that was not the last, before the next unit has opened it.

    The step goes back by one, so that it has to be passed again; the approval stays on record, with the note
    that it was taken back. What the last step has published is public, and is mended by a change or a takedown.
    """
    Activity.objects.select_for_update().get(pk=submission.activity_id)
    submission = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("activity__organization", "turn")
        .get(pk=submission.pk)
    )
    if not can_take_back(submission, by=by):
        raise NotPossibleNow(_("已经不能收回：下一级已经打开，或超过了10分钟。需要时请联系下一级退回。"))
    submission.state = workflow.SUBMISSION.next_state(submission.state, "take_back")
    upper = submission.turn
    submission.step -= 1
    submission.turn = Organization.objects.get(pk=submission.chain[submission.step])
    submission.turn_since = _began(submission)
    submission.save(update_fields=["state", "step", "turn", "turn_since"])
    # What the next unit had assigned meanwhile belongs to a step that has not come yet
    Assignment.objects.filter(submission=submission, step__gt=submission.step).delete()
    last = submission.reviews.last()
    assert last is not None
    last.decision = Review.Decision.TAKEN_BACK
    last.save(update_fields=["decision"])
    audit.record(
        "review.taken_back",
        submission.activity,
        by=by,
        organization_path=submission.activity.organization.path,
    )
    if upper is not None:
        notification.taken_back(submission, from_unit=upper)
    return submission


def _began(submission: Submission) -> datetime | None:
    """Since when the step had waited before it was passed: the service time goes on and does not begin anew."""
    earlier = submission.reviews.filter(decision=Review.Decision.APPROVED).order_by("-pk")[:2]
    return earlier[1].at if len(earlier) > 1 else submission.submitted_at
