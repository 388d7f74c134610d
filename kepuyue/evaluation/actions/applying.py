"""A candidate's way into a round: the unit puts forward, its superior recommends, the office admits."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import PUBLIC_STATES, Activity
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict as Changed
from kepuyue.evaluation import eligibility, workflow
from kepuyue.evaluation.actions import rounds
from kepuyue.evaluation.models import Candidate, Line, Opinion, Round
from kepuyue.evaluation.permissions import (
    check_can_apply,
    check_can_recommend,
    check_can_sign,
    check_manages,
)
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.queries import people_of
from kepuyue.summaries import queries as summaries

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

OPEN_TO_UNIT = frozenset({Candidate.State.DRAFT, Candidate.State.RETURNED})
STANDING = ~Q(state__in=(Candidate.State.WITHDRAWN, Candidate.State.EXCLUDED))
APPLICANTS = (Role.OWNER, Role.EDITOR, Role.OFFICE)
SUPERIORS = (Role.REVIEWER, Role.OFFICE)
# Stand in the forms that are sealed, in the language of these, whoever presses
AGREED = "情况属实，同意申报。"
ADMITTED = "经审核，符合条件，同意参评。"


@transaction.atomic
def begin(round: Round, organization: Organization, *, activity: Activity | None, by: "User") -> Candidate:
    """Put a unit, or one activity of it, forward: a draft that says already what its summaries say."""
    round = rounds.locked(round)
    check_can_apply(by, organization)
    _check_open(round)
    if (round.line == Line.ACTIVITIES) != (activity is not None):
        raise ValidationError(
            _("这一类评选申报的是%(line)s，请重新选择。") % {"line": round.get_line_display()}
        )
    if activity is not None and (activity.organization_id, activity.edition_id) != (
        organization.pk,
        round.edition_id,
    ):
        raise ValidationError(_("只能申报本单位这一届的活动。"))
    if activity is not None and activity.state not in PUBLIC_STATES:
        raise ValidationError(_("只有公开举办过的活动才能申报。"))
    found = round.candidates.filter(organization=organization, activity=activity).first()
    if found is None:
        _check_most(round, organization)
        found = Candidate.objects.create(
            round=round, organization=organization, activity=activity,
            recommender=organization.parent or organization, deeds=_already_said(round, organization, activity),
        )  # fmt: skip
        _record(found, "candidate.begin", by)
    elif found.state == Candidate.State.WITHDRAWN:
        _check_most(round, organization)
        _move(found, "begin")
        keep(found, "candidate.begin", by)
    return found


@transaction.atomic
def write(candidate: Candidate, *, deeds: str, version: int, by: "User") -> Candidate:
    """Change what the unit says of itself."""
    candidate = locked(candidate)
    check_can_apply(by, candidate.organization)
    if version != candidate.version:
        raise Changed(candidate)
    if candidate.state not in OPEN_TO_UNIT:
        raise NotPossibleNow(
            _("这份申报现在是“%(state)s”，不能修改。") % {"state": candidate.get_state_display()}
        )
    most = candidate.round.edition.rules.evaluation.eligibility.deeds
    if len(deeds.strip()) > most:
        raise ValidationError(
            {
                "deeds": _("主要事迹不超过%(most)s字，现在是%(now)s字。")
                % {"most": most, "now": len(deeds.strip())}
            }
        )
    if deeds.strip() != candidate.deeds:
        changes: dict[str, list[Any]] = {"deeds": [candidate.deeds, deeds.strip()]}
        candidate.deeds = deeds.strip()
        keep(candidate, "candidate.write", by, changes)
    return candidate


@transaction.atomic
def apply(candidate: Candidate, *, signs: bool, opinion: str = "", by: "User") -> Candidate:
    """Sign the statement of integrity and hand in. Who answers for the unit does it."""
    candidate = locked(candidate)
    check_can_sign(by, candidate.organization)
    _check_open(candidate.round)
    _move(candidate, "apply")
    evaluation = candidate.round.edition.rules.evaluation
    if not signs:
        raise ValidationError({"signs": _("请先读过承诺书，同意后再提交。")})
    if not candidate.deeds:
        raise ValidationError({"deeds": _("请先写主要事迹。")})
    faults = eligibility.faults([candidate])[candidate.pk]
    if faults:
        raise ValidationError([fault.text for fault in faults])
    candidate.statement, candidate.signed_by, candidate.signed_at = evaluation.statement, by, now()
    _say(candidate, Opinion.Level.APPLYING, opinion or AGREED, candidate.organization, by)
    keep(candidate, "candidate.apply", by)
    _tell(
        candidate, people_of(candidate.recommender, SUPERIORS), gettext_lazy("有申报等您推荐：%(name)s"),
        gettext_lazy("%(unit)s申报了“%(name)s”，请推荐或退回。"),
    )  # fmt: skip
    return candidate


@transaction.atomic
def withdraw(candidate: Candidate, *, by: "User") -> Candidate:
    """Take it back before it is admitted."""
    candidate = locked(candidate)
    check_can_apply(by, candidate.organization)
    _move(candidate, "withdraw")
    _unsign(candidate)
    keep(candidate, "candidate.withdraw", by)
    return candidate


@transaction.atomic
def recommend(candidate: Candidate, *, opinion: str = "", by: "User") -> Candidate:
    """The superior answers for it, up to as many as the edition lets a recommender have."""
    candidate = locked(candidate)
    check_can_recommend(by, candidate)
    _check_applying(candidate.round)
    _move(candidate, "recommend")
    evaluation = candidate.round.edition.rules.evaluation
    states = (Candidate.State.RECOMMENDED, Candidate.State.ADMITTED)
    have = candidate.round.candidates.filter(recommender=candidate.recommender, state__in=states).count()
    if have >= evaluation.per_recommender:
        raise ValidationError(
            _("%(unit)s最多推荐%(most)s个，已经推荐了%(have)s个。可以先退回一个。")
            % {"unit": candidate.recommender.name, "most": evaluation.per_recommender, "have": have}
        )
    if faults := eligibility.faults([candidate])[candidate.pk]:
        raise ValidationError([fault.text for fault in faults])
    said = opinion.strip() or evaluation.agreement
    _say(candidate, Opinion.Level.RECOMMENDING, said, candidate.recommender, by)
    keep(candidate, "candidate.recommend", by)
    return candidate


@transaction.atomic
def return_for_changes(candidate: Candidate, *, note: str, by: "User") -> Candidate:
    """Give it back with what is to be changed: the superior, or the office after it was recommended."""
    candidate = locked(candidate)
    if candidate.state == Candidate.State.RECOMMENDED:
        check_manages(by, candidate.round)
        level, unit = Opinion.Level.DECIDING, candidate.round.edition.office
    else:
        check_can_recommend(by, candidate)
        level, unit = Opinion.Level.RECOMMENDING, candidate.recommender
    if not note.strip():
        raise ValidationError({"note": _("请写明要改什么。")})
    _move(candidate, "return")
    _unsign(candidate)
    _say(candidate, level, note, unit, by, agrees=False)
    keep(candidate, "candidate.return", by, reason=note.strip())
    _tell(
        candidate, people_of(candidate.organization, APPLICANTS), gettext_lazy("申报请修改：%(name)s"),
        gettext_lazy("“%(name)s”的申报被退回：%(note)s"), note=note.strip(),
    )  # fmt: skip
    return candidate


@transaction.atomic
def admit(candidate: Candidate, *, opinion: str = "", by: "User") -> Candidate:
    """The office lets it be judged."""
    candidate = locked(candidate)
    check_manages(by, candidate.round)
    _check_applying(candidate.round)
    _move(candidate, "admit")
    if faults := eligibility.faults([candidate])[candidate.pk]:
        raise ValidationError([fault.text for fault in faults])
    _say(
        candidate,
        Opinion.Level.DECIDING,
        opinion.strip() or ADMITTED,
        candidate.round.edition.office,
        by,
    )
    keep(candidate, "candidate.admit", by)
    return candidate


@transaction.atomic
def exclude(candidate: Candidate, *, reason: str, by: "User") -> Candidate:
    """Take it out of the round, with the reason, at any time before the list is frozen."""
    candidate = locked(candidate)
    round = candidate.round
    check_manages(by, round)
    if round.state not in rounds.CHANGEABLE:
        raise NotPossibleNow(_("结果已经封存。要调整，先重新开放评分。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么不参评。")})
    _move(candidate, "exclude")
    _say(candidate, Opinion.Level.DECIDING, reason, round.edition.office, by, agrees=False)
    keep(candidate, "candidate.exclude", by, reason=reason.strip())
    _tell(
        candidate, people_of(candidate.organization, APPLICANTS), gettext_lazy("没有列入参评：%(name)s"),
        gettext_lazy("“%(name)s”没有列入参评：%(note)s"), note=reason.strip(),
    )  # fmt: skip
    return candidate


def locked(candidate: Candidate) -> Candidate:
    """The candidate as it stands, held with its round until the end of the transaction: scoring cannot begin, and no
    other candidate be recommended, while it is decided about.
    """
    rounds.locked(candidate.round)
    Candidate.objects.select_for_update(of=("self",)).only("pk").get(pk=candidate.pk)
    related = ("round__edition__office", "organization__parent", "activity", "recommender")
    return Candidate.objects.select_related(*related).get(pk=candidate.pk)


def keep(
    candidate: Candidate,
    action: str,
    by: "User",
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> None:
    """Save it, count the version up, record it. Inside the caller's transaction."""
    candidate.version += 1
    candidate.save()
    _record(candidate, action, by, changes, reason)


