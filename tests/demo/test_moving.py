"""The rule that moves real activities into the month."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from kepuyue.activities.models import BookingMode
from kepuyue.demo import moving
from kepuyue.imports import entries, reader
from kepuyue.imports.dates import Frame

ZONE = ZoneInfo("Asia/Shanghai")
PATH = settings.EDITIONS_DIR / "shenzhen-2024" / "demo" / "activities.csv"


@pytest.fixture(scope="module")
def real():
    return entries.find(reader.read(PATH.read_bytes()), Frame(ZONE), "深圳").entries


def entry(**columns):
    """The entry of one row with these columns."""
    row = {"title": "试验", "category": "讲座", "mode": "offline"} | columns
    text = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    return entries.find(reader.read(text.encode()), Frame(ZONE), "深圳").entries[0]


def spans(found):
    return [(slot.start.day, f"{slot.start:%H:%M}", slot.all_day) for slot in moving.plan(found).slots]


def test_all_279_are_there_without_links_to_their_sources(real):
    assert len(real) == 279
    assert "http" not in PATH.read_text()


def test_every_session_lies_inside_the_month(real):
    first, after = datetime(2024, 9, 1, tzinfo=ZONE), datetime(2024, 10, 1, tzinfo=ZONE)

    for found in real:
        assert all(first <= slot.start < slot.end <= after for slot in moving.plan(found).slots), found.title


def test_weekday_of_the_source_is_kept(real):
    moved = [
        found.title
        for found in real
        if found.slots and _weekday(found) != moving.plan(found).slots[0].start.weekday()
    ]

    # Spans of the whole month cannot keep both weekday and length
    assert moved == ["2020年首届深圳科普月", "“科普之光”首届全国科普月大型网络展播"]


def _weekday(found):
    return found.slots[0].start.weekday()


def test_length_of_a_span_is_kept(real):
    for found in real:
        if not found.slots or not found.raw.get("end"):
            continue
        length = (found.slots[0].end - found.slots[0].start).days
        slots = moving.plan(found).slots
        days = (slots[-1].end - slots[0].start).total_seconds() / 86_400
        if 1 < length <= 30:
            assert length - 1 < days <= length, found.title


def test_plan_is_the_same_every_time(real):
    assert [moving.plan(found) for found in real] == [moving.plan(found) for found in real]


def test_activities_spread_over_the_month(real):
    days = {slot.start.date() for found in real for slot in moving.plan(found).slots}

    assert days == {date(2024, 9, day) for day in range(1, 31)}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {"description": "每周五举行", "title": "“三点一刻”讲座"},
            [(day, "15:15", False) for day in (6, 13, 20, 27)],
        ),
        ({"category": "展览", "start": "2019-05-01", "end": "2019-07-01"}, [(4, "00:00", True)]),
        ({"category": "系列活动", "start": "2020-09-01", "end": "2020-09-30"}, [(1, "00:00", True)]),
    ],
)
def test_plan_of_special_cases(columns, expected):
    assert spans(entry(**columns)) == expected


@pytest.mark.parametrize(
    ("columns", "booking", "capacity"),
    [
        (
            {"audience": "亲子家庭（20对）", "category": "自然教育", "booking": "招募报名"},
            BookingMode.FIRST_COME,
            20,
        ),
        ({"category": "企业/设施开放日", "booking": "选取50名短信通知"}, BookingMode.BALLOT, 50),
        (
            {"category": "科普基地开放", "description": "每次不超过50人", "booking": "官网预约"},
            BookingMode.FIRST_COME,
            50,
        ),
        ({"category": "主场活动"}, BookingMode.NONE, None),
        ({"category": "展览", "booking": "免费开放"}, BookingMode.NONE, None),
        ({"category": "企业开放日", "booking": "邀请参加"}, BookingMode.EXTERNAL, None),
        ({"category": "讲座", "city": "北京"}, BookingMode.EXTERNAL, None),
        ({"category": "科普进校园"}, BookingMode.EXTERNAL, None),
    ],
)
def test_plan_booking_and_seats(columns, booking, capacity):
    plan = moving.plan(entry(**columns))

    assert (plan.booking, plan.capacity) == (booking, capacity)


def test_schools_are_not_put_on_mid_autumn(real):
    for found in real:
        plan = moving.plan(found)
        if plan.kind in ("school", "tour"):
            assert not {slot.start.date() for slot in plan.slots} & moving.HOLIDAYS or len(plan.slots) > 1
