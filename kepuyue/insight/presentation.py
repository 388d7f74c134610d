"""Figures as sentences and rows: the same for the page and for the command."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities.content import labels
from kepuyue.core import wording
from kepuyue.insight import paper
from kepuyue.insight.burden import GOAL, Burden, Line
from kepuyue.insight.paper import Stage
from kepuyue.summaries.forms import field_label

OFTEN = 0.15  # of all fields typed: from here on typing again is named as a reason


def field_name(fact: str) -> str:
    """The name of a counted field as people read it."""
    if fact.startswith("summary:"):
        return wording.labelled(_("总结"), field_label(fact.removeprefix("summary:")))
    names = labels() | {
        "sessions:time": _("场次时间"), "sessions:place": _("场次地点"), "sessions:capacity": _("场次名额"),
        "sessions:note": _("场次备注"), "sessions:safety_plan": _("场次安全预案"),
        "sessions:emergency_contact": _("场次安全负责人"), "signature": _("内容签审"),
        "reason": _("取消、改期等的原因"),
    }  # fmt: skip
    return str(names.get(fact, fact))


def percent(share: float | None) -> str:
    """A share as whole per cent; a dash where there is none."""
    return "—" if share is None else f"{share:.0%}"


def why_not(line: Line) -> list[str]:
    """Why a unit or an edition is above the goal, in sentences; none where it is not."""
    if line.share is None or line.reaches_goal:
        return []
    reasons = []
    if line.typed and line.again / line.typed > OFTEN:
        reasons.append(
            _("有%(share)s是同一项内容改了又填，例如审核退回以后或计划有变。")
            % {"share": percent(line.again / line.typed)}
        )
    each = paper.asked(Stage.REGISTRATION, activities=1, large=0, units=0)
    if line.per_activity > each:
        reasons.append(
            _("登记时平均每项活动填%(here)s项，多于现行预告表的%(paper)s项：图片、英文、安全预案、签审等只在这里填一次，总结和推荐时不再填。")
            % {"here": f"{line.per_activity:.0f}", "paper": each}
        )  # fmt: skip
    if line.own_facts > line.typed * GOAL:
        reasons.append(_("单位资料也算在内；它只填一次，活动越多，每项活动分摊得越少。"))
    unseen = sum(form.seen != "whole" for form in paper.forms())
    reasons.append(
        ngettext(
            "有%(n)s张现行表格没有见到完整的样子，没见到的栏目一项也没有计入。",
            "有%(n)s张现行表格没有见到完整的样子，没见到的栏目一项也没有计入。",
            unseen,
        )
        % {"n": unseen}
    )
    return reasons


def as_data(found: Burden) -> dict[str, Any]:
    """The count for machines: fields are numbers of fields, `share` a part of one."""
    return {
        "goal": round(GOAL, 4),
        "whole": _line(found.whole),
        "stages": [
            {"stage": stage.value, "paper": on_paper, "typed": typed} for stage, on_paper, typed in found.stages
        ],
        "fields": dict(found.by_field),
        "units": [{"code": line.key, "name": line.name} | _line(line) for line in found.units],
        "forms": [
            {"code": form.code, "name": form.name, "stage": form.stage.value, "per": form.per, "seen": form.seen,
             "fields": len(form.fields)}
            for form in paper.forms()
        ],
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    return {
        "activities": line.activities,
        "typed": line.total,
        "typed_per_activity": round(line.per_activity, 1),
        "typed_again": line.again,
        "unit_facts": line.own_facts,
        "paper": line.on_paper,
        "share": None if line.share is None else round(line.share, 4),
        "reaches_goal": line.reaches_goal,
        "why_not": why_not(line),
    }
