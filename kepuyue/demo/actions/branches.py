"""Sub-themes and plans of some districts and departments: one accepted, one filed, one given back, one late.

The words are invented and say so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from kepuyue.demo import stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.actions import branches, editing
from kepuyue.editions.models import Edition, Term

DUE = date(2024, 8, 20)


@dataclass(frozen=True)
class Piece:
    """What one unit set and filed, on which day of August, and how it ended."""

    unit: str
    theme: str
    focus: tuple[str, ...]
    day: int
    outcome: str = ""


PIECES = (
    Piece("福田区科学技术协会", "科技点亮中心区（演示）", ("double_reduction", "silver_age"), 16, "accept"),
    Piece(
        "南山区科学技术协会",
        "创新之城，科普同行（演示）",
        ("scientists_spirit", "double_reduction"),
        17,
        "return",
    ),
    Piece("深圳市生态环境局", "和鸟一起看湿地（演示）", ("ecology",), 19),
    Piece("宝安区科学技术协会", "湾区工厂里的科学（演示）", ("rural",), 23),
)
TEXT = {
    "goals": "演示：让每个街道在9月都有一场家门口的科普活动，照顾到老年人和青少年。",
    "highlights": "演示：开幕活动；社区科普集市；科学家进校园。",
    "safeguards": "演示：成立工作专班，场地核定人数，内容由专人审定。",
    "schedule": "演示：8月筹备和申报，9月实施，9月28日前报送总结。",
    "liaison": "演示·联络员",
    "liaison_phone": "0755-00000000",
    "is_public": True,
}


def set_up(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """A deadline for plans, set on screen as the office would, and what the units made of it."""
    if edition.plans.exists():
        return
    agenda.at(datetime(2024, 8, 12, 9, tzinfo=stages.ZONE), partial(_set_deadline, edition, cast))
    for piece in PIECES:
        at = datetime(2024, 8, piece.day, 15, tzinfo=stages.ZONE)
        agenda.at(at, partial(_play, agenda, piece, edition, cast, at))


def _set_deadline(edition: Edition, cast: Cast) -> None:
    seen = editing.stamp(editing.dates_of(edition))
    editing.change_dates(edition, {"plan_due": DUE}, by=cast.reviewer(cast.office), seen=seen)
    edition.refresh_from_db()


def _play(agenda: Agenda, piece: Piece, edition: Edition, cast: Cast, at: datetime) -> None:
    unit = cast.named(piece.unit)
    if unit is None:
        return
    person = cast.reviewer(unit)
    focus = list(Term.objects.filter(taxonomy__edition=edition, code__in=piece.focus,
                                     taxonomy__code__in=("district_focus", "field")))  # fmt: skip
    values = {"theme": piece.theme, "theme_en": "", "introduction": "", "introduction_en": "", "focus": focus}
    branches.set_sub_theme(edition, unit, values, by=person, seen=editing.stamp({}))
    plan = branches.write_plan(edition, unit, TEXT, by=person, seen=editing.stamp({}))
    plan = branches.file_plan(plan, by=person)
    office = cast.reviewer(cast.office)
    if piece.outcome == "accept":
        agenda.at(at + timedelta(hours=18), partial(branches.accept_plan, plan, by=office))
    elif piece.outcome == "return":
        remark = "请补充高温和台风天气的预案。"
        agenda.at(at + timedelta(hours=18), partial(branches.return_plan, plan, by=office, remark=remark))
