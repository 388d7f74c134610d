"""A queue worth looking at: varied activities for one district and the office, remarks, a word list, two reviewers.

Everything is invented and says so in its title; none of it is ever public.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password

from kepuyue.accounts.models import User
from kepuyue.activities.actions import assignment, drafting, remarks, review, submission, wordlist
from kepuyue.activities.models import Activity, Origin, Submission
from kepuyue.demo.actions import desks
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Membership, Organization, Role

BRANCH, OFFICE = desks.AT_BRANCH, desks.AT_OFFICE


@dataclass(frozen=True)
class Waiting:
    """One invented activity that waits since `ago` days; `more` is what makes it worth a second look."""

    unit: str
    title: str
    summary: str
    reached: str
    day: int
    hours: str
    seats: int
    ago: int
    more: dict[str, Any] = field(default_factory=dict)


ROWS = (
    Waiting("深圳市少年宫（深圳市少儿科技馆）", "月球土壤里有什么（演示）",
            "看月壤模型，做一次筛分实验。",
            BRANCH, 18, "10:00-11:30", 40, 6),
    Waiting("深圳市少年宫（深圳市少儿科技馆）", "月球土壤里有什么？（演示）",
            "看月壤模型，自己动手筛一筛。",
            BRANCH, 18, "10:00-11:30", 40, 2),
    Waiting("深圳市气象台", "追风者开放日（演示）",
            "登上观测场，看气象雷达怎样转。",
            BRANCH, 21, "09:00-17:00", 1_200, 4),
    Waiting("深圳市气象台", "台风路径绘图课（演示）",
            "用真实数据画一条台风路径。",
            BRANCH, 19, "14:00-15:30", 30, 3,
            {"title_en": "Drawing a typhoon's path (demo)", "marks": ["national-day"]}),
    Waiting("园博园公园自然学校", "夜观昆虫（演示）",
            "带上手电，认识灯下的朋友。",
            BRANCH, 20, "19:00-20:30", 20, 3),
    Waiting("福田红树林自然保护区自然学校", "红树林的根（演示）",
            "退潮后看气生根，听讲解。",
            BRANCH, 22, "15:00-16:30", 25, 1,
            {"booking_mode": "external", "booking_url": "http://127.0.0.1/booking"}),
    Waiting("福田红树林生态公园（科普展馆）", "候鸟从哪里来（演示）",
            "专家讲黑脸琵鹭的旅程。",
            BRANCH, 28, "10:00-11:00", 80, 1,
            {"speakers": [{"name": "演示·陈博士", "introduction": "香港某湿地中心研究员", "is_overseas": True}]}),
    Waiting("深圳燃气科学馆", "厨房里的安全课（演示）",
            "包 治 百 病的不是偏方，是知识：认识一氧化碳。",
            BRANCH, 21, "10:00-11:00", 40, 2),
    Waiting("深圳市生活垃圾分类科学教育馆", "一只纸箱的第二次生命（演示）",
            "做一张再生纸。",
            BRANCH, 19, "10:00-11:30", 24, 5),
    Waiting("福田污水处理厂", "一滴水的回家路（演示）",
            "参观沉淀池，看显微镜下的微生物。",
            BRANCH, 25, "09:30-11:00", 30, 0),
    Waiting("深圳图书馆", "科学家传记共读（演示）",
            "四个周末，读完一本传记。",
            BRANCH, 15, "19:30-21:00", 50, 4),
    Waiting("福田科技中学", "校园天文台首次开放（演示）",
            "看土星光环，听学生讲解员介绍。",
            BRANCH, 27, "19:00-21:00", 60, 0),
    Waiting("深圳市工业展览馆", "机器人装配线（演示）",
            "分组装配一台小车。",
            OFFICE, 20, "14:00-16:00", 30, 3),
    Waiting("深圳博物馆历史民俗馆", "古人怎样看星星（演示）",
            "从二十八宿到北斗导航。",
            OFFICE, 16, "10:00-11:30", 60, 5),
)  # fmt: skip

REMARKS = (
    ("", "请补充现场急救安排和负责人到场时间。"),
    ("sessions", "请写清楚楼层、房间和集合点。"),
    ("title", "名称请不超过20个字，突出活动内容。"),
    ("safety_plan", "未成年人动手环节请写明看护人数。"),
    ("", "请核对图片来源，并确认画面中的人同意公开。"),
)
SHARED = (
    ("marks", "使用全国科普日、科普月标识请在“使用标识”里勾选。"),
    ("speakers", "境外（含港澳台）主讲人请说明报批情况。"),
)
# Harmless examples: exaggeration that a notice of science does not use
WORDS = """包治百病\t夸大宣传\t请改为有依据的说法，附来源
绝对安全\t夸大宣传\t请写具体的安全措施
史上最强\t夸大宣传\t请删去
根治\t医疗用语\t涉及疗效，请附医疗机构审核意见
内部消息\t来源不明\t请写明来源
"""


def furnish(agenda: Agenda, edition: Edition, cast: Cast, until: datetime) -> None:
    """The rows in the days before `until`, with remarks, words and what is assigned."""
    district = cast.associations.get("福田区")
    if district is None or edition.office is None:
        return
    colleague = _second(district)
    agenda.at(until - timedelta(days=20), partial(_prepare, edition, district, cast))
    waiting: list[Submission] = []
    for number, row in enumerate(ROWS):
        # In the morning of the first day already, on the days before at hours when offices are open
        spread = timedelta(minutes=17 * number % 50) if row.ago == 0 else timedelta(minutes=31 * number)
        began = until - timedelta(days=row.ago, hours=1) + spread
        agenda.at(began - timedelta(days=1), partial(_draft, agenda, number, edition, cast, began, waiting))
    agenda.at(until - timedelta(minutes=5), partial(_assign, district, colleague, cast, waiting))


def _prepare(edition: Edition, district: Organization, cast: Cast) -> None:
    office, reviewer = cast.reviewer(cast.office), cast.reviewer(district)
    if not district.remarks.exists():  # a stage that is built anew finds them
        for place, (pinned, text) in enumerate(REMARKS):
            remarks.keep(unit=district, by=reviewer, text=text, field=pinned, position=place)
        for pinned, text in SHARED:
            remarks.keep(unit=cast.office, by=office, text=text, field=pinned, is_shared=True)
    wordlist.add(edition, by=office, text=WORDS)


def _assign(district: Organization, colleague: User, cast: Cast, waiting: list[Submission]) -> None:
    reviewer = cast.reviewer(district)
    at_district = [row for row in waiting if row.turn_id == district.pk]
    for place, row in enumerate(at_district[:6]):
        assignment.assign(row, to=(reviewer, colleague)[place % 2], by=reviewer)


def _draft(
    agenda: Agenda, number: int, edition: Edition, cast: Cast, began: datetime, waiting: list[Submission]
) -> None:
    row = ROWS[number]
    unit = cast.named(row.unit)
    if unit is None:
        return
    piece = desks.Piece(
        row.unit, row.title, row.summary, row.reached, row.day, row.hours, row.seats, ("audience:everyone",)
    )
    content = desks.content_of(piece, unit) | row.more
    if row.seats >= 1_000:
        content |= {"licence": "演示·公安许可〔2024〕第1号", "safety_items": desks.NINE}
    activity = drafting.create(
        edition=edition, organization=unit, by=cast.registrar(unit), content=content, origin=Origin.DEMO,
        outside_key=f"demo:queue:{number}",
    )  # fmt: skip
    agenda.at(began, partial(_hand_in, agenda, row, activity, cast, began, waiting))


def _hand_in(
    agenda: Agenda, row: Waiting, activity: Activity, cast: Cast, began: datetime, waiting: list[Submission]
) -> None:
    handed_in = submission.submit(activity, by=cast.registrar(activity.organization))
    if row.reached == OFFICE and len(handed_in.chain) > 1:
        agenda.at(began + timedelta(hours=2), partial(_pass, handed_in, cast))
    else:
        waiting.append(handed_in)


def _pass(handed_in: Submission, cast: Cast) -> None:
    assert handed_in.turn is not None
    review.approve(handed_in, by=cast.reviewer(handed_in.turn), note="时间、场地已核对。")


def _second(district: Organization) -> User:
    """A colleague in the reviewing unit, so that load and assignment have somebody to show."""
    person, _is_new = User.objects.get_or_create(
        email="futian-2@demo.example",
        defaults={"name": "演示·福田区审核人乙", "password": make_password(None)},
    )
    Membership.objects.get_or_create(user=person, organization=district, role=Role.REVIEWER)
    return person
