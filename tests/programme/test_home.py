"""The front page: the day's highlights, and what is on at this minute."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.models import Mode
from kepuyue.publicity.actions import highlights
from tests.cast import Cast
from tests.conftest import Clock
from tests.factories import HighlightFactory, SessionFactory
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db


def section(page: str, title: str) -> str:
    """The text of one section of cards; "" where the page has none of that title."""
    found = [part for part in page.split("<section")[1:] if f">{title}</h2>" in part]
    return found[0].split("</section>")[0] if found else ""


def home(client: Client, **options: Any) -> str:
    return client.get("/", **options).content.decode()


def highlighted(title: str, day: date, **more: Any) -> Any:
    activity = published(title=title, sessions=0)
    start = datetime(day.year, day.month, day.day, 10, tzinfo=activity.edition.zone)
    SessionFactory(activity=activity, starts_at=start, ends_at=start + timedelta(hours=1))
    announce(activity)
    return HighlightFactory(activity=activity, day=day, **more)


def test_highlights_of_today_stand_on_top_with_the_office_s_line(
    client: Client, in_the_month: datetime
) -> None:
    highlighted("星空下的望远镜", date(2024, 9, 14), line="今晚看土星", line_en="Saturn tonight")
    highlighted("明天的火箭", date(2024, 9, 15))

    page, english = home(client), home(client, headers={"accept-language": "en"})

    assert "今晚看土星" in section(page, "今日热点") and "星空下的望远镜" in section(page, "今日热点")
    assert "明天的火箭" not in section(page, "今日热点")
    assert "Saturn tonight" in english and "今晚看土星" not in english


def test_line_without_english_says_what_language_it_is_in(client: Client, in_the_month: datetime) -> None:
    highlighted("星空下的望远镜", date(2024, 9, 14), line="今晚看土星")

    assert '<p class="meta" lang="zh-Hans">今晚看土星</p>' in home(client, headers={"accept-language": "en"})


@pytest.mark.parametrize(
    "moment, title",
    [(datetime(2024, 8, 25, 9), "每天有热点"), (datetime(2024, 9, 2, 9), ""), (datetime(2024, 10, 8, 9), "")],
)
def test_before_the_month_the_first_days_are_shown_and_after_it_none(
    client: Client, clock: Clock, moment: datetime, title: str
) -> None:
    clock.set(moment)
    highlighted("开幕那天的火箭", date(2024, 9, 1))

    page = home(client)

    assert ("开幕那天的火箭" in section(page, "每天有热点")) == bool(title)
    assert section(page, "今日热点") == ""


def test_kept_page_follows_a_highlight_at_once(client: Client, in_the_month: datetime, cast: Cast) -> None:
    published(title="别的活动")
    assert section(home(client), "今日热点") == ""

    there = highlighted("星空下的望远镜", date(2024, 9, 14))
    assert "星空下的望远镜" in section(home(client), "今日热点")
    highlights.remove(there, by=cast.office)

    assert section(home(client), "今日热点") == ""


def test_what_is_on_at_this_minute_is_said_and_not_said_twice(client: Client, clock: Clock) -> None:
    clock.set(datetime(2024, 9, 14, 10, 30))
    published(title="正在进行的实验")  # 10:00 to 11:00
    published(title="网上的直播课", mode=Mode.ONLINE)
    later = published(title="下午的讲座", sessions=0)
    SessionFactory(activity=later, starts_at=datetime(2024, 9, 14, 15, tzinfo=later.edition.zone))
    fair = published(title="全天的市集", sessions=0)
    SessionFactory(
        activity=fair, is_all_day=True, starts_at=datetime(2024, 9, 14, tzinfo=fair.edition.zone),
        ends_at=datetime(2024, 9, 15, tzinfo=fair.edition.zone),
    )  # fmt: skip
    announce(later)
    announce(fair)

    page = home(client)

    now, today = section(page, "正在进行"), section(page, "今天")
    assert "正在进行的实验" in now
    assert [word for word in ("网上的直播课", "下午的讲座", "全天的市集") if word in now] == []
    assert "下午的讲座" in today and "全天的市集" in today and "正在进行的实验" not in today


def test_session_without_an_end_counts_for_two_hours(client: Client, clock: Clock) -> None:
    activity = published(title="没写结束的讲座", sessions=0)
    SessionFactory(
        activity=activity, starts_at=datetime(2024, 9, 14, 10, tzinfo=activity.edition.zone), ends_at=None
    )
    announce(activity)

    clock.set(datetime(2024, 9, 14, 11, 59))
    assert "没写结束的讲座" in section(home(client), "正在进行")
    clock.set(datetime(2024, 9, 14, 12, 1))
    assert section(home(client), "正在进行") == ""


def test_postponed_is_said_of_the_session_that_a_card_shows(client: Client, in_the_month: datetime) -> None:
    activity = published(title="一场延期的星空", sessions=0)
    today = in_the_month.astimezone(activity.edition.zone).replace(hour=20, minute=0)
    for days in (0, 1):
        start = today + timedelta(days=days)
        SessionFactory(activity=activity, starts_at=start, ends_at=start + timedelta(hours=1))
    later = activity.sessions.last()

    later.is_postponed = True
    later.save()
    announce(activity)
    shown = section(home(client), "今天")
    assert "一场延期的星空" in shown and "部分场次延期" in shown and "已延期" not in shown
    assert "已延期" in client.get("/calendar/2024-09-15/").content.decode()

    activity.sessions.update(is_postponed=True)
    announce(activity)
    assert "已延期" in section(home(client), "今天")


def test_card_names_a_session_that_takes_place_before_one_that_is_postponed(
    client: Client, in_the_month: datetime
) -> None:
    activity = published(title="后一场照常", sessions=2)
    first, second = activity.sessions.order_by("starts_at")
    zone = activity.edition.zone
    first.starts_at = datetime(2024, 9, 20, 10, tzinfo=zone)
    second.starts_at = datetime(2024, 9, 21, 10, tzinfo=zone)
    for one in (first, second):
        one.ends_at = one.starts_at + timedelta(hours=1)
        one.is_postponed = one is first
        one.save()
    announce(activity)

    shown = client.get("/activities/?q=后一场照常").content.decode().split("<main")[1]

    assert "9月21日" in shown and "9月20日" not in shown and "部分场次延期" in shown


def test_what_one_can_walk_into_comes_first_and_only_of_that_it_is_said(client: Client, clock: Clock) -> None:
    clock.set(datetime(2024, 9, 14, 10, 30))
    published(title="直接进的开放日", booking_mode="walk_in")
    assert "现在就可以去" in section(home(client), "正在进行")

    published(title="先预约的实验", booking_mode="first_come")

    now = section(home(client), "正在进行")
    assert now.index("直接进的开放日") < now.index("先预约的实验")
    assert "现在就可以去" not in now and "无需预约的排在前面" in now


def test_contest_on_the_web_is_no_exhibition_to_go_to(client: Client, in_the_month: datetime) -> None:
    for title, mode in (("网上的竞答", Mode.ONLINE), ("月球展", Mode.OFFLINE)):
        activity = published(title=title, sessions=0, mode=mode, booking_mode="none")
        start = datetime(2024, 9, 1, tzinfo=activity.edition.zone)
        SessionFactory(
            activity=activity, is_all_day=True, starts_at=start, ends_at=start + timedelta(days=28)
        )
        announce(activity)

    shown = section(home(client), "正在展出")

    assert "月球展" in shown and "网上的竞答" not in shown and "随时可去" in shown
