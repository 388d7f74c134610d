"""Web pages that call themselves workbooks: the tables in them are read as sheets."""

import subprocess
import sys
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as some

from kepuyue.imports import reader
from kepuyue.imports.cells import Sheet, as_text
from kepuyue.imports.entries import find
from kepuyue.imports.opening import page
from kepuyue.imports.opening.limits import MAX_COLUMNS, RefusedError
from kepuyue.imports.reader import Unreadable, read
from tests.imports.test_entries import EDITION

HEADER = "<tr><th>活动名称</th><th>主办单位</th><th>活动时间</th><th>活动地点</th></tr>"
BIRDS = "<tr><td>湿地观鸟</td><td>福田区少年宫</td><td>2024-09-14 9:00-11:00</td><td>红树林公园</td></tr>"


def table(*rows: str, before: str = "<html><body>", more: str = "") -> bytes:
    return f"{before}<table{more}>{''.join(rows)}</table>".encode()


def only(data: bytes) -> Sheet:
    [(_name, sheet)] = page.sheets(data)
    assert isinstance(sheet, Sheet)
    return sheet


def texts(sheet: Sheet) -> list[list[str]]:
    return [[as_text(cell) for cell in row] for row in sheet.rows]


def test_activities_of_an_export_are_read() -> None:
    book = read(table(HEADER, BIRDS))
    [entry] = find(book, EDITION, "深圳", ["福田区"]).entries

    assert (entry.title, entry.row, entry.venue, entry.sheet) == ("湿地观鸟", 2, "红树林公园", "")
    assert [f"{slot.start:%m-%d %H:%M}" for slot in entry.slots] == ["09-14 09:00"]
    assert entry.problems == []


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb2312"), ("gb18030", ""), ("utf-8", "gb2312"),
        ("utf-16", "utf-16"),
    ],
)  # fmt: skip
def test_whatever_its_encoding(encoding: str, declared: str) -> None:
    head = f'<html><head><meta http-equiv=Content-Type content="text/html; charset={declared}"></head>'
    book = read(table(HEADER, BIRDS, before=head).decode().encode(encoding))

    assert [entry.title for entry in find(book, EDITION).entries] == ["湿地观鸟"]


def test_a_page_as_a_spreadsheet_program_saves_it() -> None:
    head = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><!--[if gte mso 9]><xml><x:ExcelWorkbook>'
        "<x:ExcelWorksheets><x:ExcelWorksheet><x:Name>九月活动</x:Name></x:ExcelWorksheet></x:ExcelWorksheets>"
        "</x:ExcelWorkbook></xml><![endif]--><style>td {color: red}</style></head><body>"
    )
    data = table(
        "<col width=72 span=2><col style='display:none'><tr><td>活动名称</td><td>联系电话</td><td>内部编号</td></tr>",
        "<tr style='display:none'><td>旧的</td></tr>",
        "<tr><td>湿地\n   观鸟<br>（第二场）</td><td x:num='13800000000'>1.38E+10</td><td x:fmla='=A1'>7</td></tr>",
        before=head,
    )
    [(name, sheet)] = page.sheets(data)

    assert name == "九月活动" and isinstance(sheet, Sheet)
    assert texts(sheet)[2] == ["湿地 观鸟\n（第二场）", "1.38E+10", "7"]
    assert (sheet.hidden_columns, sheet.hidden_rows) == ({2}, {1})
    assert (sheet.numbers, sheet.formulas) == ({(2, 1): 13_800_000_000.0}, {(2, 2)})


def test_joined_cells_hold_for_all_that_they_cover() -> None:
    """As a browser lays them out, also where two reach into the same rows."""
    sheet = only(
        table(
            "<tr><td colspan=2>题</td><td rowspan=3>右</td></tr>",
            "<tr><td rowspan=2>左</td><td>一</td></tr>",
            "<tr><td>二</td></tr>",
            "<tr><td>三</td><td>四</td><td>五</td></tr>",
        )
    )

    assert texts(sheet) == [["题", "", "右"], ["左", "一"], ["", "二"], ["三", "四", "五"]]
    assert sheet.merges == [(0, 0, 0, 1), (0, 2, 2, 2), (1, 0, 2, 0)]


def test_a_joined_cell_ends_with_its_part_of_the_table_whatever_it_says() -> None:
    sheet = only(
        table(
            "<thead><tr><td rowspan=9>名称</td><td>时间</td></tr></thead>",
            "<tbody><tr><td>湿地观鸟</td><td rowspan=0>周六</td></tr><tr><td>秋夜观星</td></tr></tbody>",
        )
    )

    assert texts(sheet) == [["名称", "时间"], ["湿地观鸟", "周六"], ["秋夜观星"]]
    assert sheet.merges == [(1, 1, 2, 1)]


