"""What is late is told upwards, once each: first the reviewing unit's lead, then its superior."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Escalation, Submission
from kepuyue.activities.reviewing import deadlines
from kepuyue.core import audit
from kepuyue.core.time import today
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Role
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

AT_A_TIME = 200
# So long after an edition's last day nobody is reminded of it any more
NO_LONGER = timedelta(days=30)


def tell_of_late() -> int:
    """Escalate what has become late since the last time; returns how many. Safe to run in several processes."""
    told = 0
    for edition in deadlines.editions_under_review():
        if edition.is_archive or today() > edition.ends_on + NO_LONGER:
            continue
        more = edition.rules.review_times.superior_after
        for level, extra in ((Escalation.Level.LEAD, 0), (Escalation.Level.SUPERIOR, more)):
            done = Escalation.objects.filter(
                submission=OuterRef("pk"), step=OuterRef("step"), level=level
            )  # fmt: skip
            late = Submission.objects.filter(deadlines.overdue(edition, extra=extra)).exclude(Exists(done))
            for pk in list(late.order_by("turn_since").values_list("pk", flat=True)[:AT_A_TIME]):
                told += _escalate(pk, level)
    return told


@transaction.atomic
def _escalate(pk: int, level: int) -> bool:
    submission = (
        Submission.objects.select_related("activity__organization", "activity__edition", "turn__parent").get(pk=pk)
    )  # fmt: skip
    Activity.objects.select_for_update().get(pk=submission.activity_id)
    submission.refresh_from_db(fields=["state", "step"])
    turn = submission.turn
    if submission.state != Submission.State.PENDING or turn is None:
        return False
    _row, is_new = Escalation.objects.get_or_create(submission=submission, step=submission.step, level=level)
    if not is_new:
        return False
    audit.record(
        "review.escalate", submission.activity, by=None,
        changes={"level": [None, Escalation.Level(level).name.lower()]}, organization_path=turn.path,
    )  # fmt: skip
    _tell(submission, level)
    return True


def _recipients(submission: Submission, level: int) -> "list[User]":
    """The lead (单位负责人) of the reviewing unit, else those who review there; above, whoever reviews."""
    turn = submission.turn
    assert turn is not None
    if level == Escalation.Level.LEAD:
        return people_of(turn, (Role.OWNER,)) or people_of(turn, (Role.OFFICE, Role.REVIEWER))
    return people_of(turn.parent, (Role.OFFICE, Role.REVIEWER)) if turn.parent else []


@notices.in_city_language
def _tell(submission: Submission, level: int) -> None:
    due = deadlines.due_day(submission)
    notices.tell(
        "review.late",
        _recipients(submission, level),
        subject=_("审核超时：%(title)s"),
        body=_("“%(title)s”由%(unit)s审核，服务时限是%(month)s月%(day)s日，已经超过。请尽快办理或协调。"),
        values={
            "title": submission.activity.title, "unit": submission.turn,
            "month": due.month if due else "", "day": due.day if due else "",
        },
        link=reverse("activities:review", args=[submission.pk]),
        key=f"late:{submission.pk}:{submission.step}:{level}",
    )  # fmt: skip
