"""Who sees to what in a reviewing unit. It orders the work and locks nobody out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Assignment, Looking, Submission
from kepuyue.activities.permissions import check_can_review
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import reviewers

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def assign(
    submission: Submission, *, to: "User", by: "User", step: int | None = None, seen: int | None = None
) -> Assignment:
    """Let `to` see to the present step. Whoever had it before is told once that it was taken over.

    `seen` is the number of the person who had it when `by` looked (0: nobody; None: whoever has it): of two
    colleagues who take one at the same moment the second is told, and takes it over only by pressing again.

    `to` reviews for the unit whose turn it is, or is `by`, who may step in for it.
    """
    submission = _locked(submission, by=by, step=step)
    if to.pk != by.pk and not reviewers(submission.turn).filter(user=to).exists():
        raise ValidationError(_("%(name)s不是这个单位的审核人。") % {"name": to.name}, code="no-reviewer")
    present = (
        Assignment.objects.filter(submission=submission, step=submission.step)
        .select_related("person")
        .first()
    )
    if present and present.person_id == to.pk:
        return present
    former = present.person if present else None
    if seen is not None:
        _check_seen(seen, present, by)
    if present:
        present.person, present.by, present.at = to, by, now()
        present.save(update_fields=["person", "by", "at"])
    else:
        present = Assignment.objects.create(submission=submission, step=submission.step, person=to, by=by)
    _record(
        "review.take_over" if former and to.pk == by.pk else "review.assign",
        submission,
        by=by,
        to=to,
        former=former,
    )
    if former and former.pk != by.pk and former.is_active:
        _tell(former, submission, by, "taken", to)
    if to.pk != by.pk:
        _tell(to, submission, by, "given", to)
    return present


@transaction.atomic
def release(submission: Submission, *, by: "User", step: int | None = None, seen: int | None = None) -> bool:
    """Give it back to the unit's common queue; returns whether somebody had it. `seen` as in `assign`."""
    submission = _locked(submission, by=by, step=step)
    present = (
        Assignment.objects.filter(submission=submission, step=submission.step)
        .select_related("person")
        .first()
    )
    if present is None:
        return False
    former = present.person
    if seen is not None:
        _check_seen(seen, present, by)
    present.delete()
    _record("review.release", submission, by=by, to=None, former=former)
    if former.pk != by.pk and former.is_active:
        _tell(former, submission, by, "released", former)
    return True


def spread(pairs: "Iterable[tuple[Submission, User]]", *, by: "User") -> int:
    """Assign what was proposed and shown; what somebody took in the meantime stays theirs. Returns how many."""
    done = 0
    for submission, person in pairs:
        with transaction.atomic():
            submission.refresh_from_db(fields=["step", "state", "turn"])
            if submission.state != Submission.State.PENDING or _is_taken(submission):
                continue
            assign(submission, to=person, by=by)
            done += 1
    return done


@transaction.atomic
def look(submission: Submission, *, by: "User") -> list[str]:
    """Remember that `by` has opened the present step; returns the names of others who are looking at it just now."""
    moment = now()
    seen, is_new = Looking.objects.get_or_create(
        submission=submission,
        step=submission.step,
        person=by,
        defaults={"first_at": moment, "last_at": moment},
    )
    if not is_new and seen.last_at < moment:
        seen.last_at = moment
        seen.save(update_fields=["last_at"])
    others = Looking.objects.filter(
        submission=submission, step=submission.step, last_at__gte=moment - Looking.RECENT
    ).exclude(person=by)
    return list(others.order_by("person__name").values_list("person__name", flat=True)[:5])


