"""What the press of the demonstration is given, and what invented outlets report.

Outlets, reports, stories and pictures are made up and say so; the activities that they speak of are the real ones. The
links lead to `.example`, a name that nobody can own (RFC 2606), and are therefore not asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from io import BytesIO
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.core.files.uploadedfile import SimpleUploadedFile

from kepuyue.accounts.models import User
from kepuyue.activities.actions import illustration
from kepuyue.activities.models import Activity, LinkCheck, Picture
from kepuyue.demo.actions.cast import LINKED_CITIES, Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.models import Edition
from kepuyue.imports.entries import Entry
from kepuyue.organizations.models import Organization
from kepuyue.programme.posters.painting import sky
from kepuyue.publicity.actions import clearing, recording, stories
from kepuyue.publicity.models import Coverage, PressPicture, Story

PICTURES = 6
SIZE = (1500, 1000)  # pixels
TERMS = {
    "terms": "演示图片，可用于报道科普月，请署名。",
    "terms_en": "Demonstration picture, free for reporting on the science month, with credit.",
}
Level, Medium = Coverage.Level, Coverage.Medium
OUTLETS = (
    ("鹏城早报（演示）", Level.CITY, Medium.PRINT),
    ("鹏城科普（演示）", Level.OWN, Medium.WECHAT),
    ("粤科客户端（演示）", Level.PROVINCIAL, Medium.WEB),
    ("区融媒（演示）", Level.DISTRICT, Medium.WECHAT),
    ("鹏城都市频道（演示）", Level.CITY, Medium.TV),
    ("全国科学新闻网（演示）", Level.CENTRAL, Medium.WEB),
    ("科学短视频（演示）", Level.OWN, Medium.VIDEO),
    ("市民之声（演示）", Level.CITY, Medium.RADIO),
    ("南方科学报（演示）", Level.PROVINCIAL, Medium.PRINT),
)
TITLES = ("“%s”举行", "走进“%s”", "市民参加“%s”", "在“%s”现场，科学就在身边")
AHEAD = "“%s”九月与市民见面"
INNER = str.maketrans("“”", "‘’")  # quotation marks within quotation marks
PREVIEWS = 5
A_DAY = (2, 3, 1, 4, 2, 5, 3)  # reports by weekday, Monday first
ONE_WAITS_OF, DECLINED = 9, 4


@dataclass(frozen=True)
class Piece:
    """One invented story: when, by which unit (empty: the office), what; `picture` is the place of a cleared one."""

    at: datetime
    unit: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    body: str
    body_en: str = ""
    picture: int | None = None
    release: bool = True


BODY = """科普月由各区、各部门和科普基地共同举办，覆盖讲座、展览、开放日、研学和动手实验。

## 怎么参加

- 在活动页面按日期、地区和人群查找；
- 写明需要预约的，请按主办单位的渠道办理；
- 出发前再看一眼活动页面，改期和取消会写在最上面。

> 这是演示内容，不是真实的新闻稿。"""
BODY_EN = """Districts, departments and science bases hold the month together: talks, exhibitions, open days, study
tours and experiments to do by hand.

## How to take part

- Look by day, place and audience on the activity pages;
- where booking is needed, use the host's own channel;
- look once more before you leave: what is moved or cancelled stands at the top.

