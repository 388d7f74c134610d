"""Who is told of what happens to an activity, by mail and at the desk."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities.models import (
    Activity,
    ChangeNotice,
    Review,
    Sampling,
    Submission,
    Takedown,
    Trust,
    Waiver,
)
from kepuyue.activities.queries import review_chain
from kepuyue.core import wording
from kepuyue.core.time import today
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@notices.in_city_language
def waiting_for_review(submission: Submission) -> None:
    """Tell the reviewers of the unit whose turn it is."""
    if submission.turn is None:
        return
    notices.tell(
        "review.turn",
        people_of(submission.turn, (Role.REVIEWER, Role.OFFICE)),
        subject=_("待审核：%(title)s"),
        body=_("“%(unit)s”提交了“%(title)s”，请审核。"),
        values={"unit": submission.activity.organization, "title": submission.activity},
        link=reverse("activities:review", args=[submission.pk]),
        key=f"submission:{submission.pk}:turn-{submission.step}"
        + (f"-{again}" if (again := _times_taken_back(submission)) else ""),
    )


def _times_taken_back(submission: Submission) -> int:
    return submission.reviews.filter(decision=Review.Decision.TAKEN_BACK).count()


@notices.in_city_language
def decided(
    submission: Submission, state: str, *, note: str = "", comments: dict[str, str] | None = None
) -> None:
    """Tell the unit what was decided and, where something is to be done, what."""
    activity = submission.activity
    labels = contents.labels()
    subject = {
        Submission.State.APPROVED: _("已通过：%(title)s"),
        Submission.State.RETURNED: _("请修改：%(title)s"),
        Submission.State.REJECTED: _("未通过：%(title)s"),
    }[Submission.State(state)]
    remarks = [f"· {wording.labelled(labels[field], text)}" for field, text in (comments or {}).items()]
    lines = [line for line in (note.strip(), *remarks) if line]
    recipients = {person.pk: person for person in people_of(activity.organization, (Role.OWNER, Role.EDITOR))}
    if submission.by and submission.by.is_active:
        recipients[submission.by.pk] = submission.by
    notices.tell(
        "review.decided",
        recipients.values(),
        subject=subject,
        body="\n".join([subject, *(["%(remarks)s"] if lines else [])]),
        values={"title": activity, "remarks": "\n".join(lines)},
        link=reverse("activities:detail", args=[activity.code]),
        key=f"submission:{submission.pk}:{state}",
    )


@notices.in_city_language
def taken_back(submission: Submission, *, from_unit: Organization) -> None:
    """Tell the unit that it waited for, in vain, and nobody else: the unit that registers had heard nothing yet."""
    notices.tell(
        "review.taken_back",
        people_of(from_unit, (Role.REVIEWER, Role.OFFICE)),
        subject=_("上一级收回：%(title)s"),
        body=_("“%(title)s”的上一级审核人收回了通过，您暂时不用处理。"),
        values={"title": submission.activity},
        link=reverse("activities:review", args=[submission.pk]),
        key=f"submission:{submission.pk}:taken-back-{submission.reviews.count()}",
    )


@notices.in_city_language
def licence_filed(submission: Submission) -> None:
    """Tell the reviewers that the number they waited for is there."""
    assert submission.turn is not None
    activity = submission.activity
    notices.tell(
        "review.turn",
        people_of(submission.turn, (Role.REVIEWER, Role.OFFICE)),
        subject=_("许可文号已填写：%(title)s"),
        body=_("“%(unit)s”为“%(title)s”填写了许可文号%(number)s，可以继续审核。"),
        values={
            "unit": activity.organization,
            "title": activity,
            "number": submission.content["licence"],
        },
        link=reverse("activities:review", args=[submission.pk]),
        key=f"submission:{submission.pk}:licence-{submission.content['licence']}",
    )


@notices.in_city_language
def waiver_asked(activity: Activity, due: date) -> None:
    """Ask the first reviewing unit for an exception from the lead time; once a day."""
    chain = review_chain(activity)
    if not chain:
        return
    notices.tell(
        "review.turn",
        people_of(chain[0], (Role.REVIEWER, Role.OFFICE)),
        subject=_("请求登记迟报例外：%(title)s"),
        body=_("“%(unit)s”的“%(title)s”应在%(day)s前提交，现在已过，请您决定是否登记例外。"),
        values={"unit": activity.organization, "title": activity, "day": wording.day_text(due)},
        link=reverse("activities:waiver", args=[activity.code]),
        key=f"waiver-asked:{activity.pk}:{today()}",
    )


@notices.in_city_language
def waived(waiver: Waiver) -> None:
    """Tell the unit that it may hand in although it is late."""
    activity = waiver.activity
    notices.tell(
        "review.decided",
        _people_of_unit(activity),
        subject=_("可以提交：%(title)s"),
        body=_("%(unit)s为“%(title)s”登记了迟报例外：%(reason)s。现在可以提交审核。"),
        values={"unit": waiver.organization, "title": activity, "reason": waiver.reason},
        link=reverse("activities:detail", args=[activity.code]),
        key=f"waiver:{waiver.pk}",
    )


@notices.in_city_language
def trust_changed(trust: Trust) -> None:
    """Tell the unit that it is trusted, until when, or that it is not any more, and why."""
    is_given = trust.revoked_at is None
    notices.tell(
        "review.decided",
        people_of(trust.organization, (Role.OWNER, Role.EDITOR)),
        subject=_("本单位可以免审发布") if is_given else _("本单位的免审发布已取消"),
        body=_(
            "%(by)s同意“%(unit)s”的一般活动提交后直接发布，至%(day)s止，事后抽查。内容和安全责任不变。理由：%(reason)s"
        )
        if is_given
        else _("“%(unit)s”今后提交的活动恢复逐级审核。理由：%(reason)s"),
        values={
            "by": trust.given_for,
            "unit": trust.organization,
            "day": wording.day_text(trust.until, weekday=False),
            "reason": trust.reason if is_given else trust.revoke_reason,
        },
        link=reverse("activities:list"),
        key=f"trust:{trust.pk}:{'given' if is_given else 'revoked'}",
    )


@notices.in_city_language
def sampling_waits(sampling: Sampling) -> None:
    """Tell the reviewers that a publication of a trusted unit was drawn."""
    activity = sampling.submission.activity
    notices.tell(
        "review.turn",
        people_of(sampling.turn, (Role.REVIEWER, Role.OFFICE)),
        subject=_("待抽查：%(title)s"),
        body=_("“%(unit)s”免审发布了“%(title)s”，抽中抽查，请查看。"),
        values={"unit": activity.organization, "title": activity},
        link=reverse("activities:sampling", args=[sampling.pk]),
        key=f"sampling:{sampling.pk}:waits",
    )


@notices.in_city_language
def sampling_returned(sampling: Sampling) -> None:
    """Tell the unit what it has to correct."""
    activity = sampling.submission.activity
    notices.tell(
        "review.decided",
        _people_of_unit(activity),
        subject=_("请更正：%(title)s"),
        body=_("抽查“%(title)s”后请您更正：\n%(note)s\n更正后提交审核；通过前公众看到的仍是现在的内容。"),
        values={"title": activity, "note": sampling.note},
        link=reverse("activities:detail", args=[activity.code]),
        key=f"sampling:{sampling.pk}:returned",
    )


@notices.in_city_language
def changed(notice: ChangeNotice) -> None:
    """Tell the unit's people and the reviewers of the chain of a change of what is public, once each."""
    activity = notice.activity
    subject = {
        ChangeNotice.Kind.CANCELLED: _("已取消：%(title)s"),
        ChangeNotice.Kind.POSTPONED: _("已延期：%(title)s"),
        ChangeNotice.Kind.RETIMED: _("已改期：%(title)s"),
        ChangeNotice.Kind.MOVED: _("已换地点：%(title)s"),
    }[ChangeNotice.Kind(notice.kind)]
    notices.tell(
        "activity.changed",
        _concerned(activity, but=notice.by_id),
        subject=subject,
        body="\n".join([subject, *([_("原因：%(reason)s")] if notice.reason else [])]),
        values={"title": activity, "reason": notice.reason},
        link=reverse("activities:detail", args=[activity.code]),
        key=f"notice:{notice.pk}",
    )


