"""Summaries in the demonstration: opened by the duty's own action; filed, accepted, given back, late, supplemented.

Figures, words and pictures are invented and say so where people read them.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from kepuyue.activities.models import Activity, Origin
from kepuyue.demo import drawing, stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Edition
from kepuyue.summaries import measuring, queries
from kepuyue.summaries.actions import deciding, filing, opening, photographing
from kepuyue.summaries.actions.filing import Typed
from kepuyue.summaries.models import Figure, Photo, Summary

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

WORDS = (
    "演示：现场秩序良好，观众提问踊跃，下次准备多留一些动手的时间。",
    "演示：学生占一半以上，动手环节排队最长；下午人少，下次集中在上午。",
    "演示：社区居民参加较多，义诊和咨询最受欢迎，资料发完后改为扫码查看。",
    "演示：雨天改到室内，场地偏小，分两批进场；志愿者引导及时。",
    "",
)
WHY = "演示：从侧门进来的三人没有数到。"
LATER = "演示：月底最后一个周末的人数补上了。"
# As many of a stage are looked at as make the pages believable; a third of them is not filed
LOOKED_AT = {Stage.MONTH: 18, Stage.SUMMARY: 60, Stage.AFTER: 45}
GIVEN_BACK: tuple[tuple[str, dict[str, str]], ...] = (
    ("演示：请补充志愿者的人数是怎样清点的。", {"volunteers-count": "演示：和现场签名表对一下。"}),
    ("演示：人数和活动规模不相称，请核实后再报。", {}),
)
CAPTIONS = ("演示图：市民在展台前动手做实验", "演示图：讲解员向观众介绍展品", "演示图：家庭排队参加互动")


def furnish(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """A morning before each stage from the month on: opened, filed, decided; after the month also supplemented."""
    for stage, count in LOOKED_AT.items():
        moment = stages.MOMENTS[stage]
        agenda.at(moment - timedelta(hours=6), partial(opening.open_due, edition))
        agenda.at(moment - timedelta(hours=5), partial(_file, edition, cast, count))
        if stage is Stage.AFTER:
            agenda.at(moment - timedelta(hours=4), partial(_supplement, edition, cast))
        agenda.at(moment - timedelta(hours=2), partial(_decide, edition, cast))


def _file(edition: Edition, cast: Cast, count: int) -> None:
    """Two of three that are open, with figures of several methods, some with pictures."""
    rows = Summary.objects.due().filter(
        activity__edition=edition, activity__origin=Origin.DEMO, activity__city=""
    )
    for number, summary in enumerate(rows.select_related("activity__organization").order_by("pk")[:count]):
        if number % 3 == 2:
            continue
        by = cast.registrar(summary.activity.organization)
        figures = {
            "volunteers-count": (6 + number % 20, ""),
            "materials-count": (100 + 20 * (number % 12), ""),
        }
        if number % 5 == 1:
            figures |= {"boards-count": (8 + number % 7, ""), "consultations-count": (25 + number, "")}
        key = _method(summary.activity, number)
        told = measuring.measured(summary.activity).get(key)
        figures[key] = (40 + 17 * (number % 25), "") if told is None else (told + 3, WHY)
        typed = Typed(figures, WORDS[number % len(WORDS)])
        summary = filing.write(summary, typed, by=by, version=summary.version)
        if number % 6 == 0:
            summary = _photograph(summary, by, number)
        filing.file(summary, by=by)


def _method(activity: Activity, number: int) -> str:
    if activity.mode == "online":
        return "views-views"
    return "visits-estimate" if number % 2 else "visits-count"


def _photograph(summary: Summary, by: "User", number: int) -> Summary:
    """One or two; now and then one taken by somebody else, or one that stays with the superiors."""
    facts: dict[str, Any] = {
        "rights": Photo.Rights.OWN, "rights_note": "", "people": Photo.People.NOBODY, "guardians_agreed": False,
    }  # fmt: skip
    of_others = {"rights": Photo.Rights.OTHERS, "rights_note": "演示：由志愿者拍摄，已书面同意使用"}
    second = of_others if number % 4 else {"people": Photo.People.CHILDREN}
    for place, more in enumerate([{}, second][: 1 + number // 6 % 2]):
        photographing.add(
            summary,
            by=by,
            file=drawing.stalls(f"{summary.activity.title}{place}"),
            facts=facts | more | {"caption": CAPTIONS[(number + place) % len(CAPTIONS)]},
        )
    return filing.again(summary)


def _supplement(edition: Edition, cast: Cast) -> None:
    """Every third that was accepted before the month was over says what came to it since."""
    accepted = Summary.objects.filter(activity__edition=edition, state=Summary.State.ACCEPTED).order_by("pk")
    for number, summary in enumerate(queries.with_all(accepted)):
        if number % 3:
            continue
        by = cast.registrar(summary.activity.organization)
        summary = filing.supplement(summary, by=by)
        people = (line for line in queries.current_lines(summary) if line.kind.is_people)
        told = next(line for line in people if line.value and line.origin != Figure.Origin.MEASURED)
        figures = {told.kind.key: (int((told.value or 0) * 1.2) + 5, told.reason)}
        typed = Typed(figures, LATER)
        filing.file(filing.write(summary, typed, by=by, version=summary.version), by=by)


def _decide(edition: Edition, cast: Cast) -> None:
    """Two of three are accepted, one of twelve is given back, the rest waits."""
    rows = queries.with_all(Summary.objects.waiting().filter(activity__edition=edition)).order_by("pk")
    for number, summary in enumerate(rows):
        unit = summary.activity.organization
        by = cast.reviewer(unit.parent or unit)
        if number % 3 != 2:
            deciding.accept(summary, by=by)
        elif number % 12 == 2:
            note, remarks = GIVEN_BACK[number // 12 % len(GIVEN_BACK)]
            deciding.return_for_changes(summary, by=by, note=note, remarks=remarks)
