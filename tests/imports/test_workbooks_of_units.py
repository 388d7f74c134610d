"""Tables with headings and habits of their own are read as a careful person would."""

import pytest

from kepuyue.imports import reader
from kepuyue.imports.phrases import booking_of, capacity_of, contact_in
from kepuyue.imports.ticks import ticked
from tests.imports import workbooks_of_units as made_by
from tests.imports.test_workbooks import told

EXPECTED = {
    made_by.headings_of_their_own: [
        "Sheet1:2 香囊制作 | 市中医院 | 药学学会+中医医院 | 福华路1号 | 福田区 | offline | required | 40 | 沈主任+0755-88350001 | 老人 | 识药",
        "  09-10T14:30 > 09-10T16:00",
        "Sheet1:3 “核”你有约 | 核电基地 | 鹏飞路 | 大鹏新区 | offline | unknown | 韩工 | 中学生 | 参观",
        "  09-11T09:30 > 09-11T11:30",
        "  09-12T09:30 > 09-12T11:30",
        "Sheet1:4 云课堂 | 广电集团 | 某某APP | online | none | 0755-83990001 | 全民 | 看直播",
        "  09-13T20:00 > 09-13T20:45",
    ],
    made_by.open_days_of_bases: [
        "汇总:4 熊猫日 | 野生动物园 | 西丽湖路1号 | 南山区 | offline | none | 0755-26620001",
        "  09-14T10:00 > ?",
        "  09-15T10:00 > ?",
        "  09-16T10:00 > ?",
        "汇总:5 夜间精灵 | 野生动物园 | 西丽湖路1号 | 南山区 | offline | required | 0755-26620001",
        "  09-20T19:30 > 09-20T21:00",
        "汇总:6 开放日 | 先进院 | 学苑大道2号 | 南山区 | offline | required | +86-755-26620002 | cancelled",
        "  09-21T09:00 > 09-21T12:00",
        "汇总:7 基因课堂 | 基因库 | 金沙路 | 大鹏新区 | offline | required | 075533940001",
        "  09-06T15:00 > 09-06T16:00",
        "  09-13T15:00 > 09-13T16:00",
        "  09-20T15:00 > 09-20T16:00",
        "  09-27T15:00 > 09-27T16:00",
        "! 汇总:I6 link-unsafe error",
        "- 汇总:1 表格标题或说明",
    ],
    made_by.days_of_a_street: [
        "Sheet1:2 防灾课 | 沙头街道办 | 街道办 | offline | unknown | 王+李+13800138000+0755-83000011 | 居民",
        "  09-05T09:00 > 09-05T10:00",
        "  09-12T15:00 > 09-12T16:00",
        "Sheet1:3 健康操 | 沙头街道办 | 公园 | offline | unknown | 居民",
        "  09-06T08:00 > ?",
        "  09-06T09:00 > ?",
        "  09-13T08:00 > ?",
        "  09-13T09:00 > ?",
        "Sheet1:4 微课 | 南园街道办 | 抖音 | online | unknown | 网民",
        "  09-01T00:00 > 10-01T00:00 whole days",
        "Sheet1:5 周课 | 南园街道办 | 南园社区 | offline | unknown | 老人",
        "  09-04T19:00 > 09-04T20:00",
        "  09-11T19:00 > 09-11T20:00",
        "  09-18T19:00 > 09-18T20:00",
        "  09-25T19:00 > 09-25T20:00",
        "! Sheet1:G4 phone-invalid error",
    ],
    made_by.hours_beneath_a_day: [
        "Sheet1:2,3,4,5 陶艺 | 少年宫 | offline | unknown",
        "  09-21T09:00 > 09-21T10:00",
        "  09-21T10:30 > 09-21T11:30",
        "  09-21T14:00 > 09-21T15:00 二楼",
        "  09-22T09:00 > 09-22T10:00",
        "Sheet1:6 拓印 | 少年宫 | offline | unknown",
        "! Sheet1:C5 weekday-mismatch warning",
        "! Sheet1:B6 date-missing error",
    ],
    made_by.two_tables_and_a_caption: [
        "盐田区:2 珊瑚讲座 | 海洋局 | 图书馆 | 盐田区 | offline | unknown",
        "  09-24T15:00 > ?",
        "盐田区:6 古榕树 | 文体局 | 微信视频号 | 盐田区 | online | unknown | 介绍植物",
        "  09-25T19:00 > 09-25T20:30",
        "- 盐田区:4 分节标题或说明",
    ],
    made_by.no_headings_place_first: [
        "Sheet1:1 急救课堂 | 龙华区卫生健康局 | 妇幼保健院 | 龙华区 | offline | unknown",
        "  09-08T09:00 > 09-08T11:00",
        "Sheet1:2 机器人足球赛 | 龙华区教育局 | 文体中心 | 龙华区 | offline | unknown",
        "  09-15T14:00 > 09-15T17:00",
        "Sheet1:3 化石展 | 龙华区科协 | 版画基地 | 龙华区 | offline | unknown",
        "  09-01T00:00 > 10-01T00:00 whole days",
    ],
    made_by.boxes_to_tick: [
        "表1:2,3,4,5,6,7 天文课 | 福田区图书馆 | 报告厅 | offline | none | 毛老师+13800138000",
        "  09-14T15:00 > 09-14T16:30",
        "- 表1:1 不在登记表里",
    ],
    made_by.sections_in_the_titles_column: [
        "Sheet1:3 甲讲座 | 科协 | 图书馆 | 福田区 | offline | unknown | 张三+0755-83000001",
        "  09-01T09:00 > ?",
        "Sheet1:4 乙讲座 | 科协 | 图书馆 | 福田区 | offline | unknown | 张三+0755-83000001",
        "  09-02T09:00 > ?",
        "Sheet1:5 丙讲座 | 科协 | 图书馆 | 福田区 | offline | unknown | 张三+0755-83000001",
        "  09-02T09:00 > ?",
        "Sheet1:7 丁讲座 | 科协 | 图书馆 | 罗湖区 | offline | unknown",
        "  09-03T09:00 > ?",
        "Sheet1:9 戊讲座 | 科协 | 展馆 | 大鹏新区 | offline | unknown",
        "  09-04T09:00 > ?",
        "Sheet1:11 己讲座 | 气象局 | 展馆 | offline | unknown",
        "  09-05T09:00 > ?",
        "主会场日程:3 启动仪式 | 北广场 | offline | unknown",
        "  09-14T09:30 > ?",
        "主会场日程:4 院士报告 | 多功能厅 | offline | unknown",
        "  09-14T10:00 > 09-14T11:30",
        "主会场日程:6 颁奖 | 多功能厅 | offline | unknown",
        "  09-15T14:00 > ?",
        "- Sheet1:2 分节标题或说明",
        "- Sheet1:6 分节标题或说明",
        "- Sheet1:8 分节标题或说明",
        "- Sheet1:10 分节标题或说明",
        "- 主会场日程:2 分节标题或说明",
        "- 主会场日程:5 分节标题或说明",
    ],
    made_by.table_on_its_side: [
        "Sheet1:1,2,3,4,5 甲课 | 甲局 | 甲馆 | offline | unknown | 10",
        "  09-01T09:00 > ?",
        "Sheet1:1,2,3,4,5 乙课 | 甲局 | 乙馆 | offline | unknown | 20",
        "  09-02T09:00 > ?",
        "Sheet1:1,2,3,4,5 丙课 | 丙局 | 丙馆 | offline | unknown | 30 | cancelled",
        "  09-03T00:00 > 09-04T00:00 whole days",
        "! Sheet1:D2 date-remark warning",
    ],
    made_by.days_without_a_month: [
        "Sheet1:3 甲课 | 乙局 | 馆 | offline | unknown | 张三+0755-83000001",
        "  09-01T09:00 > ?",
        "Sheet1:4 合计课：加起来 | 馆 | offline | unknown",
        "  09-14T09:00 > 09-14T10:00",
        "- Sheet1:1 表格标题或说明",
        "- Sheet1:5 合计行",
    ],
    made_by.time_and_place_in_one_column: [
        "Sheet1:2 甲课 | 科协 | 乙局+丙委 | 图书馆 | offline | none",
        "  09-14T09:00 > ?",
        "Sheet1:3 乙课 | 科协 | 中心公园 | offline | unknown",
        "  09-15T14:00 > 09-15T16:00",
        "Sheet1:4 丙课 | 科协 | 文化中心 | offline | unknown",
        "  09-16T10:00 > ?",
        "Sheet1:5 丁课 | 科协 | offline | unknown",
        "  09-17T00:00 > 09-18T00:00 whole days",
        "两栏:2 甲 | 馆 | offline | unknown",
        "  09-14T09:00 > 09-14T11:00",
        "两栏:3 乙 | 馆 | offline | unknown",
        "  09-15T00:00 > 09-16T00:00 whole days",
        "两遍:2 甲 | 馆 | offline | unknown",
        "  09-14T09:00 > ?",
        "两遍:3 乙 | 馆 | offline | unknown",
        "  09-14T09:00 > 09-14T11:00",
        "! 两遍:A2 possible-duplicate warning",
        "! 两遍:A3 possible-duplicate warning",
    ],
    made_by.form_with_a_table_of_sessions: [
        "Sheet1:2,3,5,6,7 潮间带课堂 | 大鹏新区科协 | 海滩 | offline | unknown | 30 | 鲁生+0755-28330001 | 亲子家庭",
        "  09-14T09:00 > 09-14T11:00",
        "  09-15T14:00 > 09-15T16:00 码头",
        "- Sheet1:1 不在登记表里",
    ],
    made_by.unanswered_questions: [
        "Sheet1:2 开放日 | 深圳大学 | offline | unknown",
        "  09-16T09:00 > 09-16T17:00",
        "! Sheet1:G2 venue-missing warning",
    ],
}


