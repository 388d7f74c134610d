"""Everything that a list is made from, gathered from the database as the plain data that `ranking` takes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from kepuyue.activities.models import PUBLIC_STATES, Activity
from kepuyue.evaluation import closeness, ranking
from kepuyue.evaluation.models import Candidate, Judge, Line, Round, Sheet
from kepuyue.insight.folding import Fold, Value
from kepuyue.insight.indicators import INDICATORS, Facts, together
from kepuyue.insight.settled import facts_of

# Sheets of a judge who left go on counting: what was handed in was fair when it was given
COUNTING = (Judge.State.ACCEPTED, Judge.State.LEFT)


def gathered(round: Round) -> dict[str, Any]:
    """The snapshot of a round as it stands."""
    candidates = list(
        round.candidates.filter(state=Candidate.State.ADMITTED)
        .select_related("organization__district", "activity__district", "recommender")
        .order_by("number", "pk")
    )
    numbers = {one.pk: one.number or one.pk for one in candidates}
    facts, sources = _facts(round, candidates)
    tiers = _tiers(candidates)
    judges = list(round.judges.filter(state__in=COUNTING).order_by("number"))
    return {
        "format": ranking.FORMAT,
        "edition": round.edition.code,
        "line": round.line,
        "rules": round.scheme.model_dump(mode="json"),
        "judges": [one.number for one in judges],
        "candidates": [
            {
                "number": numbers[one.pk],
                "key": one.activity.code if one.activity else one.organization.code,
                "name": str(one),
                "groups": {
                    "unit": one.organization.code,
                    "recommender": one.recommender.code,
                    "district": _district(one),
                    "tier": tiers.get(one.activity_id or 0, ""),
                },
                "values": {code: _plain(value) for code, value in sorted(facts[one.pk].items())},
                "sources": sources[one.pk],
            }
            for one in candidates
        ],
        "sheets": _sheets(judges, candidates, numbers),
        "decisions": [
            {"candidate": numbers[one.candidate_id], "chosen": one.is_chosen}
            for one in round.tie_decisions.order_by("pk")
            if one.candidate_id in numbers
        ],
    }


def _facts(
    round: Round, candidates: Iterable[Candidate]
) -> tuple[dict[int, Facts], dict[int, dict[str, list[list[Any]]]]]:
    """Of each candidate its facts, and each fact down to the activities that it comes from.

    A unit has the facts of all its activities. An activity has its own, but averages (satisfaction, timeliness) of
    all of its unit's: else whoever splits an activity could put the best piece forward.
    """
    candidates = list(candidates)
    units = {one.organization_id for one in candidates}
    rows = Activity.objects.filter(
        edition=round.edition, organization__in=units, state__in=PUBLIC_STATES, published_at__isnull=False
    ).select_related("organization", "district")
    of_unit: dict[int, list[Activity]] = defaultdict(list)
    for row in rows.order_by("code"):
        of_unit[row.organization_id].append(row)
    by_activity = facts_of(round.edition, [one for some in of_unit.values() for one in some])
    unit_facts = {pk: together(by_activity[one.pk] for one in some) for pk, some in of_unit.items()}
    found: dict[int, Facts] = {}
    sources: dict[int, dict[str, list[list[Any]]]] = {}
    for candidate in candidates:
        whole, some = unit_facts.get(candidate.organization_id, {}), of_unit[candidate.organization_id]
        if round.line == Line.UNITS:
            found[candidate.pk] = whole
            sources[candidate.pk] = _sources(whole, some, by_activity)
        else:
            own = by_activity.get(candidate.activity_id or 0, {})
            means = {code: value for code, value in whole.items() if INDICATORS[code].fold is Fold.MEAN}
            found[candidate.pk] = {**own, **means}
            mine = [one for one in some if one.pk == candidate.activity_id]
            sources[candidate.pk] = _sources(own, mine, by_activity) | _sources(means, some, by_activity)
    return found, sources


def _sources(
    facts: Facts, activities: Iterable[Activity], by_activity: Mapping[int, Facts]
) -> dict[str, list[list[Any]]]:
    return {
        code: [
            [one.code, _plain(by_activity[one.pk][code])] for one in activities if code in by_activity[one.pk]
        ]
        for code in sorted(facts)
    }


def _plain(value: Value) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value


def _district(one: Candidate) -> str:
    place = one.activity.district if one.activity and one.activity.district else one.organization.district
    return place.code if place else ""


def _tiers(candidates: Iterable[Candidate]) -> dict[int, str]:
    rows = Activity.terms.through.objects.filter(
        activity__in=[one.activity_id for one in candidates if one.activity_id],
        term__taxonomy__code="tier", term__parent=None,
    )  # fmt: skip
    return dict(rows.order_by("-term__position").values_list("activity", "term__code"))


def _sheets(
    judges: Iterable[Judge], candidates: list[Candidate], numbers: Mapping[int, int]
) -> list[dict[str, Any]]:
    """Those that were handed in and count; what a judge too close gave does not, whenever that came out."""
    judges = list(judges)
    close = closeness.between(judges, candidates)
    names = {one.pk: one.number for one in judges}
    rows = Sheet.objects.filter(judge__in=names, candidate__in=numbers, submitted_at__isnull=False, void="")
    return [
        {"judge": names[judge], "candidate": numbers[candidate], "marks": marks}
        for judge, candidate, marks in rows.order_by("candidate__number", "judge__number").values_list(
            "judge", "candidate", "marks"
        )
        if (judge, candidate) not in close
    ]