def test_title_over_several_rows_makes_sessions_of_one_activity() -> None:
    rows = (
        "<tr><td rowspan=2>湿地观鸟</td><td rowspan=2>少年宫</td><td>9月14日 9:00</td><td rowspan=2>公园</td></tr>",
        "<tr><td>9月15日 9:00</td></tr>",
    )
    [entry] = find(read(table(HEADER, *rows)), EDITION).entries

    assert [slot.start.day for slot in entry.slots] == [14, 15]


def test_of_tables_in_tables_the_inner_ones_are_read_each_as_a_sheet() -> None:
    inner = f"<table><caption>上半月</caption>{HEADER}{BIRDS}</table><table>{HEADER}{BIRDS}</table>"
    book = read(table(f"<tr><td>菜单</td><td>{inner}</td></tr>"))

    assert [sheet.name for sheet in book.sheets] == ["上半月", "表格2"]
    assert [len(sheet.rows) for sheet in book.sheets] == [2, 2]


def test_what_nobody_sees_is_no_text() -> None:
    sheet = only(
        table(
            "<tr><td>看<script>x()</script><!-- y --><style>z</style>见</td><td hidden>内</td><td>外</td></tr>"
        )
    )

    assert texts(sheet) == [["看见", "", "外"]]


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body><form>please sign in</form></body></html>", b"<html><table></table></html>",
        b"<!DOCTYPE html><p>&lt;table", b"<table><tr><td> </td></tr></table>", "<html>登录".encode("utf-16"),
    ],
)  # fmt: skip
def test_page_without_a_table_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(data)

    assert "网页" in str(refusal.value)


def test_cells_beyond_what_is_read_are_left_out_and_told() -> None:
    sheet = only(table(f"<tr><td>活动名称</td>{'<td>x</td>' * 3 * MAX_COLUMNS}</tr>"))

    assert (len(sheet.rows[0]), sheet.is_cut) == (MAX_COLUMNS, True)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            table("<tr><td rowspan=65534 colspan=1000>a</td></tr>" * 3_000), id="joined over everything"
        ),
        pytest.param(b"<table><tr><td>" * 30_000 + b"a", id="tables in tables"),
        pytest.param(b"<table><tr><td>" + b"<div>" * 300_000 + b"a", id="deep"),
        pytest.param(b"<table>" + b"<tr>" * 500_000 + b"<td>a", id="rows without cells"),
        pytest.param(table("<tr><td>" + "a" * 2_000_000), id="long"),
        pytest.param(
            table("<tr><td rowspan=0 colspan=0>a<td rowspan=-1>b<td colspan=99999999999>c"), id="odd numbers"
        ),
        pytest.param(table("<tr><td x:num=nan>a<td x:num=1e999>b<td x:num=>c"), id="no numbers"),
    ],
)
def test_page_made_to_hurt_is_read_or_refused(data: bytes) -> None:
    try:
        book = read(data)
    except Unreadable as refusal:
        assert str(refusal)
    else:
        assert all(len(row) <= MAX_COLUMNS for sheet in book.sheets for row in sheet.rows)


PIECES = some.sampled_from((
    "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td rowspan=2>", "<th colspan=3 rowspan=0>", "<tbody>",
    "<caption>", "<col span=9 hidden>", "<br>", "<p>", "<!--", "-->", "<script>", "</script>", "<select>", "&#0;", "&nbsp;",
    "活动名称", "9月14日", "\0", "<td x:num='1'>", "<template>", "<svg>", "</p>", "<tr hidden>",
))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(some.lists(PIECES, max_size=40))
def test_any_page_is_read_or_refused(pieces: list[str]) -> None:
    try:
        found = page.sheets(f"<html>{''.join(pieces)}".encode())
    except RefusedError as refusal:
        assert refusal.what == "page"
    else:
        for _name, sheet in found:
            assert isinstance(sheet, Sheet)
            assert all(0 <= row <= last < len(sheet.rows) for row, _left, last, _right in sheet.merges)


def test_reader_of_pages_needs_no_django() -> None:
    code = "import kepuyue.imports.opening.page, sys; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.django_db
def test_command_reads_it_whatever_it_is_called(tmp_path: Any, capsys: Any) -> None:
    file = tmp_path / "导出.xls"
    file.write_bytes(table(HEADER, BIRDS))

    call_command("import", str(file), "--dry-run", "--format", "json")

    assert "湿地观鸟" in capsys.readouterr().out


def test_a_table_of_text_that_begins_with_a_sign_stays_one() -> None:
    assert reader.read(b"<div>,a\n1,2\n").sheets[0].rows == [["<div>", "a"], ["1", "2"]]