@pytest.mark.parametrize("made", EXPECTED, ids=lambda made: made.__name__)
def test_find_reads_tables_with_headings_and_habits_of_their_own(made):
    assert told(made()) == EXPECTED[made]


def test_text_table_has_one_kind_of_line_break_and_no_marks_of_text():
    rows = reader.read("活动名称,电话\n'观鸟,'0755\n".encode()).sheets[0].rows
    assert rows[1] == ["观鸟", "0755"]
    assert (
        reader.read('活动名称,时间\r\n"垃圾\r\n分类",9月1日\r\n'.encode()).sheets[0].rows[1][0]
        == "垃圾\n分类"
    )


@pytest.mark.parametrize(
    ("text", "phones", "is_wrong"),
    [
        ("+86-755-28900001", ["+86-755-28900001"], False),
        ("75583000001", ["075583000001"], False),
        ("2083000001", ["02083000001"], False),
        ("4008000001", ["4008000001"], False),
        ("1380013800", [], True),
        ("13900", [], True),
    ],
)
def test_phone_without_the_zero_of_its_area_is_completed(text, phones, is_wrong):
    found = contact_in(text, is_phone_column=True)

    assert found.phones == phones
    assert bool(found.wrong) is is_wrong


def test_word_for_the_office_beside_a_phone_is_nobody():
    assert contact_in("0755-28900003（办）", is_phone_column=False).names == []


