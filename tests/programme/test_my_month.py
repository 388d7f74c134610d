"""My month: what an address carries, by day, with what clashes, what changed and what is gone."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from kepuyue.activities.actions import publication, rescheduling
from kepuyue.activities.models import Activity, ChangeNotice, State
from kepuyue.programme import my_month
from kepuyue.programme.my_month import Kept
from tests.cast import Cast
from tests.factories import SessionFactory
from tests.programme.given import announce, published

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2024, 9, 14, 8, tzinfo=ZONE)


def at(day: int, hour: int, **more: Any) -> dict[str, Any]:
    start = datetime(2024, 9, day, hour, tzinfo=ZONE)
    return {"starts_at": start, "ends_at": start + timedelta(hours=2)} | more


def held(title: str, *times: dict[str, Any]) -> Activity:
    activity = published(title=title, sessions=0)
    for one in times:
        SessionFactory(activity=activity, **one)
    announce(activity)
    return activity


def plan(*activities: Activity, seen: int | None = None) -> my_month.Plan:
    kept = [Kept(one.code, one.version if seen is None else seen) for one in activities]
    return my_month.plan(kept, at=AT)


def test_address_carries_each_activity_once_with_the_version_seen() -> None:
    kept = my_month.parsed("ab12cd.3~AB12CD.9~EF34GH~坏的~~X.1~" + "ZZ9999.5")

    assert kept == [Kept("AB12CD", 3), Kept("EF34GH", 0), Kept("ZZ9999", 5)]
    assert my_month.parsed(my_month.written(kept)) == kept


@given(st.text(max_size=4_000))
def test_whatever_an_address_says_is_bounded(text: str) -> None:
    assert len(my_month.parsed(text)) <= my_month.MOST


@pytest.mark.django_db
def test_sessions_stand_by_day_and_clashes_are_named_both_ways() -> None:
    birds, stars, later = (
        held("观鸟", at(20, 9)),
        held("观星", at(20, 10)),
        held("讲座", at(20, 12), at(21, 9)),
    )

    found = plan(later, birds, stars)

    assert [
        (day.day, [(line.title, line.clashes) for line in lines]) for day, _text, lines in found.days
    ] == [
        (20, [("观鸟", ["观星"]), ("观星", ["观鸟"]), ("讲座", [])]),
        (21, [("讲座", [])]),
    ]
    assert my_month.summary(found) == "收藏了3项活动，其中2场时间有重叠。"


@pytest.mark.django_db
def test_nothing_clashes_with_an_open_day_an_exhibition_or_what_is_off() -> None:
    day = datetime(2024, 9, 20, tzinfo=ZONE)
    open_day = held("开放日", {"starts_at": day, "ends_at": day + timedelta(days=1), "is_all_day": True})
    show = held("展览", {"starts_at": day, "ends_at": day + timedelta(days=10), "is_all_day": True})
    off, birds = held("取消的", at(20, 9, is_cancelled=True)), held("观鸟", at(20, 9), at(20, 9))

    found = plan(open_day, show, off, birds)

    assert [line.title for line in found.shows] == ["展览"]
    assert not [line for _day, _text, lines in found.days for line in lines if line.clashes]


@pytest.mark.django_db
def test_what_is_over_is_left_out_where_more_is_to_come() -> None:
    found = plan(held("观鸟", at(10, 9), at(20, 9)), held("旧的", at(10, 9)))

    assert [(day.day, [line.title for line in lines]) for day, _text, lines in found.days] == [
        (10, ["旧的"]),
        (20, ["观鸟"]),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("in_the_month")
def test_a_change_since_is_told_until_it_is_seen(cast: Cast) -> None:
    from tests.activities.acting import published as published_by

    activity = published_by(cast)
    seen = Activity.objects.get(pk=activity.pk).version
    session = activity.sessions.get()
    rescheduling.postpone(session, by=cast.editor, reason="雨")
    activity.refresh_from_db()

    [changed] = plan(activity, seen=seen).changed
    assert (changed.code, changed.is_cancelled, len(changed.notices)) == (activity.code, False, 1)
    assert plan(activity).changed == []
    publication.cancel(activity, by=cast.owner, reason="雨")
    assert plan(activity, seen=seen).changed[0].is_cancelled


@pytest.mark.django_db
@pytest.mark.usefixtures("in_the_month")
def test_news_are_what_was_called_off_or_moved_since_it_was_seen(client: Client) -> None:
    moved, edited, off, unseen = (published(title=f"第{number}项", version=3) for number in range(4))
    ChangeNotice.objects.create(activity=moved, kind="moved")
    off.state = State.CANCELLED
    off.save()
    ChangeNotice.objects.create(activity=unseen, kind="moved")

    def told(version: int) -> list[str]:
        kept = "~".join(f"{one.code}.{version}" for one in (moved, edited, off))
        answer = client.get("/my-month/changes/", {"kept": f"{kept}~{unseen.code}~NOSUCH.1"})
        assert "no-store" in answer["Cache-Control"]
        return answer.json()["changed"]

    assert told(2) == sorted([moved.code, off.code]) and told(3) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("in_the_month")
def test_what_is_not_public_any_more_is_named_by_its_code_only(client: Client) -> None:
    activity = held("下架的", at(20, 9))
    Activity.objects.filter(pk=activity.pk).update(state=State.TAKEN_DOWN)

    page = client.get("/my-month/", {"kept": f"{activity.code}.1~NOSUCH.1"})

    assert page.status_code == 200
    assert "下架的" not in page.content.decode()
    assert page.context["plan"].gone == [activity.code, "NOSUCH"]
    assert page["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
@pytest.mark.usefixtures("in_the_month")
def test_calendar_holds_what_is_kept_and_nothing_else(client: Client) -> None:
    birds = held("观鸟", at(20, 9), at(21, 9))
    held("观星", at(20, 10))

    calendar = icalendar.Calendar.from_ical(
        client.get("/feeds/my-month.ics", {"kept": f"{birds.code}.1"}).content
    )
    nothing = icalendar.Calendar.from_ical(client.get("/feeds/my-month.ics").content)

    assert [str(event["summary"]) for event in calendar.walk("VEVENT")] == ["观鸟", "观鸟"]
    assert nothing.walk("VEVENT") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kept", ["", "\0", "~" * 5_000, "<script>", "A" * 9_000, "AB12CD.99999999999999999999", "%ff"]
)
@pytest.mark.usefixtures("in_the_month")
def test_no_address_breaks_the_page(client: Client, cast: Cast, kept: str) -> None:
    assert cast.edition
    assert client.get("/my-month/", {"kept": kept}).status_code == 200
    assert client.get("/feeds/my-month.ics", {"kept": kept}).status_code == 200
