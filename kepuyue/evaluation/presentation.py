"""Rounds, lists and points as people read them. Points are shown with two places; the files hold them all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kepuyue.activities.models import Activity
from kepuyue.core import audit, wording
from kepuyue.editions.models import Edition
from kepuyue.editions.scheme import Criterion, Rules
from kepuyue.evaluation.forms import QUOTAS, name_of, part_name
from kepuyue.evaluation.models import Candidate, Line, Round
from kepuyue.evaluation.ranking import POINT, Ranked
from kepuyue.insight.folding import Fold, Value
from kepuyue.insight.indicators import INDICATORS, together
from kepuyue.insight.settled import facts_of

OUTCOMES: dict[str, Any] = {
    "chosen": gettext_lazy("入选"), "passed_over": gettext_lazy("名额已满"), "beyond": gettext_lazy("未入选"),
    "tied": gettext_lazy("同分待裁定"), "waiting": gettext_lazy("等裁定"),
}  # fmt: skip
WHY: dict[str, Any] = {
    "unit": gettext_lazy("这个单位的名额已满"), "recommender": gettext_lazy("推荐单位的名额已满"),
    "district": gettext_lazy("所在区的名额已满"), "tier": gettext_lazy("活动板块的名额已满"),
    "decision": gettext_lazy("同分裁定"),
}  # fmt: skip
TONES = {
    "chosen": "published",
    "passed_over": "returned",
    "tied": "late",
    "beyond": "archived",
    "waiting": "submitted",
}
VERBS: tuple[dict[str, Any], ...] = (
    {"verb": "open", "name": "opening", "label": gettext_lazy("开始申报推荐"), "icon": "flag"},
    {
        "verb": "begin_scoring",
        "name": "scoring-start",
        "label": gettext_lazy("开始评分"),
        "icon": "clipboard-check",
    },
    {"verb": "freeze", "name": "freezing", "label": gettext_lazy("封存结果"), "icon": "lock"},
    {"verb": "publish_notice", "name": "notice-new", "label": gettext_lazy("公示名单"), "icon": "megaphone"},
    {"verb": "settle", "name": "settlement", "label": gettext_lazy("确定名单"), "icon": "check"},
    {"verb": "reopen", "name": "reopening", "label": gettext_lazy("重新开放评分"), "is_quiet": True},
    {"verb": "call_off", "name": "calling-off", "label": gettext_lazy("取消评选"), "is_quiet": True},
)
IN_ORDER = (
    Round.State.DRAFT, Round.State.APPLYING, Round.State.SCORING, Round.State.FROZEN, Round.State.NOTICED,
    Round.State.SETTLED,
)  # fmt: skip


def steps(round: Round) -> list[dict[str, Any]]:
    """How far a round is, for the component of steps."""
    if round.state == Round.State.CALLED_OFF:
        return []
    here = IN_ORDER.index(Round.State(round.state))
    return [
        {"label": state.label, "state": "done" if place < here else "current" if place == here else "next"}
        for place, state in enumerate(IN_ORDER)
    ]


def points(units: int | None) -> str:
    """Points with two places; a dash where there are none."""
    return "—" if units is None else f"{units / POINT:.2f}"


def criteria(rules: Rules) -> list[dict[str, Any]]:
    """The head of a list: each criterion with its weight."""
    return [{"code": one.code, "name": name_of(one), "weight": one.weight} for one in rules.criteria]


def line(data: Mapping[str, Any], one: Ranked) -> dict[str, Any]:
    """One line of a list, with the bar that shows where the total comes from."""
    entry = next(it for it in data["candidates"] if it["number"] == one.number)
    return _line(data["rules"]["criteria"], entry, one)


def lines(data: Mapping[str, Any], ranked: Sequence[Ranked]) -> list[dict[str, Any]]:
    """The list in its order."""
    by_number = {one["number"]: one for one in data["candidates"]}
    return [_line(data["rules"]["criteria"], by_number[one.number], one) for one in ranked]


def _line(given: Sequence[Mapping[str, Any]], entry: Mapping[str, Any], one: Ranked) -> dict[str, Any]:
    bar, x = [], 0.0
    for place, criterion in enumerate(given):
        width = one.results[criterion["code"]].points * criterion["weight"] / 100 / POINT
        bar.append({"x": f"{x:.2f}", "width": f"{width:.2f}", "place": place % 8, "name": _name(criterion),
                    "points": f"{width:.2f}"})  # fmt: skip
        x += width
    return {
        "number": one.number, "name": entry["name"], "place": one.place, "total": points(one.total), "bar": bar,
        "points": [points(one.results[criterion["code"]].points) for criterion in given],
        "outcome": OUTCOMES[one.outcome], "tone": TONES[one.outcome], "why": WHY.get(one.why, ""),
        "unmarked": bool(one.unmarked),
        "spread": max((result.spread for result in one.results.values()), default=0),
        "is_odd": any(mark.is_odd for result in one.results.values() for mark in result.marks),
    }  # fmt: skip


def _name(criterion: Mapping[str, Any]) -> str:
    return name_of(Criterion.model_validate(criterion))


def table(data: Mapping[str, Any], ranked: Sequence[Ranked]) -> tuple[list[Any], list[list[Any]]]:
    """The list as a table: head and rows."""
    by_number = {one["number"]: one for one in data["candidates"]}
    given = data["rules"]["criteria"]
    head = [_("名次"), _("编号"), _("参评对象"), _("总分"), _("结果"), _("说明"),
            *(wording.with_aside(_name(one), f"{one['weight']}%") for one in given)]  # fmt: skip
    body = [
        [one.place, one.number, by_number[one.number]["name"], one.total / POINT, OUTCOMES[one.outcome],
         WHY.get(one.why, ""), *(one.results[it["code"]].points / POINT for it in given)]
        for one in ranked
    ]  # fmt: skip
    return head, body


def opened(data: Mapping[str, Any], one: Ranked, round: Round) -> list[dict[str, Any]]:
    """Each criterion of a candidate down to the indicators, the activities behind them, and the judges' marks."""
    entry = next(it for it in data["candidates"] if it["number"] == one.number)
    titles = dict(
        Activity.objects.filter(
            code__in={code for rows in entry["sources"].values() for code, _value in rows}
        ).values_list("code", "title")
    )
    remarks = {
        judge: remark
        for judge, remark in round.candidates.filter(number=one.number).values_list(
            "sheets__judge__number", "sheets__remark"
        )
        if remark
    }
    found = []
    for criterion in data["rules"]["criteria"]:
        result = one.results[criterion["code"]]
        parts = [
            {"name": part_name(given["of"]), "counted": f"{part.counted / 100:g}", "full": part.full,
             "points": points(part.points), "value": part.points // POINT,
             "indicators": [_indicator(code, entry, titles) for code in given["of"]]}
            for given, part in zip(criterion["parts"], result.parts, strict=False)
        ]  # fmt: skip
        found.append({
            "name": _name(criterion), "weight": criterion["weight"], "judged_share": criterion["judged"],
            "points": points(result.points), "measured": points(result.measured), "judged": points(result.judged),
            "parts": parts, "spread": result.spread,
            "marks": [
                {"judge": mark.judge, "given": mark.given, "counted": points(mark.counted), "is_odd": mark.is_odd,
                 "is_left_out": mark.is_left_out, "remark": remarks.get(mark.judge, "")}
                for mark in result.marks
            ],
        })  # fmt: skip
    return found


