"""Work on the desks: drafts, submissions and a change under review, so that every role has something to do.

The activities here are invented and say so in their titles; none of them is ever public.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting, rescheduling, review, submission, takedown, trusting
from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.models import (
    Activity,
    Admission,
    BookingMode,
    Mode,
    Origin,
    Sampling,
    State,
    Submission,
    Trust,
)
from kepuyue.demo import stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization

DRAFT, AT_BRANCH, AT_OFFICE, RETURNED = "draft", "at_branch", "at_office", "returned"
TAKEN_DOWN = "taken_down"


SAFETY_ITEMS = {
    "staff": "演示：出入口各两人，戴红色袖标",
    "flow": "演示：单向参观",
    "rescue": "演示：急救包在服务台",
}
NINE = SAFETY_ITEMS | {
    "programme": "演示：9时至17时，二十个摊位，分批入场",
    "fire": "演示：每二十米一个灭火器，电源专人看管",
    "capacity": "演示：场地核定1800人，预计1500人",
    "buffer": "演示：入口外设三十米缓冲区，有围栏和标识",
    "entry": "演示：核对预约码，手持安检仪两台",
    "parking": "演示：不提供停车，地铁口有人引导",
}


@dataclass(frozen=True)
class Piece:
    """One invented activity, and how far it has come."""

    unit: str
    title: str
    summary: str
    reached: str
    day: int
    hours: str
    seats: int
    terms: tuple[str, ...]
    changes: tuple[tuple[str, Any], ...] = ()


PIECES = (
    Piece("福田高科馆（福田国高馆）", "低空飞行器设计工作坊（演示）", "分组设计、折制并试飞模型，认识升力和航线规划。",
          DRAFT, 22, "10:00-11:30", 24, ("form:workshop", "audience:teenagers")),
    Piece("福田高科馆（福田国高馆）", "周末机器人开放实验室（演示）", "动手调试巡线小车，看懂传感器怎样“看路”。",
          RETURNED, 21, "14:00-16:00", 30, ("form:workshop", "audience:families")),
    Piece("福田高科馆（福田国高馆）", "算法与生活科普夜谈（演示）", "从导航到推荐，讲讲身边的算法，留足提问时间。",
          AT_BRANCH, 27, "19:30-21:00", 80, ("form:lecture", "audience:everyone")),
    Piece("中广核核能科技馆", "一度电的旅行导览（演示）", "跟着讲解员看核电站模型，弄清电从哪里来。",
          AT_BRANCH, 28, "10:00-11:30", 40, ("form:open_day", "field:nuclear")),
    Piece("深圳市科学馆", "天象厅里的中秋月（演示）", "看月相成因，认识秋季四边形。",
          AT_OFFICE, 29, "15:00-16:00", 60, ("form:lecture", "audience:families")),
    Piece("蛇口海洋博物馆", "潮间带标本整理志愿日（演示）", "学习采集记录规范，给标本写一张说明牌。",
          AT_BRANCH, 28, "09:30-11:30", 20, ("form:workshop", "field:ecology")),
    Piece("深圳书城龙华城", "科普新书共读会（演示）", "三本新书、三位领读人，现场可换书。",
          AT_OFFICE, 29, "10:30-12:00", 50, ("form:lecture", "content:science_culture")),
    Piece("深圳市天文台", "秋夜观星预备课（演示）", "学会看星图、选观测地，出发前要准备什么。",
          DRAFT, 28, "19:30-21:00", 40, ("form:lecture", "content:strategic_technology")),
    Piece("深圳市科学馆", "科普嘉年华千人场（演示）", "二十个摊位轮流动手，预计每场一千五百人，等待安全许可文号。",
          AT_BRANCH, 29, "09:00-17:00", 1500, ("form:exhibition", "audience:families"),
          (("safety_items", NINE), ("licence_papers", ["legal", "plan"]))),
    Piece("蛇口海洋博物馆", "深海探测国际讲坛（演示）", "请境外学者讲一讲深海里的光，提前十个工作日提交。",
          AT_BRANCH, 28, "14:00-16:00", 40, ("form:lecture", "audience:everyone"),
          (("speakers", [{"name": "演示·境外学者", "introduction": "某海洋研究所", "is_overseas": True}]),)),
    Piece("深圳书城龙华城", "磁场养生讲座（演示）", "说磁场能治百病，没有依据，发布后被读者反映。",
          TAKEN_DOWN, 28, "10:00-11:00", 40, ("form:lecture", "audience:everyone")),
)  # fmt: skip
REMARKS = {
    "safety_plan": "请补充低龄儿童动手环节的看护人数和急救安排。",
    "sessions": "21日下午场馆有团体接待，请与场馆核对时间。",
}


def furnish(agenda: Agenda, edition: Edition, cast: Cast, until: datetime) -> None:
    """The pieces in the week before `until`, a change of a published activity, a trusted unit, a postponement."""
    for number, piece in enumerate(PIECES):
        at = until - timedelta(days=5) + timedelta(minutes=35 * number)
        agenda.at(at, partial(_draft, agenda, piece, edition, cast, at, f"demo:desk:{number}"))
    agenda.at(until - timedelta(hours=20), partial(_change_something_published, edition, cast, until))
    agenda.at(until - timedelta(hours=18), partial(_trust, edition, cast, until))
    agenda.at(until - timedelta(hours=17), partial(_draw_one, edition, cast))
    agenda.at(until - timedelta(minutes=50), partial(_postpone, edition, cast, until))


def _draft(agenda: Agenda, piece: Piece, edition: Edition, cast: Cast, at: datetime, key: str) -> None:
    unit = cast.named(piece.unit)
    if unit is None:
        return
    registrar = cast.registrar(unit)
    activity = drafting.create(
        edition=edition, organization=unit, by=registrar, content=content_of(piece, unit), origin=Origin.DEMO,
        outside_key=key,
    )  # fmt: skip
    if piece.reached != DRAFT:
        at += timedelta(hours=1)
        agenda.at(at, partial(_hand_in, agenda, piece, activity, cast, at))


def _hand_in(agenda: Agenda, piece: Piece, activity: Activity, cast: Cast, at: datetime) -> None:
    handed_in = submission.submit(activity, by=cast.registrar(activity.organization))
    at += timedelta(days=1)
    if piece.reached == TAKEN_DOWN:
        agenda.at(at, partial(_pass_all, agenda, handed_in, cast, at))
    elif piece.reached == RETURNED:
        agenda.at(at, partial(_decide, handed_in, cast, comments=REMARKS))
    elif piece.reached == AT_OFFICE and len(handed_in.chain) > 1:
        agenda.at(at, partial(_decide, handed_in, cast))


def _pass_all(agenda: Agenda, handed_in: Submission, cast: Cast, at: datetime) -> None:
    """Passed by every unit of its chain, and taken down by the last one an hour later, once a reader wrote."""
    for _step in handed_in.chain:
        handed_in.refresh_from_db()
        _decide(handed_in, cast)
    agenda.at(at + timedelta(hours=1), partial(_take_down, handed_in, cast))


def _take_down(handed_in: Submission, cast: Cast) -> None:
    office = Organization.objects.get(pk=handed_in.chain[-1])
    takedown.take_down(
        Activity.objects.get(pk=handed_in.activity_id), by=cast.reviewer(office), ground="false",
        source="演示：读者来信", evidence="演示：简介称磁场能治百病，没有科学依据。",
    )  # fmt: skip


def published_by_units(edition: Edition, until: datetime) -> list[Activity]:
    """Two activities of units of the first districts that are public and still to come, with nothing under way."""
    found = (
        Activity.objects.of(edition)
        .filter(state=State.PUBLISHED, city="", sessions__starts_at__gt=until, submissions__state="approved")
        .filter(organization__level="unit", organization__district__isnull=False)
        .exclude(submissions__state__in=("open", "pending"))
        .order_by("organization__district__position", "pk")
        .select_related("organization")
        .distinct()
    )
    return list(found[:2])


def _trust(edition: Edition, cast: Cast, until: datetime) -> None:
    """One unit in the fast lane."""
    for trusted in published_by_units(edition, until)[:1]:
        above = trusted.organization.parent
        if above is not None and above.level != Organization.Level.UNIT:
            trusting.give(
                trusted.organization, edition=edition, by=cast.reviewer(above),
                reason="演示：连续三年按时填报，没有退回。", until=edition.ends_on,
            )  # fmt: skip


def _draw_one(edition: Edition, cast: Cast) -> None:
    """A change by the trusted unit that shows at once and is drawn: nine went before it, the tenth always is."""
    every = edition.rules.fast_lane.at_least_one_in
    for trust in Trust.objects.filter(edition=edition, revoked_at__isnull=True):
        registrar = cast.registrar(trust.organization)
        rows = Activity.objects.of(edition).published().filter(organization=trust.organization)
        for activity in rows.exclude(submissions__state__in=("open", "pending")).order_by("pk"):
            text = "\n".join(filter(None, [activity.description, "演示：请提前十分钟签到，听完有提问时间。"]))
            with transaction.atomic():
                Trust.objects.filter(pk=trust.pk).update(published=every - 1, since_sample=every - 1)
                drafting.change(activity, {"description": text}, by=registrar)
                handed_in = submission.submit(activity, by=registrar)
                if Sampling.objects.filter(submission=handed_in).exists():
                    return
                # It has to be read first; the next one may be plain
                transaction.set_rollback(True)


def _postpone(edition: Edition, cast: Cast, until: datetime) -> None:
    """One session of a published activity whose time no longer holds."""
    for postponed in published_by_units(edition, until)[1:]:
        session = postponed.sessions.filter(starts_at__gt=until, is_cancelled=False).first()
        if session is not None:
            rescheduling.postpone(
                session,
                by=cast.registrar(postponed.organization),
                reason="演示：场馆临时检修，时间另行通知。",
            )


def _decide(handed_in: Submission, cast: Cast, comments: dict[str, str] | None = None) -> None:
    assert handed_in.turn is not None
    reviewer = cast.reviewer(handed_in.turn)
    if comments:
        review.return_for_changes(
            handed_in, by=reviewer, note="内容很好，补充两处后再提交。", comments=comments
        )
    else:
        review.approve(handed_in, by=reviewer, note="时间、场地已核对。")


def content_of(piece: Piece, unit: Organization) -> Content:
    """The content of an invented activity; it takes place in the district of its unit."""
    start, end = (time.fromisoformat(part) for part in piece.hours.split("-"))
    day = datetime(2024, 9, piece.day, tzinfo=stages.ZONE)
    is_draft = piece.reached == DRAFT
    session = {
        "id": None,
        "starts_at": iso_utc(datetime.combine(day, start, stages.ZONE)),
        "ends_at": iso_utc(datetime.combine(day, end, stages.ZONE)),
        "is_all_day": False,
        "venue_name": piece.unit,
        "place": "",
        "online_url": "",
        "capacity": piece.seats,
        "note": "",
        "is_cancelled": False,
    }
    return {
        "title": piece.title,
        "district": unit.district.code if unit.district else "",
        "summary": piece.summary,
        "mode": Mode.OFFLINE,
        "admission": Admission.FREE,
        "booking_mode": BookingMode.UNKNOWN if is_draft else BookingMode.FIRST_COME,
        "participations": [{"role": "host", "name": piece.unit}],
        "terms": sorted({*piece.terms, "tier:joint_action", "joint_action:bases"}),
        "sessions": [session],
        "expected_crowd": None if is_draft else piece.seats,
        "safety_plan": "" if is_draft else "演示：专人值守，备急救包，按核定人数入场。",
        "safety_items": {} if is_draft else SAFETY_ITEMS,
        "emergency_contact": "" if is_draft else "演示·现场负责人 0755-00000000",
        "content_lead": "演示·内容负责人",
        "content_signoff": "" if is_draft else "演示·内容审定人",
        "contact_name": "演示·联系人",
        "contact_phone": "0755-00000000",
    } | dict(piece.changes)


def _change_something_published(edition: Edition, cast: Cast, until: datetime) -> None:
    """A unit of the first district asks for a later hour; the public page keeps the approved one."""
    candidates = (
        Activity.objects.of(edition)
        .filter(state=State.PUBLISHED, city="", sessions__starts_at__gt=until, sessions__is_all_day=False)
        .filter(organization__level="unit", organization__district__isnull=False)
        .order_by("organization__district__position", "pk")
        .select_related("organization")
    )
    activity = candidates.first()
    if activity is None:
        return
    sessions = contents.of(activity)["sessions"]
    for session in sessions:
        for edge in ("starts_at", "ends_at"):
            if session[edge]:
                later = datetime.fromisoformat(session[edge]) + timedelta(minutes=30)
                session[edge] = iso_utc(later)
    registrar = cast.registrar(activity.organization)
    drafting.change(activity, {"sessions": sessions}, by=registrar)
    submission.submit(activity, by=registrar)