def _record(
    candidate: Candidate,
    action: str,
    by: "User",
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        action, candidate, by=by, changes=changes, reason=reason, version=candidate.version, is_quiet=True,
        organization_path=candidate.organization.path,
    )  # fmt: skip


def _move(candidate: Candidate, verb: str) -> None:
    candidate.state = Candidate.State(workflow.CANDIDATE.next_state(candidate.state, verb))


def _unsign(candidate: Candidate) -> None:
    """What is changed afterwards has to be signed anew."""
    candidate.statement, candidate.signed_by, candidate.signed_at = "", None, None


def _check_open(round: Round) -> None:
    _check_applying(round)
    if round.applications_until and round.edition.today > round.applications_until:
        raise NotPossibleNow(_("申报已于%(day)s截止。") % {"day": round.applications_until.isoformat()})


def _check_applying(round: Round) -> None:
    if round.state != Round.State.APPLYING:
        raise NotPossibleNow(
            _("“%(name)s”现在是“%(state)s”，不在申报时间。")
            % {"name": round.name, "state": round.get_state_display()}
        )


def _check_most(round: Round, organization: Organization) -> None:
    most = round.edition.rules.evaluation.per_unit if round.line == Line.ACTIVITIES else 1
    if round.candidates.filter(STANDING, organization=organization).count() >= most:
        raise ValidationError(_("每个单位最多申报%(most)s项，请先撤回一项。") % {"most": most})


def _already_said(round: Round, organization: Organization, activity: Activity | None) -> str:
    """The words of accepted summaries: typed once, they are not asked for again."""
    filings = summaries.accepted_filings(round.edition).filter(summary__activity__organization=organization)
    if activity is not None:
        filings = filings.filter(summary__activity=activity)
    most = round.edition.rules.evaluation.eligibility.deeds
    texts = [
        f"{one.summary.activity.title}：{one.words}" if activity is None else one.words
        for one in filings
        if one.words
    ]
    return "\n".join(texts)[:most]


def _say(
    candidate: Candidate, level: str, text: str, unit: Organization | None, by: "User", *, agrees: bool = True
) -> None:
    Opinion.objects.create(
        candidate=candidate, level=level, agrees=agrees, text=text.strip()[:600], organization=unit, by=by
    )


def _tell(candidate: Candidate, people: Any, subject: Any, body: Any, note: str = "") -> None:
    notices.tell(
        "evaluation.candidate", people, subject=subject, body=body,
        values={"name": str(candidate), "unit": candidate.organization.name, "note": note},
        link=reverse("evaluation:candidate", args=[candidate.pk]),
        key=f"candidate:{candidate.pk}:{candidate.version}",
    )  # fmt: skip
