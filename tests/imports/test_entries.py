"""From cells to activities."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from kepuyue.activities.models import UnitRole
from kepuyue.imports import entries, headers
from kepuyue.imports.dates import Frame
from kepuyue.imports.reader import Book, Sheet, Unreadable

EDITION = Frame(ZoneInfo("Asia/Shanghai"), 2024, date(2024, 9, 1), date(2024, 9, 30))
HEADER = [
    "序号",
    "活动名称",
    "主办单位",
    "承办单位",
    "活动时间",
    "活动地点",
    "所属区",
    "名额",
    "联系人",
    "联系电话",
    "是否预约",
]


def find(*rows, header=HEADER):
    table = Sheet("Sheet1", [list(header), *[list(row) + [None] * (len(header) - len(row)) for row in rows]])
    return entries.find(Book([table]), EDITION, "深圳", ["福田区", "罗湖区", "大鹏新区"])


def one(**cells):
    """The entry of a row with these cells beside a title and a day."""
    row = {"活动名称": "湿地观鸟", "活动时间": "9月14日"} | cells
    return find([row.get(name) for name in HEADER]).entries[0]


@pytest.mark.parametrize(
    ("heading", "means"),
    [
        ("活动名称", "title"), ("活动名称（必填）", "title"), (" 活 动 名 称 ", "title"), ("活动标题", "title"),
        ("主办单位", "organizer"), ("承办单位/部门", "contractor"), ("活动时间", "when"), ("开始时间", "start"),
        ("Title", "title"), ("co_organizers", "co_organizers"), ("天气", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_meaning_of_heading(heading, means):
    assert headers.meaning(heading) == means


def test_columns_day_and_clock_apart():
    assert headers.columns(["活动名称", "日期", "时间"]) == {"title": 0, "when": 1, "clock": 2}


def test_columns_time_alone_holds_everything():
    assert headers.columns(["活动名称", "时间"]) == {"title": 0, "when": 1}


def test_find_header_below_title_rows():
    book = Book(
        [Sheet("", [["2024年深圳科普月活动汇总表"], [None], ["活动名称", "时间"], ["观鸟", "9月14日"]])]
    )

    found = entries.find(book, EDITION)

    assert [(entry.title, entry.row) for entry in found.entries] == [("观鸟", 4)]


def test_find_without_header_is_refused():
    with pytest.raises(Unreadable, match="表头"):
        entries.find(Book([Sheet("", [["a", "b"], ["1", "2"]])]), EDITION)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["合计", None, None], "合计行"),
        ([2], "只有序号"),
        ([None, "示例：湿地观鸟"], "说明或示例"),
        (["注：请于8月20日前报送"], "说明或示例"),
        (["一、主场活动"], "分节标题或说明"),
        (HEADER, "重复的表头"),
    ],
)
def test_find_row_that_is_no_activity_is_listed_with_its_reason(row, why):
    found = find(row, [1, "观鸟"])

    assert found.skipped == [("Sheet1", 2, why)]
    assert [entry.title for entry in found.entries] == ["观鸟"]
    assert found.rows_read == 2


def test_find_row_without_title_is_an_error_at_its_cell():
    found = find([1, None, "福田区科协", None, "9月14日"])

    assert [(p.code, p.cell, p.severity) for p in found.problems] == [("title-missing", "B2", "error")]
    assert found.entries == []


def test_find_test_entry_is_not_taken():
    found = find([1, "测试"])

    assert "test-entry" in {problem.code for problem in found.problems}
    assert found.entries == []


def test_find_refused_date_points_to_its_cell():
    found = find([1, "观鸟", None, None, "9月中旬", "莲花山公园"])

    assert [(p.sheet, p.cell, p.code) for p in found.problems] == [("Sheet1", "E2", "date-vague")]
    assert found.entries[0].dates_as_written == "9月中旬"


def test_find_cancelled_leaves_the_title_clean():
    entry = one(活动名称="【取消】湿地观鸟")

    assert (entry.title, entry.status) == ("湿地观鸟", "cancelled")


@pytest.mark.parametrize(
    ("written", "read"), [("福田", "福田区"), ("福田区", "福田区"), ("大鹏", "大鹏新区"), ("", "")]
)
def test_find_bare_district_is_completed(written, read):
    assert one(所属区=written or None).district == read


@pytest.mark.parametrize(
    ("place", "mode"),
    [
        ("莲花山公园", "offline"),
        ("腾讯会议", "online"),
        ("视频号直播间", "hybrid"),
        ("深圳图书馆、视频号", "hybrid"),
    ],
)
def test_find_mode_from_place(place, mode):
    entry = one(活动地点=place)

    assert entry.mode == ("online" if place == "视频号直播间" else mode)


@pytest.mark.parametrize(
    ("written", "read"),
    [("是", "required"), ("扫码报名", "required"), ("电话预约", "required"), ("需预约", "required"), ("否", "none"),
     ("无需预约", "none"), ("自由参加", "none"), ("免预约", "none"), ("现场领票", "unknown"), (None, "unknown")],
)  # fmt: skip
def test_find_booking(written, read):
    assert one(是否预约=written).booking == read


def test_find_contact_in_one_cell():
    entry = one(联系人="张老师 13800138000、李老师 0755-83256789")

    assert (entry.names, entry.phones) == (["张老师", "李老师"], ["13800138000", "0755-83256789"])


def test_find_phone_as_number_and_lost_phone():
    assert one(联系电话=13800138000).phones == ["13800138000"]

    lost = one(联系电话="1.38E+10", 活动地点="莲花山公园")
    assert [(p.code, p.cell) for p in lost.problems] == [("phone-invalid", "J2")]


def test_split_units_role_in_brackets_holds_for_those_before_it():
    assert entries.split_units("甲局;乙局（指导）;丙中心（承办）;丁社（福田）") == [
        (UnitRole.ADVISER, "甲局"),
        (UnitRole.ADVISER, "乙局"),
        (UnitRole.ORGANIZER, "丙中心"),
        ("", "丁社（福田）"),
    ]


def test_find_exact_duplicate_is_imported_once():
    found = find([1, "观鸟", "甲", None, "9月14日", "公园"], [2, "观 鸟", "甲", None, "2024-09-14", "公园"])

    assert len(found.entries) == 1
    assert [(p.code, p.cell) for p in found.problems] == [("duplicate", "B3")]
    assert found.rows_read == 2


def test_find_same_title_elsewhere_stays_with_a_remark():
    found = find([1, "观鸟", "甲", None, "9月14日", "公园"], [2, "观鸟", "乙", None, "9月14日", "公园"])

    assert [entry.key[-2:] for entry in found.entries] == [":1", ":2"]
    assert [(p.code, p.severity) for p in found.problems] == [("possible-duplicate", "warning")]


def test_find_row_without_place_is_taken_with_a_remark():
    found = find([1, "观鸟", "甲", None, "9月14日"])

    assert [(p.code, p.cell, p.severity) for p in found.problems] == [("venue-missing", "F2", "warning")]
    assert len(found.entries) == 1


def test_find_capacity_of_thousands_of_digits_is_left_out():
    assert one(名额="9" * 5000).capacity is None