@pytest.mark.parametrize(
    ("text", "seats"),
    [
        ("五十人", 50),
        ("一百二十名", 120),
        ("两百余人", 200),
        ("三至五人", None),
        ("三人一组，五人一队", None),
    ],
)
def test_seats_spelled_out_are_counted(text, seats):
    assert capacity_of(text) == seats


@pytest.mark.parametrize(
    ("text", "booking"),
    [
        ("现场报名", "unknown"),
        ("电话报名", "required"),
        ("现场报名，无需预约", "none"),
        ("提前预约或现场登记", "required"),
    ],
)
def test_booking_on_the_spot_is_none(text, booking):
    assert booking_of(text) == booking


@pytest.mark.parametrize(
    ("text", "booking"),
    [("公众号", "required"), ("电话", "required"), ("否，先到先得", "none"), ("是（见海报）", "required"), ("线上", "required"),
     ("详见海报", "unknown")],
)  # fmt: skip
def test_way_of_booking_in_its_column_says_that_one_books(text, booking):
    assert booking_of(text, in_its_column=True) == booking


def test_word_for_taking_part_is_no_way_of_booking():
    assert booking_of("线上") == "unknown"


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("☑线下 □线上", "线下"),
        ("线下□ 线上☑", "线上"),
        ("是（√） 否（ ）", "是"),
        ("□是 □否", ""),
        ("√", "√"),
        ("☑讲座 ☑展览 □体验", "讲座；展览"),
        ("没有选项（线上）", "没有选项（线上）"),
    ],
)
def test_ticked_choice_counts_and_offered_ones_do_not(text, choice):
    assert ticked(text) == choice