> This is demonstration content, not a real press release."""


def _pieces(edition: Edition) -> tuple[Piece, ...]:
    def on(month: int, day: int, hour: int = 10) -> datetime:
        return datetime(edition.year, month, day, hour, tzinfo=edition.zone)

    return (
        Piece(
            on(8, 21), "", "科普月节目单公布，九月活动可以查了（演示）",
            "The programme of the science month is out (demonstration)",
            "全市九月的科普活动从今天起可以按日期、地区和人群查找。",
            "From today the city's activities in September can be found by day, place and audience.",
            BODY, BODY_EN, 0,
        ),
        Piece(
            on(8, 30, 15), "", "科普月明天之后就开幕：给第一次来的人（演示）",
            "The month is about to begin: for those who come for the first time (demonstration)",
            "带孩子、陪老人、一个人，都有合适的去处。",
            "With a child, with parents or alone: there is something for everybody.",
            BODY, BODY_EN, 1,
        ),
        Piece(
            on(9, 1, 9), "", "科普月今天开始（演示）", "The science month begins today (demonstration)",
            "各区会场和科普基地从今天起开放，大部分活动免费。",
            "Venues in all districts and the science bases open today; most activities are free.",
            BODY, BODY_EN, 2,
        ),
        Piece(
            on(9, 6, 16), "南山区", "南山区：实验室和科普基地周末开放（演示）", "",
            "南山区的实验室和科普基地本周末向市民开放。", "", BODY, "", 3,
        ),
        Piece(
            on(9, 11, 11), "福田区", "福田区：把科普送进社区（演示）",
            "Futian: science comes to the neighborhood (demonstration)",
            "讲座、义诊和动手实验走进社区，家门口就能参加。",
            "Talks, health advice and experiments in the neighborhood.",
            BODY, BODY_EN,
        ),
        Piece(
            on(9, 13, 17), "", "本周末看什么：科普月周末导览（演示）",
            "This weekend in the science month (demonstration)",
            "中秋假期将近，周末活动最多，出发前请看活动页面。",
            "Mid-autumn is near and the weekend is full; look at the pages before you leave.",
            BODY, BODY_EN, 4,
        ),
        Piece(
            on(9, 13, 17), "", "科普月过半：各区进展（演示）", "", "各区活动进展汇总，数字以发布当天为准。", "", BODY,
            release=False,
        ),
    )  # fmt: skip


def illustrated(entries: Iterable[Entry]) -> set[int]:
    """Rows whose activities get a drawn picture: some of the own city's, spread over the list."""
    own = [entry.row for entry in entries if not entry.city]
    step = max(len(own) // PICTURES, 1)
    return set(own[step // 2 :: step][:PICTURES])


def illustrate(activity: Activity, by: User) -> None:
    """Give a draft a drawn picture, which goes through review with its text."""
    drawn = BytesIO()
    sky(SIZE, activity.title, lettered=(0, 0, 0, 0)).save(drawn, "JPEG", quality=88)
    file = SimpleUploadedFile("drawn.jpg", drawn.getvalue(), content_type="image/jpeg")
    illustration.add(activity, by=by, file=file, alt="夜空、明月和山丘的示意画（演示）", credit="演示图片")


def furnish(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """Stories, cleared pictures, and reports of every day of the month, as far as the agenda is played."""
    if Story.objects.filter(edition=edition).exists():
        return  # furnished before; a second set would double it
    office = cast.registrar(cast.office)
    publicity = datetime(edition.year, 8, 20, 15, tzinfo=edition.zone)
    for moment in (
        publicity,
        publicity + timedelta(days=13),
    ):  # what is published later is gone through later
        agenda.at(moment, partial(_clear, edition, office))
    for piece in _pieces(edition):
        agenda.at(piece.at, partial(_tell, piece, edition, cast))
    agenda.at(publicity + timedelta(days=3), partial(_preview, edition, cast))
    for number, day in enumerate(edition.days):
        evening = datetime.combine(day, time(17, 20), edition.zone)
        agenda.at(evening, partial(_report, edition, cast, day, number))
        agenda.at(evening + timedelta(hours=15, minutes=40), partial(_decide, edition, office))


def _clear(edition: Edition, office: User) -> None:
    public = Activity.objects.of(edition).published()
    for picture in Picture.objects.shown().filter(activity__in=public, press=None):
        facts = {
            "credit": "演示图片",
            "ground": PressPicture.Ground.OWN,
            "people": PressPicture.People.NOBODY,
            "evidence": "",
        }
        clearing.clear(picture, facts | TERMS, by=office, version=0)


def _tell(piece: Piece, edition: Edition, cast: Cast) -> None:
    unit = cast.associations.get(piece.unit, cast.office) if piece.unit else cast.office
    by = cast.reviewer(unit)
    cleared = list(PressPicture.objects.usable().filter(edition=edition).order_by("pk"))
    public = Activity.objects.of(edition).published().filter(city="").order_by("-is_key", "pk")
    if piece.unit and unit.district:
        public = public.filter(district=unit.district)
    place = piece.picture
    picture = cleared[place] if place is not None and place < len(cleared) else None
    facts = {
        "title": piece.title, "title_en": piece.title_en, "summary": piece.summary, "summary_en": piece.summary_en,
        "body": piece.body, "body_en": piece.body_en, "picture": picture, "activities": list(public[:3]),
        "is_demonstration": True,
    }  # fmt: skip
    made: Story = stories.create(
        edition=edition,
        organization=unit,
        by=by,
        facts=facts,
        token=uuid5(NAMESPACE_URL, f"demo:{piece.title}"),
    )
    if piece.release:
        stories.release(made, by=by, version=made.version)


def _reported(edition: Edition) -> Any:
    rows = Activity.objects.of(edition).published().filter(city="", coverage=None)
    return rows.exclude(organization__name=LINKED_CITIES).select_related("organization").order_by("pk")


def _preview(edition: Edition, cast: Cast) -> None:
    day = date(edition.year, 8, 23)
    for number, activity in enumerate(list(_reported(edition)[7 : 7 + 6 * PREVIEWS : 6])):
        _record(activity, cast, day, number, AHEAD)


def _report(edition: Edition, cast: Cast, day: date, number: int) -> None:
    start, end = edition.day_bounds(day)
    held = _reported(edition).filter(sessions__starts_at__gte=start, sessions__starts_at__lt=end).distinct()
    for place, activity in enumerate(list(held[: A_DAY[day.weekday()]])):
        _record(activity, cast, day, 3 * number + place, TITLES[(number + place) % len(TITLES)])


def _record(activity: Activity, cast: Cast, day: date, number: int, title: str) -> None:
    outlet, level, medium = OUTLETS[number % len(OUTLETS)]
    unit: Organization = activity.organization
    if unit.state != Organization.State.ACTIVE:
        return
    name = activity.title.translate(INNER)
    short = name if len(name) <= 40 else f"{name[:39]}…"
    online = medium in (Medium.WEB, Medium.WECHAT, Medium.VIDEO)
    link = f"https://news.example/{day:%Y/%m/%d}/{activity.code.lower()}-{number}" if online else ""
    facts = {
        "outlet": outlet, "level": level, "medium": medium, "title": title % short, "published_on": day,
        "link": link, "reads": 180 + number * 7919 % 9000 if medium in (Medium.WECHAT, Medium.VIDEO) else None,
        "activities": [activity], "units": [], "is_demonstration": True,
    }  # fmt: skip
    try:
        recording.record(
            edition=activity.edition, organization=unit, by=cast.registrar(unit), facts=facts,
            token=uuid5(NAMESPACE_URL, f"demo:coverage:{activity.code}:{day}"),
        )  # fmt: skip
    except recording.AlreadyRecorded:
        return
    LinkCheck.objects.filter(url=link).delete()


def _decide(edition: Edition, office: User) -> None:
    """The morning after the office goes through what came in; some wait a little, one is no report on the month."""
    waiting = Coverage.objects.filter(edition=edition, state=Coverage.State.RECORDED).order_by("pk")
    for row in list(waiting):
        if row.pk % ONE_WAITS_OF == 0:
            continue
        has_declined = Coverage.objects.filter(edition=edition, state=Coverage.State.DECLINED).exists()
        if row.pk % ONE_WAITS_OF == DECLINED and not has_declined:
            recording.decline(row, by=office, reason="演示：只转载了通知，没有报道活动。")
        else:
            recording.confirm(row, by=office, version=row.version)
