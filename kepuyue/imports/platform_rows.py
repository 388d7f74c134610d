"""The table of key activities as it comes back, with the addresses of the national platform filled in."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from kepuyue.imports.headers import HEADER_ROWS_SEARCHED, plain
from kepuyue.imports.reader import Book, Cell, NoTable, Sheet, as_text
from kepuyue.publicity.national_table import ADDRESS, CODE, POSTED_ON

# Each meaning with the headings that people give it; the first is the one in our own table
HEADINGS = {
    "code": (CODE, "活动编号"),
    "address": (ADDRESS, "全国平台网址", "平台链接", "平台地址", "网址", "链接"),
    "posted_on": (POSTED_ON, "发布日期", "登记日期"),
}
MOST_ROWS = 5_000


@dataclass(frozen=True)
class PlatformRow:
    """One row that names an activity and an address; `fault` says why it cannot be taken."""

    sheet: str
    number: int
    code: str
    address: str
    posted_on: date | None = None
    fault: str = ""


def find(book: Book) -> list[PlatformRow]:
    """The rows with an address, of every sheet that has the two headings. Raises `NoTable`."""
    found: list[PlatformRow] = []
    has_table = False
    for sheet in book.sheets:
        for index in range(min(HEADER_ROWS_SEARCHED, len(sheet.rows))):
            columns = _columns(sheet.rows[index])
            if {"code", "address"} <= columns.keys():
                has_table = True
                found += _rows(sheet, index, columns)
                break
    if not has_table:
        raise NoTable(
            _("没有找到“%(code)s”和“%(address)s”两栏。请用这里导出的表，填好网址再传。")
            % {"code": CODE, "address": ADDRESS}
        )
    if len(found) > MOST_ROWS:
        raise NoTable(_("一次最多%(most)s行，请分成几个文件。") % {"most": MOST_ROWS})
    return found


def _columns(row: list[Cell]) -> dict[str, int]:
    known = {plain(heading): meaning for meaning, names in HEADINGS.items() for heading in names}
    columns: dict[str, int] = {}
    for column, cell in enumerate(row):
        meaning = known.get(plain(as_text(cell)))
        if meaning:
            columns.setdefault(meaning, column)
    return columns


def _rows(sheet: Sheet, header: int, columns: dict[str, int]) -> list[PlatformRow]:
    rows = []
    for index in range(header + 1, len(sheet.rows)):
        code, address = (as_text(sheet.cell(index, columns[name])) for name in ("code", "address"))
        if not address:
            continue
        day = sheet.cell(index, columns["posted_on"]) if "posted_on" in columns else None
        posted_on, fault = _day(day)
        if not code:
            fault = _("没有编号，不知道是哪项活动。")
        rows.append(PlatformRow(sheet.name, index + 1, code.strip("'").upper(), address, posted_on, fault))
    return rows


def _day(cell: Cell) -> tuple[date | None, str]:
    if isinstance(cell, datetime):
        return cell.date(), ""
    if isinstance(cell, date):
        return cell, ""
    text = as_text(cell).replace("/", "-").replace(".", "-")
    if not text:
        return None, ""
    try:
        return datetime.strptime(text[:10], "%Y-%m-%d").date(), ""
    except ValueError:
        return None, _("看不懂日期“%(text)s”，请写成 2024-09-01 的样子。") % {"text": text[:20]}
