"""Units in a spreadsheet: which column means what, and what is doubtful in a row. Touches no database."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kepuyue.core.codes import as_credit_code, credit_code_fault
from kepuyue.imports.headers import HEADER_ROWS_SEARCHED, plain
from kepuyue.imports.reader import Book, Cell, Sheet, as_text, column_letters
from kepuyue.organizations import naming
from kepuyue.organizations.models import Organization

# Each meaning with the headings that people give it; the first is the one in the template
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("单位名称", "单位全称", "单位", "名称", "机构名称", "name"),
    "type": ("类型", "单位类型", "类别", "单位性质", "type"),
    "district": ("所属区", "所在区", "行政区", "辖区", "区", "district"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "组织机构代码"),
    "person": ("联系人", "联系人姓名", "负责人", "姓名", "contact"),
    "email": ("邮箱", "电子邮箱", "联系邮箱", "电子邮件", "email"),
    "address": ("地址", "详细地址", "单位地址", "address"),
}
_BY_HEADING = {heading: meaning for meaning, headings in HEADINGS.items() for heading in headings}
TEMPLATE = ("name", "type", "district", "credit_code", "person", "email", "address")
MOST_ROWS = 2_000
ERROR, WARNING = "error", "warning"

Type = Organization.Type
# What a name or a word in the type column tells, the more telling first
KINDS = (
    (r"科学技术协会|科协", Type.ASSOCIATION), (r"科普(教育)?(示范)?基地|科技馆|博物馆|植物园|科学馆", Type.BASE),
    (r"小学|中学|幼儿园|学校", Type.SCHOOL), (r"医院|社康|卫生", Type.HOSPITAL),
    (r"大学|学院|高校|研究|科研", Type.RESEARCH), (r"学会|协会|促进会|联合会|社团|社会组织", Type.SOCIETY),
    (r"社区|街道|居委|党群|工作站|文明实践|基层", Type.GRASSROOTS), (r"公司|集团|企业|银行", Type.ENTERPRISE),
    (r"报社|电视|新闻|媒体", Type.MEDIA), (r"局$|委$|委员会|政府|机关|中心$", Type.GOVERNMENT),
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One thing to look at: in which cell, how grave, and what to do. An error keeps the row out."""

    cell: str
    severity: str
    why: str


@dataclass
class UnitEntry:
    """One row as it was understood."""

    sheet: str
    number: int
    values: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: str = ""


class NoTable(Exception):
    """No sheet has a heading for the units' names; the message is for the person who sent the file."""


def find(book: Book, districts: dict[str, str]) -> list[UnitEntry]:
    """The units of all sheets; `districts` is {name: code}. Raises `NoTable`."""
    entries: list[UnitEntry] = []
    found = False
    for sheet in book.sheets:
        header = _header(sheet.rows)
        if header is None:
            continue
        found = True
        entries += _entries(sheet, *header, districts)
    if not found:
        raise NoTable(_("没有找到“单位名称”这一栏。请在表头写明“单位名称”，或下载空白表格填写。"))
    if len(entries) > MOST_ROWS:
        raise NoTable(_("一次最多导入%(count)s个单位，请分成几个文件。") % {"count": MOST_ROWS})
    _mark_repeated(entries)
    return entries


def _header(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]] | None:
    best: tuple[int, dict[str, int]] | None = None
    for index, row in enumerate(rows[:HEADER_ROWS_SEARCHED]):
        here: dict[str, int] = {}
        for column, heading in enumerate(row):
            meaning = _BY_HEADING.get(plain(as_text(heading)))
            if meaning and meaning not in here:
                here[meaning] = column
        if "name" in here and len(here) > 1 and (best is None or len(here) > len(best[1])):
            best = (index, here)
    return best


def _entries(
    sheet: Sheet, header: int, columns: dict[str, int], districts: dict[str, str]
) -> list[UnitEntry]:
    entries = []
    for index, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
        raw = {
            meaning: as_text(row[column]) if column < len(row) else "" for meaning, column in columns.items()
        }
        if not any(raw.values()):
            continue
        entry = UnitEntry(sheet.name, index, raw)
        cells = {meaning: f"{column_letters(column)}{index}" for meaning, column in columns.items()}
        if _is_note(raw):
            entry.skipped = _("表格下面的合计或说明")
        else:
            _understand(entry, cells, districts)
        entries.append(entry)
    return entries


def _is_note(raw: dict[str, str]) -> bool:
    others = [text for meaning, text in raw.items() if meaning != "name" and text]
    return not others and bool(re.match(r"(合计|总计|共计|小计|注|备注|说明|填表|填报|审核)", raw["name"]))


def _understand(entry: UnitEntry, cells: dict[str, str], districts: dict[str, str]) -> None:
    values, problems = entry.values, entry.problems

    def say(column: str, severity: str, why: str) -> None:
        problems.append(Problem(cells.get(column, str(entry.number)), severity, why))

    values["name"] = " ".join(values["name"].split())
    if not values["name"]:
        say("name", ERROR, _("没有单位名称。"))
    elif len(values["name"]) > 120:
        say("name", ERROR, _("单位名称太长，最多120字。"))
    values["type"] = _kind(values.get("type", ""), values["name"], say)
    values["district"] = _district(values.get("district", ""), districts, say)
    values["address"] = values.get("address", "")[:200]
    code = as_credit_code(values.get("credit_code", ""))
    if code in ("无", "暂无", "没有"):
        code = ""
    if code and (fault := credit_code_fault(code)):
        say("credit_code", ERROR, fault)
    values["credit_code"] = code
    values["person"] = values.get("person", "")[:60]
    values["email"] = _email(values.get("email", ""), say)


def _kind(text: str, name: str, say: "Callable[[str, str, str], None]") -> str:
    known = {str(label): value for value, label in Type.choices}
    if text in known:
        return known[text]
    guess = next((kind for words, kind in KINDS if re.search(words, text or name)), Type.OTHER)
    if text and guess == Type.OTHER:
        say("type", WARNING, _("没有“%(text)s”这个类型，按“其他”处理。") % {"text": text})
    return str(guess)


def _district(text: str, districts: dict[str, str], say: "Callable[[str, str, str], None]") -> str:
    if not text:
        return ""
    for name, code in districts.items():
        if text == name or text == name.rstrip("区") or name in text:
            return code
    say("district", WARNING, _("没有“%(text)s”这个区，先空着。") % {"text": text})
    return ""


def _email(text: str, say: "Callable[[str, str, str], None]") -> str:
    address = text.replace("＠", "@").strip().lower()
    if not address:
        say("email", WARNING, _("没有邮箱，不发邀请；建好以后可以用链接邀请。"))
        return ""
    try:
        validate_email(address)
    except ValidationError:
        say("email", WARNING, _("邮箱“%(text)s”不对，不发邀请。") % {"text": text})
        return ""
    return address


def _mark_repeated(entries: list[UnitEntry]) -> None:
    """Of two rows with one name or one credit code, the later is refused and says which is the first."""
    names: dict[str, UnitEntry] = {}
    codes: dict[str, UnitEntry] = {}
    for entry in entries:
        if entry.skipped:
            continue
        key, code = naming.key(entry.values["name"]), entry.values["credit_code"]
        for known, what in (
            (names.get(key) if key else None, _("名称")),
            (codes.get(code) if code else None, _("信用代码")),
        ):
            if known is not None:
                entry.problems.append(Problem(str(entry.number), ERROR, _("%(what)s和第%(row)s行相同。") % {
                    "what": what, "row": known.number}))  # fmt: skip
        names.setdefault(key, entry)
        codes.setdefault(code, entry)
