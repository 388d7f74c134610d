"""Whole workbooks as they are sent, and all that is read of them: activities, problems, rows left out."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from kepuyue.imports import entries, reader, report
from kepuyue.imports.dates import Frame
from tests.imports import workbooks

EDITION = Frame(ZoneInfo("Asia/Shanghai"), 2024, date(2024, 9, 1), date(2024, 9, 30))
DISTRICTS = ["福田区", "罗湖区", "南山区", "盐田区", "光明区", "龙华区", "大鹏新区"]


def told(data: bytes) -> list[str]:
    """The report in short lines: rows, title and what else is there; times; problems; rows and sheets left out."""
    found = report.as_json(entries.find(reader.read(data), EDITION, "深圳", DISTRICTS))
    lines = []
    for activity in found["activities"]:
        source, contact = activity["source"], activity["contact"]
        said = [
            "+".join(activity["organizers"]), "+".join(activity["co_organizers"]), activity["venue"],
            activity["district"], activity["mode"], activity["booking"], str(activity["capacity"] or ""),
            "+".join([*contact["names"], *contact["phones"]]), activity["audience"], activity["summary"],
            activity["note"],
            activity["status"] if activity["status"] != "planned" else "",
        ]  # fmt: skip
        rows = ",".join(map(str, source["rows"]))
        lines.append(f"{source['sheet']}:{rows} {activity['title']} | {' | '.join(filter(None, said))}")
        for session in activity["sessions"]:
            end = session["end"][5:16] if session["end"] else "?"
            whole = " whole days" if session["all_day"] else ""
            lines.append(f"  {session['start'][5:16]} > {end}{whole} {session.get('venue', '')}".rstrip())
    lines += [f"! {p['sheet']}:{p['cell']} {p['code']} {p['severity']}" for p in found["problems"]]
    lines += [f"- {row['sheet']}:{row['row']} {row['why']}" for row in found["skipped_rows"]]
    lines += [f"- {sheet['sheet']} {sheet['why']}" for sheet in found["ignored_sheets"]]
    lines += [f"= {' = '.join(names)}" for names in found["same_unit"]]
    return lines


EXPECTED = {
    workbooks.summary_of_a_district: [
        "汇总:4 湿地观鸟 | 福田区科协 | 市观鸟协会 | 红树林公园 | 福田区 | offline | required | 张老师+13800138000 | 市民",
        "  09-14T09:30 > 09-14T11:30",
        "汇总:5 天文夜 | 福田区科协 | 市天文学会 | 莲花山 | 福田区 | offline | none | 李老师+0755-83256789 | 亲子家庭 | 自带望远镜",
        "  09-21T19:30 > 09-21T21:00",
        "汇总:6,7 AI课 | 福田区科协 | 腾讯会议：123-456-789 | 福田区 | online | required | 学生",
        "  09-22T00:00 > 09-23T00:00 whole days",
        "  09-28T14:00 > ? 少年宫",
        "汇总:8 海洋讲座 | 盐田区科协 | 盐田图书馆 | 福田区 | offline | unknown | cancelled",
        "  09-15T10:00 > ?",
        "- 汇总:1 表格标题或说明",
        "- 汇总:2 表格标题或说明",
        "- 汇总:9 只有序号",
        "- 汇总:10 合计行",
        "- 汇总:11 说明或示例",
        "- 汇总:12 说明或示例",
    ],
    workbooks.headings_in_two_storeys: [
        "Sheet1:4 机器人体验 | 科技馆 | 南山区 | offline | unknown | 赵一+13900139000",
        "  09-14T09:00 > 09-14T11:00",
        "Sheet1:5 植物课 | 仙湖植物园 | 罗湖区 | offline | unknown | 钱二+13700137000",
        "  09-15T14:00 > ?",
        "Sheet1:6 观星 | 天文台 | 大鹏新区 | offline | unknown | 孙三",
        "  09-16T20:00 > ?",
        "  09-17T20:00 > ?",
        "  09-18T20:00 > ?",
        "Sheet1:7 昆虫课 | 光明区 | offline | unknown | 周四",
        "! Sheet1:H6 phone-invalid error",
        "! Sheet1:F7 venue-missing warning",
        "! Sheet1:H7 phone-invalid error",
        "! Sheet1:D7 time-vague error",
        "- Sheet1:1 表格标题或说明",
    ],
    workbooks.no_headings: [
        "Sheet1:1 湿地观鸟 | 福田区科协 | 红树林公园 | offline | unknown | 13800138000",
        "  09-14T09:00 > 09-14T11:00",
        "Sheet1:2 昆虫夜观 | 罗湖区科协 | 梧桐山公园 | offline | unknown | 13800138001",
        "  09-15T19:00 > 09-15T21:00",
        "Sheet1:3 编程体验 | 南山区教育局 | 科技馆 | offline | unknown | 13800138002",
        "  09-21T14:00 > ?",
    ],
    workbooks.several_tables: [
        "活动:3 启动仪式 | 市民中心 | offline | unknown",
        "  09-14T09:00 > ?",
        "活动:7 进社区 | 福田区科协 | 莲花社区 | 福田区 | offline | unknown",
        "  09-15T00:00 > 09-16T00:00 whole days",
        "活动:12 云看展 | 视频号 | online | unknown",
        "  09-20T19:00 > ?",
        "罗湖区:2 进校园 | 翠园中学 | 罗湖区 | offline | unknown",
        "  09-18T00:00 > 09-21T00:00 whole days",
        "- 活动:1 表格标题或说明",
        "- 活动:5 分节标题或说明",
        "- 活动:8 合计行",
        "- 活动:10 分节标题或说明",
        "- 填表说明 没有找到表头（至少要有“活动名称”一栏）",
    ],
    workbooks.hidden_and_dangerous: [
        "Sheet1:2 甲课 | A局 | 公园 | offline | unknown | +新增",
        "  09-14T00:00 > 09-15T00:00 whole days",
        "Sheet1:4 丙课 | C局 | 展馆 | offline | unknown | -5℃保存",
        "Sheet1:5 丁课 | D局 | 展馆 | offline | unknown",
        "Sheet1:6 戊课 | E局 | 展馆 | offline | unknown | =1+1",
        "  09-18T00:00 > 09-19T00:00 whole days",
        "! Sheet1:F2 link-unsafe error",
        "! Sheet1:G2 unsafe-text warning",
        "! Sheet1:A3 hidden-row warning",
        "! Sheet1:D4 cell-error error",
        "! Sheet1:G4 unsafe-text warning",
        "! Sheet1:D5 formula-cell error",
        "! Sheet1:G6 unsafe-text warning",
        "- Sheet1:3 这一行是隐藏的，没有导入",
        "- 旧表 隐藏的工作表，没有读取",
    ],
    workbooks.one_form_a_sheet: [
        "表1:2,3,4,5,6 湿地观鸟 | 福田区科协 | 观鸟会 | 红树林 | offline | unknown | 张三+13800138000 | 看鸟",
        "  09-14T09:00 > 09-14T11:00",
        "表2:2,3,4,5 观星 | 市天文学会 | 莲花山 | offline | unknown",
        "  09-21T19:00 > ?",
        "- 表1:1 不在登记表里",
        "- 表1:7 不在登记表里",
        "- 表2:1 不在登记表里",
    ],
    workbooks.answers_to_a_questionnaire: [
        "Sheet1:2 湿地观鸟 | 福田区科协 | 红树林 | offline | required | 13800138000",
        "  09-14T00:00 > 09-15T00:00 whole days",
        "Sheet1:3 观星 | 天文学会 | 线上直播 | online | none | 13800138001",
        "  09-21T19:00 > 09-21T21:00",
        "Sheet1:5 展览 | 天文学会 | 馆 | offline | none",
        "  09-03T00:00 > 09-09T00:00 whole days",
        "! Sheet1:D4 test-entry error",
        "- Sheet1:4 像是测试数据，这一行没有导入",
    ],
    workbooks.days_counted_from_1904: [
        "Sheet:2 观鸟 | 园 | offline | unknown | 30 | 13800138000",
        "  09-14T09:30 > ?",
        "Sheet:3 观星 | 园 | offline | unknown | 30 | 13800138000",
        "  09-14T09:00 > ?",
        "Sheet:4 观海 | 园 | offline | unknown | 200 | 13800138000",
        "  09-22T09:00 > 09-22T11:00",
        "Sheet:5 观花 | 园 | offline | unknown | 1000 | 13800000000",
        "Sheet:6 观云 | 园 | offline | unknown | 20 | 0755-83256789转801",
        "  09-24T15:00 > 09-24T16:30",
        "! Sheet:C5 time-invalid error",
        "! Sheet:B6 weekday-mismatch warning",
    ],
    workbooks.repeated_and_doubled: [
        "龙华区:3 垃圾分类 | 龙华科协 | 社区 | 龙华区 | offline | unknown",
        "  09-14T00:00 > 09-15T00:00 whole days",
        "龙华区:4 垃圾分类 | 龙华区科学技术协会 | 社区 | 龙华区 | offline | unknown",
        "  09-14T00:00 > 09-15T00:00 whole days",
        "龙华区:7 垃圾分类 | 龙华科协 | 社区 | 龙华区 | offline | unknown",
        "  09-15T00:00 > 09-16T00:00 whole days",
        "! 龙华区:B10 title-missing error",
        "! 龙华区:B4 possible-duplicate warning",
        "! 龙华区:B5 duplicate warning",
        "! 龙华区:B7 possible-duplicate warning",
        "- 龙华区:2 说明或示例",
        "- 龙华区:6 重复的表头",
        "- 龙华区:8 只有序号",
        "- 龙华区:9 只有序号",
        "- 龙华区:10 没有活动名称，这一行没有导入",
        "- 龙华区:5 与第 3 行完全相同，只导入一次",
        "= 龙华科协 = 龙华区科学技术协会",
    ],
    workbooks.side_by_side: [
        "Sheet1:3 甲课 | 公园 | 福田区 | offline | unknown",
        "  09-14T00:00 > 09-15T00:00 whole days",
        "Sheet1:4 丙课 | 公园 | 福田区 | offline | unknown",
        "  09-16T00:00 > 09-17T00:00 whole days",
        "Sheet1:3 乙课 | 展馆 | 罗湖区 | offline | unknown",
        "  09-15T00:00 > 09-16T00:00 whole days",
        "- Sheet1:1 表格标题或说明",
    ],
    workbooks.plan_by_the_day: [
        "Sheet1:2 观鸟 | 公园 | offline | unknown",
        "  09-14T09:00 > 09-14T10:00",
        "Sheet1:3 观虫 | 公园 | offline | unknown",
        "  09-14T14:00 > 09-14T15:00",
        "Sheet1:4 观花 | 公园 | offline | unknown",
        "  09-15T09:00 > ?",
        "! Sheet1:B4 weekday-mismatch warning",
    ],
    workbooks.open_document: [
        "活动:2 观鸟 | 福田区科协 | 园 | offline | unknown | 13800138000",
        "  09-14T09:30 > ?",
        "活动:3 观星 | 福田区科协 | 山 | offline | unknown",
        "  09-21T19:00 > ?",
        "! 活动:A4 hidden-row warning",
        "- 活动:4 这一行是隐藏的，没有导入",
    ],
    workbooks.text_of_an_old_program: [
        ":3 湿地观鸟 | 福田区科协 | 红树林 | offline | unknown | 075583256789",
        "  09-14T09:00 > 09-14T11:00",
        ":4 观星 | 市天文学会 | 莲花山 | offline | unknown | 13800138000",
        "! :C4 date-invalid error",
        "- :1 表格标题或说明",
        "- :5 合计行",
    ],
    workbooks.workbook_of_the_nineties: [
        "活动表:2 观鸟 | 福田区科协 | 公园 | offline | unknown | 30 | 13800138000",
        "  09-14T09:00 > ?",
        "活动表:3 观星 | 福田区科协 | 莲花山 | offline | unknown | 0755-83256789",
        "  09-21T19:00 > 09-21T21:00",
        "活动表:5 观海 | 盐田区科协 | 海滨 | offline | unknown | 13800138001",
        "  09-22T00:00 > 09-23T00:00 whole days",
        "! 活动表:G2 formula-cell warning",
        "! 活动表:A4 hidden-row warning",
        "- 活动表:4 这一行是隐藏的，没有导入",
        "- 草稿 隐藏的工作表，没有读取",
    ],
    workbooks.sections_and_signatures: [
        "Sheet1:3,4 恐龙展 | 博物馆 | 福田区 | offline | required | 30 | (0755)83256789",
        "  09-10T09:00 > 09-10T17:00",
        "  09-12T09:00 > 09-12T17:00",
        "  09-20T00:00 > 09-21T00:00 whole days",
        "Sheet1:8 机器人展 | 科学馆 | 罗湖区 | offline | none | 13800138000 | cancelled",
        "  09-14T00:00 > 09-15T00:00 whole days",
        "Sheet1:10 云观星 | https://example.org/live | online | required",
        "  09-21T20:00 > 09-21T21:30",
        "- Sheet1:1 表格标题或说明",
        "- Sheet1:5 说明或示例",
        "- Sheet1:6 分节标题或说明",
        "- Sheet1:7 重复的表头",
        "- Sheet1:9 分节标题或说明",
        "- Sheet1:11 说明或示例",
        "- Sheet1:12 分节标题或说明",
    ],
}


@pytest.mark.parametrize("made", EXPECTED, ids=lambda made: made.__name__)
def test_find_reads_a_workbook_as_a_careful_person_would(made):
    assert told(made()) == EXPECTED[made]


def test_find_gives_every_problem_a_cell_that_holds_or_lacks_it():
    found = entries.find(reader.read(workbooks.headings_in_two_storeys()), EDITION, "深圳", DISTRICTS)
    cells = {problem.cell: problem for problem in found.problems}

    assert found.book is not None
    sheet = found.book.sheets[0]
    assert sheet.cell(5, 7) == "1.37E+10"
    assert "1.37E+10" in cells["H6"].why
    assert all(problem.row == int("".join(filter(str.isdigit, cell))) for cell, problem in cells.items())