@notices.in_city_language
def taken_down(found: Takedown) -> None:
    """Tell the unit and the reviewers that the activity is away from the public, and why."""
    notices.tell(
        "activity.changed",
        _concerned(found.activity, but=found.by_id),
        subject=_("已下架：%(title)s"),
        body=_(
            "%(unit)s将“%(title)s”下架，公众已看不到。依据：%(ground)s。\n%(evidence)s\n更正后可以请决定单位恢复。"
        ),
        values={
            "unit": found.organization,
            "title": found.activity,
            "ground": found.get_ground_display(),
            "evidence": found.evidence,
        },
        link=reverse("activities:detail", args=[found.activity.code]),
        key=f"takedown:{found.pk}",
    )


@notices.in_city_language
def restored(found: Takedown) -> None:
    """Tell them that it is public again."""
    notices.tell(
        "activity.changed",
        _concerned(found.activity, but=found.restored_by_id),
        subject=_("已恢复：%(title)s"),
        body=_("“%(title)s”已恢复，公众可以看到。理由：%(reason)s"),
        values={"title": found.activity, "reason": found.restore_reason},
        link=reverse("activities:detail", args=[found.activity.code]),
        key=f"restore:{found.pk}",
    )


def _people_of_unit(activity: Activity) -> Iterable["User"]:
    return people_of(activity.organization, (Role.OWNER, Role.EDITOR))


def _concerned(activity: Activity, *, but: int | None) -> list["User"]:
    """The unit's people and those who reviewed it, each once, without the person who did it."""
    last = activity.submissions.exclude(chain=[]).first()
    units = Organization.objects.filter(pk__in=last.chain if last else [])
    people = {person.pk: person for person in _people_of_unit(activity)}
    for unit in units:
        people |= {person.pk: person for person in people_of(unit, (Role.REVIEWER, Role.OFFICE))}
    return [person for key, person in people.items() if key != but]
