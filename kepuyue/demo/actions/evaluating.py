"""Evaluations in the demonstration: activities being scored, units being put forward. Marks and words are invented."""

from collections import Counter
from datetime import date, timedelta
from functools import partial

from kepuyue.accounts.models import User
from kepuyue.demo import stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Edition
from kepuyue.evaluation.actions import applying, judging, rounds
from kepuyue.evaluation.models import Candidate, Line, Round
from kepuyue.organizations.models import Membership, Organization, Role
from kepuyue.summaries.queries import accepted_filings

DEEDS = "演示：活动面向基层、注重动手体验，专家和志愿者全程参与，观众反响好，安全有序。"
REMARKS = ("演示：形式新颖，讲解清楚。", "", "演示：覆盖面可以再大一些。")
JUDGES = 3
UNTIL = date(2024, 10, 25)


def furnish(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """In the morning before the stage after the month."""
    moment = stages.MOMENTS[Stage.AFTER] - timedelta(hours=4)
    agenda.at(moment, partial(_activities, edition, cast))
    agenda.at(moment + timedelta(minutes=30), partial(_units, edition, cast))


def _activities(edition: Edition, cast: Cast) -> None:
    """All the way to scoring; the first judge has handed in half, the second all, the third nothing yet."""
    by = cast.reviewer(cast.office)
    round = rounds.create(edition, Line.ACTIVITIES, name=f"{edition.name}优秀活动评选", by=by)
    round = rounds.open_applications(round, until=UNTIL, by=by)
    seen: set[int] = set()
    recommended: Counter[int] = Counter()
    for filing in accepted_filings(edition):
        activity = filing.summary.activity
        unit = activity.organization
        above = unit.parent_id or unit.pk
        if unit.pk in seen or recommended[above] >= edition.rules.evaluation.per_recommender:
            continue
        seen.add(unit.pk)
        recommended[above] += 1
        candidate = _recommended(round, activity.organization, cast, activity=activity)
        applying.admit(candidate, by=by)
    if not seen:
        return
    judges = [judging.invite(round, user, by=by) for user in _judges(cast.office)]
    for judge in judges[:2]:
        judging.answer(judge, accepts=True, by=judge.user)
    round = rounds.begin_scoring(round, until=UNTIL, by=by)
    for place, judge in enumerate(judges[:2]):
        sheets = list(judge.sheets.select_related("judge__round").order_by("candidate__number"))
        for number, sheet in enumerate(sheets[: len(sheets) if place == 1 else len(sheets) // 2]):
            asked = [one.code for one in round.scheme.criteria if one.judged]
            marks = {code: 72 + (7 * number + 5 * place + 3 * step) % 25 for step, code in enumerate(asked)}
            judging.mark(
                sheet, marks, remark=REMARKS[number % 3], version=sheet.version, submits=True, by=judge.user
            )


def _units(edition: Edition, cast: Cast) -> None:
    """Units are put forward; some wait until they are recommended, some until they are admitted."""
    by = cast.reviewer(cast.office)
    round = rounds.create(edition, Line.UNITS, name=f"{edition.name}优秀单位评选", by=by)
    round = rounds.open_applications(round, until=UNTIL, by=by)
    units = {one.summary.activity.organization for one in accepted_filings(edition)}
    recommended: Counter[int] = Counter()
    for number, unit in enumerate(sorted(units, key=lambda one: one.pk)):
        above = unit.parent_id or unit.pk
        if number % 3 == 0 or recommended[above] >= edition.rules.evaluation.per_recommender:
            _applied(round, unit, cast)
        else:
            recommended[above] += 1
            candidate = _recommended(round, unit, cast)
            if number % 3 == 1:
                applying.admit(candidate, by=by)


def _applied(round: Round, unit: Organization, cast: Cast, activity: object = None) -> Candidate:
    by = cast.owner(unit)
    candidate = applying.begin(round, unit, activity=activity, by=by)  # type: ignore[arg-type]
    deeds = f"{candidate.deeds}\n{DEEDS}".strip()
    candidate = applying.write(candidate, deeds=deeds, version=candidate.version, by=by)
    return applying.apply(candidate, signs=True, by=by)


def _recommended(round: Round, unit: Organization, cast: Cast, activity: object = None) -> Candidate:
    candidate = _applied(round, unit, cast, activity)
    return applying.recommend(candidate, by=cast.reviewer(candidate.recommender))


def _judges(office: Organization) -> list[User]:
    """Whoever has the role already, and as many more as make three; those cannot sign in."""
    known = [
        one.user for one in Membership.objects.filter(role=Role.JUDGE).select_related("user").order_by("pk")
    ]
    for number in range(len(known), JUDGES):
        user = User.objects.create(email=f"judge-{number}@demo.example", name=f"演示·评委{number + 1}")
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, organization=office, role=Role.JUDGE)
        known.append(user)
    return known[:JUDGES]