def _indicator(code: str, entry: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    indicator = INDICATORS[code]
    rows = [
        {
            "title": titles.get(activity, activity),
            "shown": indicator.shown(value_of(code, value)),
            "href": _summary(activity),
        }
        for activity, value in entry["sources"].get(code, [])
    ]
    return {
        "name": indicator.name, "definition": indicator.definition, "rows": rows,
        "shown": indicator.shown(value_of(code, entry["values"].get(code))),
    }  # fmt: skip


def value_of(code: str, value: Any) -> Value:
    """A value of a snapshot as `insight.indicators` has it."""
    fold = INDICATORS[code].fold
    if value is None:
        return fold.nothing
    if fold is Fold.UNION:
        return frozenset(value)
    return (value[0], value[1]) if fold is Fold.MEAN else int(value)


def _summary(activity: str) -> str:
    return reverse("summaries:summary", args=[activity])


def moves(data: Mapping[str, Any], before: Sequence[Ranked], after: Sequence[Ranked]) -> list[dict[str, Any]]:
    """What other rules would change, in the order of the new list."""
    names = {one["number"]: one["name"] for one in data["candidates"]}
    old = {one.number: one for one in before}
    return [
        {
            "number": one.number, "name": names[one.number], "place": one.place, "was": old[one.number].place,
            "up": old[one.number].place - one.place,
            "total": points(one.total), "total_was": points(old[one.number].total),
            "is_moved": one.place != old[one.number].place or one.outcome != old[one.number].outcome,
            "outcome": OUTCOMES[one.outcome], "outcome_was": OUTCOMES[old[one.number].outcome],
            "enters": one.outcome == "chosen" != old[one.number].outcome,
            "leaves": old[one.number].outcome == "chosen" != one.outcome,
        }
        for one in after
    ]  # fmt: skip


def figures_for_judges(candidate: Candidate) -> list[dict[str, Any]]:
    """What was measured of a candidate, so that judges need not guess at numbers."""
    edition: Edition = candidate.round.edition
    rows = Activity.objects.filter(edition=edition, organization=candidate.organization).select_related(
        "organization", "district"
    )
    if candidate.round.line == Line.ACTIVITIES:
        rows = rows.filter(pk=candidate.activity_id or 0)
    facts = together(facts_of(edition, rows).values())
    return [
        {"name": INDICATORS[code].name, "shown": INDICATORS[code].shown(value)}
        for code, value in ((code, facts.get(code)) for code in INDICATORS)
        if value is not None and INDICATORS[code].fold.size(value)
    ]


def rule_changes(round: Round) -> list[Any]:
    """Why the rules were changed since scoring began, the newest first: judges read it."""
    return list(audit.trail(round).filter(action="evaluation.rules").exclude(reason="")[:5])


def quota_words(rules: Rules) -> list[tuple[str, int]]:
    """The caps that hold, in words."""
    return [(str(QUOTAS[name]), most) for name, most in rules.quota.model_dump().items() if most]


def criterion_words(one: Criterion) -> str:
    """How a criterion's points come about, in one line."""
    measured, judged = 100 - one.judged, one.judged
    if not judged:
        return str(pgettext_lazy("criterion", "全部按数据"))
    if not measured:
        return str(pgettext_lazy("criterion", "全部由评委打分"))
    return _("数据占%(measured)s%%，评委打分占%(judged)s%%") % {"measured": measured, "judged": judged}


def scheme_lines(rules: Rules) -> Iterable[dict[str, Any]]:
    """The criteria with what they count, for reading."""
    return [
        {"name": name_of(one), "weight": one.weight, "how": criterion_words(one), "parts": [
            wording.labelled(part_name(part.of), _("达到%(full)s为满分") % {"full": f"{part.full:,}"})
            for part in one.parts
        ]}
        for one in rules.criteria
    ]  # fmt: skip
