"""Who is told of what happens to an activity, by mail and at the desk."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities.models import Review, Submission
from kepuyue.core import wording
from kepuyue.messaging.actions import outbox
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def waiting_for_review(submission: Submission) -> None:
    """Tell the reviewers of the unit whose turn it is."""
    if submission.turn is None:
        return
    with translation.override(settings.CITY_LANGUAGE):
        for person in people_of(submission.turn, (Role.REVIEWER, Role.OFFICE)):
            _tell(
                person,
                submission,
                kind="review.turn",
                event=f"turn-{submission.step}"
                + (f"-{again}" if (again := _times_taken_back(submission)) else ""),
                subject=_("待审核：%(title)s"),
                body=_("“%(unit)s”提交了“%(title)s”，请审核。"),
                values={"unit": submission.activity.organization, "title": submission.activity},
                link=reverse("activities:review", args=[submission.pk]),
            )


def _times_taken_back(submission: Submission) -> int:
    return submission.reviews.filter(decision=Review.Decision.TAKEN_BACK).count()


def decided(
    submission: Submission, state: str, *, note: str = "", comments: dict[str, str] | None = None
) -> None:
    """Tell the unit what was decided and, where something is to be done, what."""
    activity = submission.activity
    labels = contents.labels()
    with translation.override(settings.CITY_LANGUAGE):
        subject = {
            Submission.State.APPROVED: _("已通过：%(title)s"),
            Submission.State.RETURNED: _("请修改：%(title)s"),
            Submission.State.REJECTED: _("未通过：%(title)s"),
        }[Submission.State(state)]
        remarks = [f"· {wording.labelled(labels[field], text)}" for field, text in (comments or {}).items()]
        lines = [line for line in (note.strip(), *remarks) if line]
        recipients = {
            person.pk: person for person in people_of(activity.organization, (Role.OWNER, Role.EDITOR))
        }
        if submission.by and submission.by.is_active:
            recipients[submission.by.pk] = submission.by
        for person in recipients.values():
            _tell(
                person,
                submission,
                kind="review.decided",
                event=state,
                subject=subject,
                body="\n".join([subject, *(["%(remarks)s"] if lines else [])]),
                values={"title": activity, "remarks": "\n".join(lines)},
                link=reverse("activities:detail", args=[activity.code]),
            )


def taken_back(submission: Submission, *, from_unit: Organization) -> None:
    """Tell the unit that it waited for, in vain, and nobody else: the unit that registers had heard nothing yet."""
    with translation.override(settings.CITY_LANGUAGE):
        for person in people_of(from_unit, (Role.REVIEWER, Role.OFFICE)):
            _tell(
                person,
                submission,
                kind="review.taken_back",
                event=f"taken-back-{submission.reviews.count()}",
                subject=_("上一级收回：%(title)s"),
                body=_("“%(title)s”的上一级审核人收回了通过，您暂时不用处理。"),
                values={"title": submission.activity},
                link=reverse("activities:review", args=[submission.pk]),
            )


def _tell(
    person: "User",
    submission: Submission,
    *,
    kind: str,
    event: str,
    subject: str,
    body: str,
    values: dict[str, object],
    link: str,
) -> None:
    outbox.post(
        kind=kind,
        to=person.email,
        person=person,
        subject=subject,
        body=body,
        values=values,
        link=link,
        key=f"submission:{submission.pk}:{event}:{person.pk}",
    )
