"""The cloud month of the demonstration: broadcasts, videos, exhibitions, topics with questions and answers.

All of it is invented and says so in its title. Addresses lead to front pages of public platforms; no name of a person
and no real question of anybody is in it. The texts stand in the edition's `demo/cloud.yaml`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from kepuyue.accounts.network import Origin
from kepuyue.activities.models import Activity
from kepuyue.cloud.actions import airing, asking, items, moderating
from kepuyue.cloud.models import CloudItem, Kind, Question
from kepuyue.cloud.permissions import reviewing_unit
from kepuyue.demo import source, stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.models import Edition, Term

PLAYER = "https://player.bilibili.com/player.html?isOutside=true"
SIGNED = {"content_signoff": "演示·内容审定人", "languages": "普通话"}
DRAFT, WAITING, PUBLIC = "draft", "waiting", "public"


@dataclass(frozen=True)
class Piece:
    """One invented item; `hours` is day and hours of September."""

    unit: str
    kind: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    terms: list[str]
    facts: dict[str, Any] = field(default_factory=dict)
    hours: str = ""
    reached: str = PUBLIC
    joins: bool = False


@dataclass(frozen=True)
class Ask:
    """One invented question, and what the moderator and the unit made of it."""

    topic: str
    text: str
    day: int
    nickname: str = ""
    answer: str = ""
    reason: str = ""
    is_waiting: bool = False


def read(edition: Edition) -> tuple[list[Piece], list[Ask]]:
    """What the edition brings for this; nothing where it brings none."""
    path = source.path_for(edition).with_name("cloud.yaml")
    if not path.exists():
        return [], []
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Piece(**one) for one in found["items"]], [Ask(**one) for one in found["questions"]]


def furnish(agenda: Agenda, edition: Edition, cast: Cast, until: datetime) -> None:
    """Items from the fortnight before the month on, and questions day by day, as far as `until` lets them happen."""
    if CloudItem.objects.filter(edition=edition).exists():
        return  # furnished before; a second set would double it
    begun = datetime(2024, 8, 20, 9, tzinfo=stages.ZONE)
    pieces, questions = read(edition)
    for number, piece in enumerate(pieces):
        at = begun + timedelta(days=number % 4, minutes=37 * number)
        agenda.at(at, partial(_item, agenda, piece, edition, cast, at))
    for number, question in enumerate(questions):
        at = datetime(2024, 9, question.day, 16, 7 * number % 60, tzinfo=stages.ZONE)
        if at <= until:
            agenda.at(at, partial(_ask, agenda, question, edition, cast, at))


def _item(agenda: Agenda, piece: Piece, edition: Edition, cast: Cast, at: datetime) -> None:
    unit = cast.named(piece.unit)
    if unit is None:
        return
    person = cast.registrar(unit)
    item = items.create(
        edition=edition, organization=unit, kind=piece.kind, by=person, content=_content(piece, edition),
        token=uuid5(NAMESPACE_URL, f"demo:cloud:{piece.title}"),
    )  # fmt: skip
    if piece.reached == DRAFT:
        return
    items.submit(item, by=person)
    if piece.reached == PUBLIC:
        agenda.at(at + timedelta(days=1), partial(_approve, agenda, item, cast, piece.joins))


def _content(piece: Piece, edition: Edition) -> dict[str, Any]:
    known = Term.objects.filter(taxonomy__edition=edition).select_related("taxonomy")
    starts, ends = _span(piece.hours)
    return SIGNED | {
        "title": piece.title,
        "title_en": piece.title_en,
        "summary": piece.summary,
        "summary_en": piece.summary_en,
        "description": "演示数据：播放的地址是公共平台的首页或空的播放器，没有真实的节目。",
        "starts_at": starts,
        "ends_at": ends,
        "activity": _activity(piece, edition),
        "terms": sorted(term.pk for term in known if f"{term.taxonomy.code}:{term.code}" in piece.terms),
        **piece.facts,
    }


def _span(hours: str) -> tuple[str | None, str | None]:
    """ "14 09:30-11:30", or "01 08:00-28 22:00" where it ends on another day."""
    if not hours:
        return None, None
    first, _dash, last = hours.partition("-")
    day, _space, start = first.partition(" ")
    end_day, _space, end = last.partition(" ") if " " in last else (day, " ", last)
    return tuple(  # type: ignore[return-value]
        datetime.fromisoformat(f"2024-09-{one}T{time}:00").replace(tzinfo=stages.ZONE).isoformat()
        for one, time in ((day, start), (end_day, end))
    )


def _activity(piece: Piece, edition: Edition) -> int | None:
    """An activity of the unit, where the piece belongs to one."""
    if not piece.joins:
        return None
    rows = Activity.objects.of(edition).filter(organization__name=piece.unit, city="").order_by("pk")
    return rows.exclude(title__contains="演示").values_list("pk", flat=True).first()


def _approve(agenda: Agenda, item: CloudItem, cast: Cast, joins: bool) -> None:
    item.refresh_from_db()
    items.approve(item, by=cast.reviewer(reviewing_unit(item)), version=item.version)
    if item.kind != Kind.LIVE or item.starts_at is None or item.ends_at is None:
        return
    person = cast.registrar(item.organization)
    agenda.at(item.starts_at, partial(airing.go_live, item, by=person))
    agenda.at(item.ends_at, partial(airing.end, item, by=person))
    agenda.at(item.ends_at + timedelta(hours=3), partial(airing.set_replay, item, by=person, url=PLAYER))


def _ask(agenda: Agenda, asked: Ask, edition: Edition, cast: Cast, at: datetime) -> None:
    topic = CloudItem.objects.filter(edition=edition, title=asked.topic).first()
    if topic is None or not topic.is_public:
        return
    question = asking.ask(
        topic, text=asked.text, nickname=asked.nickname, token=uuid5(NAMESPACE_URL, f"demo:{asked.text}"),
        origin=Origin(network="demo", device="", browser=""),
    ).question  # fmt: skip
    if not asked.is_waiting:
        agenda.at(at + timedelta(hours=2), partial(_decide, agenda, asked, question, cast))


def _decide(agenda: Agenda, asked: Ask, question: Question, cast: Cast) -> None:
    office = cast.reviewer(cast.office)
    if asked.reason:
        moderating.refuse(question, by=office, version=question.version, reason=asked.reason)
        return
    question = moderating.release(question, by=office, version=question.version)
    if asked.answer:
        unit = question.item.organization
        moderating.answer(
            question, by=cast.registrar(unit), version=question.version, text=asked.answer,
            answered_as=question.item.expert,
        )  # fmt: skip
