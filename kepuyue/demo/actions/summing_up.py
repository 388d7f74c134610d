"""Summaries in the demonstration: opened by the duty's own action; some filed, accepted, given back, some late.

Figures and words are invented and say so where people read them.
"""

from datetime import timedelta
from functools import partial

from kepuyue.activities.models import Activity, Origin
from kepuyue.demo import stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Edition
from kepuyue.summaries import measuring, queries
from kepuyue.summaries.actions import deciding, filing, opening
from kepuyue.summaries.actions.filing import Typed
from kepuyue.summaries.models import Summary

WORDS = "演示：现场秩序良好，观众提问踊跃，下次准备多留一些动手的时间。"
WHY = "演示：从侧门进来的三人没有数到。"
# As many are pressed one by one as make the pages believable
MOST = 18


def furnish(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """A morning before each stage from the month on: opened, filed, decided."""
    for stage in (Stage.MONTH, Stage.SUMMARY, Stage.AFTER):
        moment = stages.MOMENTS[stage]
        agenda.at(moment - timedelta(hours=6), partial(opening.open_due, edition))
        if stage is not Stage.AFTER:
            agenda.at(moment - timedelta(hours=5), partial(_file, edition, cast))
            agenda.at(moment - timedelta(hours=2), partial(_decide, edition, cast))


def _file(edition: Edition, cast: Cast) -> None:
    """Two of three that are open, with figures of several methods."""
    rows = Summary.objects.due().filter(
        activity__edition=edition, activity__origin=Origin.DEMO, activity__city=""
    )
    for number, summary in enumerate(rows.select_related("activity__organization").order_by("pk")[:MOST]):
        if number % 3 == 2:
            continue
        by = cast.registrar(summary.activity.organization)
        figures = {"volunteers-count": (6 + number, ""), "materials-count": (100 + 20 * number, "")}
        key = _method(summary.activity, number)
        told = measuring.measured(summary.activity).get(key)
        figures[key] = (40 + 17 * number, "") if told is None else (told + 3, WHY)
        typed = Typed(figures, WORDS)
        written = filing.write(summary, typed, by=by, version=summary.version)
        filing.file(written, by=by)


def _method(activity: Activity, number: int) -> str:
    if activity.mode == "online":
        return "views-views"
    return "visits-estimate" if number % 2 else "visits-count"


def _decide(edition: Edition, cast: Cast) -> None:
    """Every other one is accepted; the first that is left is given back."""
    rows = queries.with_all(Summary.objects.waiting().filter(activity__edition=edition)).order_by("pk")
    returned = False
    for number, summary in enumerate(rows):
        unit = summary.activity.organization
        by = cast.reviewer(unit.parent or unit)
        if number % 2 == 0:
            deciding.accept(summary, by=by)
        elif not returned:
            note = "演示：请补充志愿者的人数是怎样清点的。"
            remarks = {"volunteers-count": "演示：和现场签名表对一下。"}
            deciding.return_for_changes(summary, by=by, note=note, remarks=remarks)
            returned = True
