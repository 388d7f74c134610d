"""Who sees to what in a reviewing unit. It orders the work and locks nobody out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Assignment, Looking, Submission
from kepuyue.activities.permissions import check_can_review
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.actions import outbox
from kepuyue.organizations.permissions import reviewers

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def assign(submission: Submission, *, to: "User", by: "User", step: int | None = None) -> Assignment:
    """Let `to` see to the present step. Whoever had it before is told once that it was taken over.

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
        _tell(former, submission, by, "taken", _("已由%(name)s接手：%(title)s"), to)
    if to.pk != by.pk:
        _tell(to, submission, by, "given", _("请您审核：%(title)s"), to)
    return present


@transaction.atomic
def release(submission: Submission, *, by: "User", step: int | None = None) -> bool:
    """Give it back to the unit's common queue; returns whether somebody had it."""
    submission = _locked(submission, by=by, step=step)
    present = (
        Assignment.objects.filter(submission=submission, step=submission.step)
        .select_related("person")
        .first()
    )
    if present is None:
        return False
    former = present.person
    present.delete()
    _record("review.release", submission, by=by, to=None, former=former)
    if former.pk != by.pk and former.is_active:
        _tell(former, submission, by, "released", _("已不再由您审核：%(title)s"), former)
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


def _is_taken(submission: Submission) -> bool:
    """Whether somebody who still reviews for the unit has it."""
    row = Assignment.objects.filter(submission=submission, step=submission.step).first()
    return row is not None and reviewers(submission.turn).filter(user=row.person_id).exists()


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


def _tell(person: "User", submission: Submission, by: "User", event: str, subject: str, to: "User") -> None:
    with translation.override(settings.CITY_LANGUAGE):
        body = {
            "taken": _("“%(title)s”现在由%(name)s审核，您不用再处理。"),
            "given": _("%(by)s请您审核“%(title)s”。"),
            "released": _("%(by)s把“%(title)s”退回本单位待分办，您不用再处理。"),
        }[event]
        outbox.post(
            kind="review.assigned",
            to=person.email,
            person=person,
            subject=subject,
            body=body,
            values={"title": submission.activity.title, "name": to.name, "by": by.name},
            link=reverse("activities:review", args=[submission.pk]),
            key=f"assign:{submission.pk}:{submission.step}:{event}:{person.pk}:{now().timestamp()}",
        )
