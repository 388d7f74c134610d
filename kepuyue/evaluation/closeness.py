"""Who is too close to a candidate to judge it. What the tree of units tells, and what a judge says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kepuyue.activities.models import Participation
from kepuyue.evaluation.models import Candidate, Conflict, Judge
from kepuyue.organizations.models import Membership, Organization, Role

DECLARED = "declared"
OWN_BRANCH = "branch"
TAKES_PART = "part"


def between(judges: Iterable[Judge], candidates: Iterable[Candidate]) -> dict[tuple[int, int], str]:
    """{(judge, candidate): why}. A judge does not mark a unit of the own branch, above or below, nor an activity in
    which the own unit takes part, nor what the judge has said to be close to. Being a judge makes nobody close.
    """
    judges, candidates = list(judges), list(candidates)
    units = _units_of(judges)
    part = _taking_part(candidates)
    said = set(
        Conflict.objects.filter(judge__in=[one.pk for one in judges]).values_list("judge", "candidate")
    )
    found = {}
    for judge in judges:
        own = units[judge.user_id]
        for candidate in candidates:
            key = (judge.pk, candidate.pk)
            if key in said:
                found[key] = DECLARED
            elif any(_in_line(unit, candidate.organization) for unit in own):
                found[key] = OWN_BRANCH
            elif candidate.activity_id and part[candidate.activity_id] & {unit.pk for unit in own}:
                found[key] = TAKES_PART
    return found


def _in_line(one: Organization, other: Organization) -> bool:
    return one.is_within(other) or other.is_within(one)


def _units_of(judges: Iterable[Judge]) -> Mapping[int, list[Organization]]:
    found: dict[int, list[Organization]] = defaultdict(list)
    rows = Membership.objects.filter(user__in=[one.user_id for one in judges]).exclude(role=Role.JUDGE)
    for row in rows.select_related("organization"):
        found[row.user_id].append(row.organization)
    return found


def _taking_part(candidates: Iterable[Candidate]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Participation.objects.filter(
        activity__in=[one.activity_id for one in candidates if one.activity_id], organization__isnull=False
    )
    for activity, unit in rows.values_list("activity", "organization"):
        if unit is not None:
            found[activity].add(unit)
    return found