@transaction.atomic
def hand_over(organization: Organization, *, giver: "User", taker: "User") -> int:
    """What the giver saw to for the unit goes to the taker, who reviews for it; else back to the common queue.

    The taker has accepted the work and stands in the audit as who did it. Returns how many went over.
    """
    rows = (
        Assignment.objects.filter(
            person=giver, step=F("submission__step"),
            submission__turn=organization, submission__state=Submission.State.PENDING,
        ).select_related("submission").order_by("submission__activity", "pk")
    )  # fmt: skip
    reviews = reviewers(organization).filter(user=taker).exists()
    done = 0
    for found in rows:
        Activity.objects.select_for_update().get(pk=found.submission.activity_id)
        # Read again under the lock: a colleague may have taken or decided it meanwhile
        row = (
            Assignment.objects.select_related("submission__activity__organization", "submission__turn")
            .filter(pk=found.pk, person=giver, step=F("submission__step"), submission__turn=organization)
            .filter(submission__state=Submission.State.PENDING)
            .first()
        )
        if row is None:
            continue
        if not reviews:
            row.delete()
            _record("review.release", row.submission, by=taker, to=None, former=giver)
            continue
        row.person, row.by, row.at = taker, taker, now()
        row.save(update_fields=["person", "by", "at"])
        _record("review.hand_over", row.submission, by=taker, to=taker, former=giver)
        done += 1
    return done


def _is_taken(submission: Submission) -> bool:
    """Whether somebody who still reviews for the unit has it."""
    row = Assignment.objects.filter(submission=submission, step=submission.step).first()
    return row is not None and reviewers(submission.turn).filter(user=row.person_id).exists()


def _check_seen(seen: int, present: Assignment | None, by: "User") -> None:
    """Raise unless the step is with whom `by` saw there: as on the pages, who reviews there no more has nothing."""
    holds = present is not None and (
        present.person_id == by.pk
        or reviewers(present.submission.turn).filter(user=present.person_id).exists()
    )
    if present is not None and holds and seen != present.person_id:
        raise NotPossibleNow(
            _("%(name)s刚刚接手了这一项，没有改动。请看清现在由谁办理，需要时再操作一次。")
            % {"name": present.person.name}
        )
    if not holds and seen:
        raise NotPossibleNow(_("这一项刚刚退回待分办，没有改动。需要时请再操作一次。"))


def _locked(submission: Submission, *, by: "User", step: int | None) -> Submission:
    Activity.objects.select_for_update().get(pk=submission.activity_id)
    fresh = Submission.objects.select_related("activity__organization", "turn").get(pk=submission.pk)
    check_can_review(by, fresh)
    if fresh.state != Submission.State.PENDING:
        raise NotPossibleNow(_("这项已经处理完，不用再分办。"))
    if step is not None and step != fresh.step:
        raise NotPossibleNow(_("您的同事已经处理过这一步，请刷新查看最新进展。"))
    return fresh


def _record(
    action: str, submission: Submission, *, by: "User", to: "User | None", former: "User | None"
) -> None:
    audit.record(
        action,
        submission.activity,
        by=by,
        changes={"assignee": [former.name if former else "", to.name if to else ""]},
        organization_path=submission.turn.path if submission.turn else submission.activity.organization.path,
    )


@notices.in_city_language
def _tell(person: "User", submission: Submission, by: "User", event: str, to: "User") -> None:
    subject, body = {
        "taken": (_("已由%(name)s接手：%(title)s"), _("“%(title)s”现在由%(name)s审核，您不用再处理。")),
        "given": (_("请您审核：%(title)s"), _("%(by)s请您审核“%(title)s”。")),
        "released": (
            _("已不再由您审核：%(title)s"),
            _("%(by)s把“%(title)s”退回本单位待分办，您不用再处理。"),
        ),
    }[event]
    notices.tell(
        "review.assigned",
        [person],
        subject=subject,
        body=body,
        values={"title": submission.activity.title, "name": to.name, "by": by.name},
        link=reverse("activities:review", args=[submission.pk]),
        # Taken, given and taken again: each time is news
        key=f"assign:{submission.pk}:{submission.step}:{event}:{now().timestamp()}",
    )
