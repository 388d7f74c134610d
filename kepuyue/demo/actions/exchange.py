"""What units offer and ask of each other, and how bases open: a few invented entries under real names of bases.

Experts are named by their role; no person's name and no private number is in it. The hours are invented too and say so.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.models import Edition, Term
from kepuyue.resources.actions import agreeing, offering, openings, requesting
from kepuyue.resources.actions.requesting import Wish
from kepuyue.resources.models import Kind, Offer, Opening, local_moment

CONTACT = {"contact_name": "演示·联系人", "contact_phone": "0755-00000000"}
ANSWERING = CONTACT | {"content_lead": "演示·内容负责人", "content_signoff": "演示·内容审定人"}
NOTE = "演示数据，实际开放时间以基地公告为准。"


@dataclass(frozen=True)
class Piece:
    """One invented offer."""

    unit: str
    kind: str
    title: str
    summary: str
    terms: tuple[str, ...]
    details: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)


OFFERS = (
    Piece(
        "福田高科馆（福田国高馆）",
        Kind.EXPERT,
        "人工智能与我们的生活（演示）",
        "从导航到写作助手，讲清人工智能会什么、不会什么。",
        ("content:new_productive_forces", "field:innovation", "audience:teenagers"),
        {
            "expert_name": "人工智能科普专家（演示）",
            "expert_post": "福田高科馆 科普讲师",
            "equipment": "投影、麦克风",
        },
        {"weekdays": [1, 3, 4], "people_max": 300, "times_at_most": 6, "is_online": True},
    ),
    Piece(
        "深圳市天文台",
        Kind.EXPERT,
        "秋夜星空怎么看（演示）",
        "认识秋季星座，学会用星图，留足提问时间。",
        ("content:strategic_technology", "audience:families", "audience:teenagers"),
        {"expert_name": "天文科普专家（演示）", "expert_post": "深圳市天文台 研究人员", "equipment": "投影"},
        {"people_max": 200, "times_at_most": 4},
    ),
    Piece(
        "中广核核能科技馆",
        Kind.EXHIBIT,
        "一度电的旅行流动展（演示）",
        "24块展板和3件互动展品，讲清核电站怎样工作。",
        ("field:nuclear", "content:low_carbon", "audience:everyone"),
        {
            "area": 60,
            "pieces": "展板24块、互动展品3件",
            "power": "220伏、1千瓦",
            "transport": "我馆运输和布展，半天",
            "days_most": 7,
        },
        {"duration": 480},
    ),
    Piece(
        "深圳市科学馆",
        Kind.VENUE,
        "一楼科普报告厅（演示）",
        "可容纳180人，带投影和音响，科普活动免费使用。",
        ("audience:everyone",),
        {
            "venue_name": "深圳市科学馆一楼报告厅",
            "capacity": 180,
            "equipment": "投影、音响",
            "accessibility": "无障碍坡道",
        },
        {"people_max": 180, "weekdays": [1, 2, 3, 4, 5]},
    ),
    Piece(
        "深圳国家基因库",
        Kind.SITE,
        "走进基因库（演示）",
        "参观样本库展示区，听讲解员说生命密码。",
        ("content:open_facilities", "audience:teenagers"),
        {
            "venue_name": "深圳国家基因库展示区",
            "group_size": 40,
            "meeting_point": "南门",
            "guide": "每批一名讲解员",
        },
        {
            "people_max": 40,
            "age_min": 10,
            "weekdays": [2, 4],
            "safety_note": "实验区不进入，全程跟随讲解员。",
        },
    ),
    Piece(
        "深圳市仙湖植物园",
        Kind.COURSE,
        "一片叶子的秘密（演示）",
        "带显微镜进教室，每组观察一片叶子的气孔。",
        ("content:science_education", "field:ecology", "audience:children"),
        {"teacher": "自然教育导师（演示）", "materials": "我园准备，4人一组", "equipment": "普通教室"},
        {"people_max": 50, "age_min": 7, "age_max": 12, "times_at_most": 5},
    ),
)

HOURS = {str(day): ["09:00", "17:00"] for day in range(1, 7)}
# Unit, what it says, and whether its superior has confirmed it; the rest has not filed
OPENINGS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    (
        "深圳市科学馆",
        {"hours": HOURS, "closed": ["2024-09-17"], "capacity": 2000, "facilities": ["wheelchair", "lift"]},
        True,
    ),
    (
        "福田高科馆（福田国高馆）",
        {"hours": HOURS, "groups": True, "group_size": 50, "facilities": ["lift"]},
        True,
    ),
    (
        "深圳市仙湖植物园",
        {
            "hours": {str(day): ["08:00", "18:00"] for day in range(7)},
            "admission": "discounted",
            "admission_note": "科普月期间讲解半价",
        },
        True,
    ),
    (
        "深圳市气象台",
        {"hours": {}, "special": [["2024-09-21", "09:00", "11:30"]], "capacity": 50, "booking": "first_come"},
        True,
    ),
    ("中广核核能科技馆", {"hours": {"5": ["10:00", "16:00"]}, "groups": True, "group_size": 40}, False),
)


def furnish(agenda: Agenda, edition: Edition, cast: Cast, until: datetime) -> None:
    """Offers and opening hours from the two weeks before `until`, two requests under way and one agreement."""
    if Offer.objects.filter(edition=edition).exists():
        return  # furnished before; a second set would double it
    begun = until - timedelta(days=14)
    offers: dict[str, Offer] = {}
    for number, piece in enumerate(OFFERS):
        at = begun + timedelta(days=number % 3, minutes=41 * number)
        agenda.at(at, partial(_offer, piece, edition, cast, offers))
    for number, (name, content, is_public) in enumerate(OPENINGS):
        at = begun + timedelta(days=1, minutes=23 * number)
        agenda.at(at, partial(_open, name, content, edition, cast))
        if is_public:
            agenda.at(at + timedelta(days=1), partial(_confirm, name, edition, cast))
    agenda.at(until - timedelta(days=2), partial(_ask, agenda, edition, cast, until, offers))


def _offer(piece: Piece, edition: Edition, cast: Cast, offers: dict[str, Offer]) -> None:
    unit = cast.named(piece.unit)
    if unit is None:
        return
    common = {"duration": 90, "terms": _terms(edition, piece.terms), "districts": []}
    facts = (
        common
        | ANSWERING
        | {"title": piece.title, "summary": piece.summary, "details": piece.details}
        | piece.facts
    )
    registrar = cast.registrar(unit)
    offer = offering.create(
        edition=edition,
        organization=unit,
        kind=piece.kind,
        by=registrar,
        facts=facts,
        token=uuid5(NAMESPACE_URL, f"demo:{piece.title}"),
    )
    offers[piece.title] = offering.open_to_units(offer, by=registrar)


def _terms(edition: Edition, pairs: tuple[str, ...]) -> list[Term]:
    known = Term.objects.filter(taxonomy__edition=edition).select_related("taxonomy")
    return [term for term in known if f"{term.taxonomy.code}:{term.code}" in pairs]


def _open(name: str, content: dict[str, Any], edition: Edition, cast: Cast) -> None:
    unit = cast.named(name)
    if unit is None:
        return
    said = {
        "admission": "free",
        "booking": "none",
        "how_to_visit": "演示：请按导航到达，入口处登记。",
        "concessions": ["older", "disabled", "soldiers", "veterans", "minors"],
        "closed": [],
        "special": [],
        "note": NOTE,
    } | content
    registrar = cast.registrar(unit)
    openings.save(unit, edition, said, by=registrar, version=0)
    openings.file(unit, edition, by=registrar)


def _confirm(name: str, edition: Edition, cast: Cast) -> None:
    unit = cast.named(name)
    if unit and unit.parent:
        opening = Opening.objects.get(edition=edition, organization=unit)
        openings.confirm(opening, by=cast.reviewer(unit.parent), version=opening.version)


def _ask(agenda: Agenda, edition: Edition, cast: Cast, until: datetime, offers: dict[str, Offer]) -> None:
    asker = cast.named("深圳市科学馆")
    talk, leaf = offers.get("人工智能与我们的生活（演示）"), offers.get("一片叶子的秘密（演示）")
    if asker is None or talk is None or leaf is None:
        return
    person = cast.registrar(asker)
    common = CONTACT | {"district": asker.district, "age_min": 8, "age_max": None, "needs": ""}
    requesting.ask_for(
        talk,
        organization=asker,
        by=person,
        token=uuid5(NAMESPACE_URL, "demo:ask:1"),
        facts=common
        | {
            "title": "人工智能走进科学馆（演示）",
            "head_count": 150,
            "audience_note": "亲子家庭",
            "wishes": "想听人工智能怎样影响学习。",
            "terms": list(talk.terms.all()),
        },
        wish=Wish(_moment(edition, 24, 15), _moment(edition, 24, 16, 30), "深圳市科学馆一楼报告厅"),
    )
    agreed = requesting.ask_for(
        leaf,
        organization=asker,
        by=person,
        token=uuid5(NAMESPACE_URL, "demo:ask:2"),
        facts=common
        | {
            "title": "一片叶子的秘密·科学馆专场（演示）",
            "head_count": 40,
            "audience_note": "小学生",
            "wishes": "两个班轮流做。",
            "terms": list(leaf.terms.all()),
        },
        wish=Wish(_moment(edition, 26, 10), _moment(edition, 26, 11, 30), "深圳市科学馆二楼教室"),
    )
    requesting.ask_openly(
        edition=edition,
        organization=asker,
        kind=Kind.EXPERT,
        by=person,
        token=uuid5(NAMESPACE_URL, "demo:ask:3"),
        facts=common
        | {
            "title": "中秋月亮夜谈（演示）",
            "head_count": 80,
            "audience_note": "社区家庭",
            "wishes": "请一位天文专家讲月相，最好带望远镜。",
            "from_day": date(2024, 9, 18),
            "until_day": date(2024, 9, 27),
            "time_note": "晚上七点半左右",
            "place": "深圳市科学馆广场",
            "is_online": False,
            "terms": _terms(edition, ("content:strategic_technology", "audience:families")),
        },
    )
    accept = partial(
        agreeing.accept, agreed.proposals.get(), by=cast.registrar(leaf.organization), registrar=asker
    )
    agenda.at(until - timedelta(days=1), accept)


def _moment(edition: Edition, day: int, hour: int, minute: int = 0) -> datetime:
    return local_moment(date(2024, 9, day), time(hour, minute), edition)
