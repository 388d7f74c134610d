"""What each kind of offer asks beyond the common fields, and what it becomes in a joint activity.

A kind is data: its own fields (kept in `Offer.details`), the form of activity it makes, and the part that
the offering unit takes in it. A new kind is one entry here.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import UnitRole
from kepuyue.resources.models import Kind

Fields = dict[str, forms.Field]


def _text(
    label: Any, *, most: int = 120, required: bool = False, help_text: Any = "", rows: int = 0
) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else None
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text, widget=widget
    )


def _number(label: Any, *, most: int = 100_000, required: bool = False, help_text: Any = "") -> forms.Field:
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, required=required, help_text=help_text
    )


@dataclass(frozen=True)
class Traits:
    """One kind. `form_term` is the code in the edition's taxonomy of activity forms."""

    fields: Fields
    form_term: str
    icon: str
    # What the offering unit is in a joint activity that the other side registers
    role: UnitRole = UnitRole.ORGANIZER


TRAITS: dict[str, Traits] = {
    Kind.EXPERT: Traits(
        fields={
            "expert_name": _text(_("专家姓名"), most=60, required=True),
            "expert_post": _text(_("单位和职务"), required=True),
            "expert_introduction": _text(_("专家简介"), most=1000, rows=4),
            "is_overseas": forms.BooleanField(
                label=_("境外专家（含港澳台）"), required=False, help_text=_("联合活动会按规定留出报批时间。")
            ),
            "equipment": _text(_("需要的设备"), help_text=_("例如：投影、麦克风。")),
        },
        form_term="lecture",
        icon="user",
    ),
    Kind.EXHIBIT: Traits(
        fields={
            "area": _number(_("占地（平方米）"), required=True),
            "pieces": _text(_("展品和展板"), help_text=_("例如：展板24块、互动展品6件。")),
            "power": _text(_("用电要求"), help_text=_("例如：220伏、2千瓦。")),
            "transport": _text(_("运输和布展"), required=True, help_text=_("谁运、谁布展、要多久。")),
            "days_most": _number(_("每次最多展出几天"), most=90, required=True),
        },
        form_term="exhibition",
        icon="layers",
    ),
    Kind.COURSE: Traits(
        fields={
            "teacher": _text(_("授课人"), most=60),
            "materials": _text(_("材料和工具"), help_text=_("由谁准备、每人一份还是每组一份。")),
            "equipment": _text(_("需要的场地和设备")),
        },
        form_term="workshop",
        icon="pencil",
    ),
    Kind.VENUE: Traits(
        fields={
            "venue_name": _text(_("场地名称"), required=True),
            "capacity": _number(_("核定容量（人）"), required=True),
            "equipment": _text(_("设备"), help_text=_("例如：投影、音响、活动桌椅。")),
            "accessibility": _text(_("无障碍条件")),
        },
        form_term="open_day",
        icon="building-2",
        role=UnitRole.SUPPORTER,
    ),
    Kind.SITE: Traits(
        fields={
            "venue_name": _text(_("参观地点名称"), required=True),
            "group_size": _number(_("每批最多人数"), required=True),
            "meeting_point": _text(_("集合地点")),
            "guide": _text(_("讲解安排")),
        },
        form_term="study_tour",
        icon="telescope",
    ),
}


def details_written_out(kind: str, details: dict[str, Any]) -> list[tuple[Any, str]]:
    """The kind's own fields that say something, as (label, text)."""
    rows = []
    for name, field in TRAITS[kind].fields.items():
        value = details.get(name)
        if value not in (None, "", False):
            rows.append((field.label, str(_("是")) if value is True else str(value)))
    return rows
