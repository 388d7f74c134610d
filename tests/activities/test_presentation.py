from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from kepuyue.activities import content as contents
from kepuyue.activities.presentation import changes_written_out, span, written_out
from kepuyue.activities.templatetags.activities import field_label, waited, what_happened
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.factories import DistrictFactory, EditionFactory, MarkFactory, VenueFactory, complete_content

SHENZHEN = ZoneInfo("Asia/Shanghai")


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2024, 9, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "is_all_day", "text"),
    [
        (utc(14, 2), utc(14, 3, 30), False, "9月14日（六）10:00–11:30"),
        (utc(14, 2), None, False, "9月14日（六）10:00"),
        (utc(14, 14), utc(14, 17), False, "9月14日（六）22:00–9月15日（日）01:00"),
        (utc(13, 16), utc(14, 16), True, "9月14日（六）全天"),
        (utc(13, 16), utc(20, 16), True, "9月14日（六）–9月20日（五）"),
        (utc(13, 16), None, True, "9月14日（六）全天"),
    ],
)
def test_span_reads_as_people_write_it(
    start: datetime, end: datetime | None, is_all_day: bool, text: str
) -> None:
    written = span(start, end, is_all_day=is_all_day, zone=SHENZHEN)

    assert written.replace("星期", "").replace("周", "").replace("） ", "）") == text


def test_span_is_in_the_editions_zone_whatever_the_active_one() -> None:
    with timezone.override(UTC):
        assert "10:00" in span(utc(14, 2), None, is_all_day=False, zone=SHENZHEN)


@pytest.mark.django_db
def test_content_written_out_names_everything() -> None:
    edition, venue = EditionFactory(), VenueFactory(name="科学馆")
    mark = MarkFactory(edition=edition, name="深圳科普月")
    text = complete_content(
        marks=[mark.code], is_key=True, age_min=6,
        speakers=[{"name": "Ann", "introduction": "某所", "is_overseas": True}],
    )  # fmt: skip
    text["sessions"] = [text["sessions"][0] | {"venue": venue.pk, "is_cancelled": True, "note": "雨天顺延"}]

    rows = {field: written for field, _label, written in written_out(text, edition)}

    assert {name: rows[name] for name in ("mode", "admission", "booking_mode", "district", "terms", "marks", "is_key", "age_min")} == {
        "mode": "线下", "admission": "免费", "booking_mode": "现场签到，按先后入场", "district": "福田区",
        "terms": "活动板块：各区分会场活动", "marks": "深圳科普月", "is_key": "是", "age_min": "6",
    }  # fmt: skip
    assert (rows["participations"], rows["speakers"]) == ("主办：福田区科学技术协会", "Ann 某所 （境外）")
    assert rows["sessions"].endswith("10:00–12:00（已取消） · 科学馆 少年宫一楼报告厅 · 名额60 · 雨天顺延")
    assert "title_en" not in rows


@pytest.mark.django_db
def test_changes_written_out_show_old_and_new() -> None:
    edition = EditionFactory()
    DistrictFactory()
    changes = contents.diff(
        contents.blank(), contents.blank() | {"title": "新", "district": "futian", "terms": ["tier:district"]}
    )

    assert [(field, old, new) for field, _label, old, new in changes_written_out(changes, edition)] == [
        ("title", "", "新"), ("district", "", "福田区"), ("terms", "", "活动板块：各区分会场活动"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("since", "text"),
    [
        (timedelta(minutes=5), "不到1小时"), (timedelta(minutes=61), "1小时"), (timedelta(hours=23, minutes=59), "23小时"),
        (timedelta(days=3, hours=5), "3天"), (timedelta(minutes=-5), "不到1小时"),
    ],
)  # fmt: skip
def test_waited_says_how_long_in_the_largest_unit(since: timedelta, text: str) -> None:
    assert waited(now() - since) == text


def test_waited_since_nothing_is_nothing() -> None:
    assert waited(None) == ""


def test_what_happened_names_the_fields_of_a_change() -> None:
    changed = AuditEvent(action="activity.change", changes={"title": ["a", "b"], "sessions": [[], []]})

    assert what_happened(changed) == "修改：活动名称、场次"
    assert what_happened(AuditEvent(action="activity.submit", changes={"title": ["a", "b"]})) == "提交审核"


def test_field_label_of_an_unknown_field_is_its_name() -> None:
    assert (field_label("terms_tier"), field_label("title")) == ("terms_tier", "活动名称")
