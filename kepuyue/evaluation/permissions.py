"""Who runs a round, puts forward, recommends and judges. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from kepuyue.evaluation.models import Candidate, Judge, Round
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check, holds_anywhere, may, organizations_where, reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_manages(user: "Person", round: Round | None = None) -> None:
    """Raise unless the person runs evaluations: the city's office."""
    if round is not None and round.edition.office is not None:
        check(user, "evaluation.manage", round.edition.office)
    elif not holds_anywhere(user, "evaluation.manage"):
        raise PermissionDenied(_("评选由市级统筹单位组织。"))


def check_manages_unit(user: "Person", organization: Organization) -> None:
    """Raise unless the person runs the evaluations in which the unit could take part: those of an office above it."""
    offices = organizations_where(user, "evaluation.manage")
    if not any(organization.path.startswith(office.path) for office in offices):
        raise PermissionDenied(_("评选由市级统筹单位组织。"))


def manages(user: "Person", round: Round) -> bool:
    """Yes/no of `check_manages`."""
    try:
        check_manages(user, round)
    except PermissionDenied:
        return False
    return True


def check_can_apply(user: "Person", organization: Organization) -> None:
    """Raise unless the person puts the unit and its activities forward."""
    check(user, "evaluation.apply", organization)


def check_can_sign(user: "Person", organization: Organization) -> None:
    """Raise unless the person may sign the statement of integrity for the unit: who answers for it."""
    if not may(user, "evaluation.sign", organization):
        raise PermissionDenied(
            _("承诺书由“%(unit)s”的单位负责人签署。请把这份申报交给负责人提交。")
            % {"unit": organization.name}
        )


def check_can_recommend(user: "Person", candidate: Candidate) -> None:
    """Raise unless the person speaks for the recommending unit, and the candidate is not that unit itself.

    What the office itself puts forward it recommends too: nobody stands above it.
    """
    above = candidate.recommender
    if not may(user, "evaluation.recommend", above):
        raise PermissionDenied(
            _("“%(unit)s”由%(above)s推荐。如需办理，请联系%(above)s。")
            % {"unit": candidate.organization.name, "above": above.name}
        )


def can_recommend(user: "Person", candidate: Candidate) -> bool:
    """Yes/no of `check_can_recommend`."""
    return may(user, "evaluation.recommend", candidate.recommender)


def check_takes_part(user: "Person") -> None:
    """Raise unless the person has anything to do with evaluations."""
    if not any(
        holds_anywhere(user, name)
        for name in ("evaluation.apply", "evaluation.recommend", "evaluation.manage", "evaluation.score")
    ):
        raise PermissionDenied(_("评选推荐由申报单位、推荐单位、市级统筹单位和评委办理。"))


def seen_by(user: "Person") -> Q:
    """A condition for the candidates that the person may open: their own, those they recommend, all for the office."""
    return reach(user, "evaluation.apply", "organization__path") | reach(
        user, "evaluation.recommend", "recommender__path"
    )


def judge_of(user: "Person", round: Round) -> Judge | None:
    """The person as a judge of the round, if they are one and have not left."""
    if not holds_anywhere(user, "evaluation.score"):
        return None
    states = (Judge.State.INVITED, Judge.State.ACCEPTED)
    found: Judge | None = Judge.objects.filter(round=round, user_id=user.pk or 0, state__in=states).first()
    return found
