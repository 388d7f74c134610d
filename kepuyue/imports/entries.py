"""From sheets to entries: one entry for each row that is an activity, a reason for each row that is none."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from kepuyue.activities.models import Mode, UnitRole
from kepuyue.imports import dates, headers
from kepuyue.imports.reader import Book, Cell, Sheet, Unreadable, as_text, column_letters

ERROR, WARNING = dates.ERROR, dates.WARNING
REQUIRED, NONE, UNKNOWN = "required", "none", "unknown"
PLANNED, CANCELLED = "planned", "cancelled"


@dataclass(frozen=True)
class Problem:
    """A fault beside its cell. `error`: something was not taken; `warning`: taken, but a person must look."""

    sheet: str
    row: int
    cell: str
    code: str
    severity: str
    why: str


@dataclass
class Entry:
    """An activity as the file states it, before any rule of ours is applied. Texts are kept as written."""

    sheet: str
    row: int
    title: str = ""
    participations: list[tuple[str, str]] = field(default_factory=list)
    city: str = ""
    district: str = ""
    venue: str = ""
    address: str = ""
    mode: str = ""
    online: str = ""
    summary: str = ""
    audience: str = ""
    category: str = ""
    booking: str = UNKNOWN
    booking_note: str = ""
    capacity: int | None = None
    names: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    note: str = ""
    status: str = PLANNED
    slots: list[dates.Slot] = field(default_factory=list)
    dates_as_written: str = ""
    year: int | None = None
    raw: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    # How importing the same file again knows this activity: its title, and which of that title it is
    key: str = ""

    def note_problem(self, column: str, code: str, severity: str, why: str) -> None:
        """Keep a fault of this row at the cell of a column (or at the title's, where it has no cell)."""
        cell = self.cells.get(column) or self.cells["title"]
        self.problems.append(Problem(self.sheet, self.row, cell, code, severity, why))

    def named(self, *roles: str) -> list[str]:
        """The units in one of these roles."""
        return [name for role, name in self.participations if role in roles]


@dataclass
class Findings:
    """All that a book holds; rows read = entries + skipped."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[tuple[str, int, str]] = field(default_factory=list)
    ignored_sheets: list[tuple[str, str]] = field(default_factory=list)
    unused_columns: list[tuple[str, str]] = field(default_factory=list)
    encoding: str = ""

    @property
    def rows_read(self) -> int:
        return len(self.entries) + len(self.skipped)


def find(book: Book, frame: dates.Frame, city: str = "", districts: Sequence[str] = ()) -> Findings:
    """The activities in a book. `city` and `districts` are the edition's: bare district names are completed."""
    findings = Findings(encoding=book.encoding, ignored_sheets=list(book.ignored))
    tables = 0
    for sheet in book.sheets:
        if header := headers.find(sheet.rows):
            tables += 1
            _read_table(sheet, *header, _Place(frame, city, tuple(districts)), findings)
        elif any(cell is not None for row in sheet.rows for cell in row):
            findings.ignored_sheets.append((sheet.name, _("没有找到表头（至少要有“活动名称”一栏）")))
        elif sheet.name:
            findings.ignored_sheets.append((sheet.name, _("空表")))
    if not tables:
        raise Unreadable(
            _("没有找到活动表。表里要有一行表头，例如：活动名称、主办单位、活动时间、活动地点。")
        )
    _number_titles(findings.entries)
    _note_duplicates(findings)
    return findings


@dataclass(frozen=True)
class _Place:
    frame: dates.Frame
    city: str
    districts: tuple[str, ...]


def _read_table(
    sheet: Sheet, header: int, columns: dict[str, int], place: _Place, findings: Findings
) -> None:
    for index, heading in enumerate(sheet.rows[header]):
        if index not in columns.values() and as_text(heading):
            findings.unused_columns.append((sheet.name, as_text(heading)))
    for number, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
        if all(cell is None for cell in row):
            continue
        cells = {name: row[index] if index < len(row) else None for name, index in columns.items()}
        if why := _why_no_activity(row, cells, sheet.rows[header]):
            findings.skipped.append((sheet.name, number, why))
            continue
        entry = _Row(sheet.name, number, columns, cells, place).entry()
        refused = [problem for problem in entry.problems if problem.code in NO_ACTIVITY]
        findings.problems += entry.problems
        if refused:
            findings.skipped.append((sheet.name, number, refused[0].why))
        else:
            findings.entries.append(entry)


# Faults that make no activity at all (contract rule 16)
NO_ACTIVITY = frozenset({"title-missing", "test-entry"})
TOTALS = re.compile(r"^(合计|总计|共计|小计|总数|汇总)")
NOTES = re.compile(
    r"^(注[:：]|备注[:：]|说明[:：]|填表说明|填报说明|填表人|制表人|审核人[:：]|示例|样例|例[:：])"
)


def _why_no_activity(row: Sequence[Cell], cells: dict[str, Cell], header: Sequence[Cell]) -> str:
    texts = [as_text(cell) for cell in row if cell is not None]
    if TOTALS.match(texts[0]):
        return _("合计行")
    if NOTES.match(texts[0]) or NOTES.match(as_text(cells.get("title"))):
        return _("说明或示例")
    if [headers.plain(text) for text in texts] == [headers.plain(as_text(cell)) for cell in header if cell]:
        return _("重复的表头")
    if len(texts) == 1 and re.fullmatch(r"[\d.、]+", texts[0]):
        return _("只有序号")
    if cells.get("title") is None and len(texts) == 1:
        return _("分节标题或说明")
    return ""


# One row --------------------------------------------------------------------------------------------------


class _Row:
    """The reading of one row: fills an entry and notes faults beside cells."""

    def __init__(
        self, sheet: str, number: int, columns: dict[str, int], cells: dict[str, Cell], place: _Place
    ) -> None:
        self.cells = cells
        self.place = place
        self.read = Entry(
            sheet,
            number,
            raw={name: as_text(cell) for name, cell in cells.items() if cell is not None},
            cells={name: f"{column_letters(index)}{number}" for name, index in columns.items()},
        )

    def entry(self) -> Entry:
        read, text = self.read, self.text
        read.title, read.status = _title(text("title"))
        if not read.title:
            read.note_problem("title", "title-missing", ERROR, _("没有活动名称，这一行没有导入"))
        elif TEST_ENTRY.fullmatch(read.title):
            read.note_problem("title", "test-entry", ERROR, _("像是测试数据，这一行没有导入"))
        read.participations = list(self.participations())
        self.read_place()
        read.summary, read.audience, read.category = text("summary"), text("audience"), text("category")
        read.note, read.online = text("note"), text("online")
        read.mode = self.mode()
        read.booking, read.booking_note = _booking(text("booking")), text("booking")
        self.read_capacity()
        self.read_contact()
        self.read_dates()
        return read

    def text(self, column: str) -> str:
        return as_text(self.cells.get(column))

    def participations(self) -> Iterator[tuple[str, str]]:
        for column, role in COLUMN_ROLES.items():
            for named_role, name in split_units(self.text(column)):
                yield named_role or role, name

    def read_place(self) -> None:
        read = self.read
        city = self.text("city").removesuffix("市")
        read.city = "" if city == self.place.city else city
        read.district = self.text("district")
        if not read.city:
            completed = [name for name in self.place.districts if _bare(name) == _bare(read.district)]
            read.district = completed[0] if completed else read.district
        read.venue, read.address = self.text("venue"), self.text("address")

    def mode(self) -> str:
        stated = self.text("mode").lower()
        if stated in MODES:
            return MODES[stated]
        if "线上" in stated and "线下" in stated:
            return Mode.HYBRID
        if "线上" in stated or "网络" in stated or "直播" in stated:
            return Mode.ONLINE
        if "线下" in stated or "现场" in stated:
            return Mode.OFFLINE
        is_online = bool(PLATFORM.search(f"{self.read.online} {self.read.venue}"))
        has_place = bool(self.read.address or PLATFORM.sub("", self.read.venue).strip(" ;；、+&和"))
        if is_online:
            return Mode.HYBRID if has_place else Mode.ONLINE
        return Mode.OFFLINE

    def read_capacity(self) -> None:
        numbers = re.findall(r"\d+", unicodedata.normalize("NFKC", self.text("capacity")).replace(",", ""))
        if len(numbers) == 1 and len(numbers[0]) < 10 and 0 < int(numbers[0]) < 1_000_000:
            self.read.capacity = int(numbers[0])

    def read_contact(self) -> None:
        read = self.read
        for column in ("contact", "phone"):
            text = unicodedata.normalize("NFKC", self.text(column))
            if SCIENTIFIC.search(text):
                why = _("电话变成了科学计数“%(text)s”，请把这一列设为文本后重填") % {"text": text}
                read.note_problem(column, "phone-invalid", ERROR, why)
                continue
            read.phones += [re.sub(r"\s", "", found) for found in PHONE.findall(text)]
            names = PHONE.sub(" ", text) if column == "contact" else ""
            read.names += [name for name in re.split(r"[\s,;、:()/]+", names) if re.search(r"[^\W\d_]", name)]
            if column == "phone" and text and not PHONE.search(text):
                why = _("“%(text)s”不是电话号码") % {"text": text}
                read.note_problem(column, "phone-invalid", ERROR, why)

    def read_dates(self) -> None:
        read = self.read
        start = self.cells.get("start")
        if start is None:
            start = self.cells.get("when")
        reading = dates.read(start, self.cells.get("end"), self.cells.get("clock"), self.place.frame)
        read.slots, read.dates_as_written, read.year = reading.slots, reading.as_written, reading.year
        for trouble in reading.troubles:
            column = trouble.column
            if column == "start" and self.cells.get("start") is None and "when" in read.cells:
                column = "when"
            read.note_problem(column, trouble.code, trouble.severity, trouble.why)


COLUMN_ROLES = {
    "organizer": UnitRole.HOST,
    "contractor": UnitRole.ORGANIZER,
    "co_organizer": UnitRole.CO_ORGANIZER,
    "adviser": UnitRole.ADVISER,
    "supporter": UnitRole.SUPPORTER,
    "co_organizers": UnitRole.CO_ORGANIZER,
}
ROLE_WORDS = {
    "主办": UnitRole.HOST, "承办": UnitRole.ORGANIZER, "协办": UnitRole.CO_ORGANIZER, "协": UnitRole.CO_ORGANIZER,
    "带队": UnitRole.CO_ORGANIZER, "指导": UnitRole.ADVISER, "技术指导": UnitRole.ADVISER,
    "统筹": UnitRole.ADVISER, "支持": UnitRole.SUPPORTER,
}  # fmt: skip
MODES = {"offline": Mode.OFFLINE, "online": Mode.ONLINE, "hybrid": Mode.HYBRID, "线上线下结合": Mode.HYBRID}
PLATFORM = re.compile(
    r"直播间|腾讯会议|视频号|公众号直播|抖音|快手|B站|哔哩哔哩|线上|https?://\S+", re.IGNORECASE
)
TEST_ENTRY = re.compile(r"(测试|test)(数据|活动|行)?\d*", re.IGNORECASE)
SCIENTIFIC = re.compile(r"\d\.?\d*[eE]\+?\d+")
PHONE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?"
    r"(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8}(?:-\d{1,5})?|[2-8]\d{6,7}|400-?\d{3}-?\d{4}|12345)"
    r"(?!\d)"
)


def split_units(text: str) -> list[tuple[str, str]]:
    """Units in a cell as (role or "", name). A role in brackets holds for the units listed before it too:
    "甲;乙（指导）;丙（承办）"; a name that ends with 等 ends such a list.
    """
    units: list[tuple[str, str]] = []
    waiting: list[str] = []
    for part in re.split(r"[;；、\n]", text):
        if not (name := part.strip()):
            continue
        found = re.fullmatch(r"(.+?)[（(](\w{1,4})[）)]", name)
        role = ROLE_WORDS.get(found.group(2)) if found else None
        if found and role:
            units += [(role, earlier) for earlier in waiting] + [(role, found.group(1).strip())]
            waiting = []
            continue
        waiting.append(name)
        if name.endswith("等"):
            units += [("", earlier) for earlier in waiting]
            waiting = []
    return units + [("", name) for name in waiting]


def _title(text: str) -> tuple[str, str]:
    cleaned = re.sub(r"[【\[(（](已取消|取消)[】\])）]", "", text).strip()
    return cleaned, CANCELLED if cleaned != text else PLANNED


def _booking(text: str) -> str:
    if not text:
        return UNKNOWN
    if text in {"否", "无", "不需要"} or re.search(
        r"(无需|免|不需|不用|无须)(要)?(预约|报名)|自由参加", text
    ):
        return NONE
    if text in {"是", "需要"} or re.search(r"预约|报名", text):
        return REQUIRED
    return UNKNOWN


def _bare(district: str) -> str:
    return re.sub(r"(新区|特别合作区|区)$", "", district)


# Over the whole file --------------------------------------------------------------------------------------


def normalized(text: str) -> str:
    """A text for comparing: width, case, space and punctuation do not count."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).lower())


def _number_titles(entries: Sequence[Entry]) -> None:
    seen: Counter[str] = Counter()
    for entry in entries:
        title = normalized(entry.title) or entry.title
        seen[title] += 1
        digest = hashlib.sha256(title.encode()).hexdigest()[:20]
        entry.key = f"row:{digest}:{seen[title]}"


def _note_duplicates(findings: Findings) -> None:
    """Exact duplicates are taken once; the same title with another unit, place or time stays, with a remark."""
    titles: dict[str, Entry] = {}
    exact: dict[tuple[object, ...], Entry] = {}
    kept: list[Entry] = []
    for entry in findings.entries:
        title = normalized(entry.title)
        units = tuple(normalized(name) for name in entry.named(UnitRole.HOST))
        same = (title, units, normalized(entry.venue), tuple(entry.slots), entry.dates_as_written)
        known = len(entry.problems)
        if same in exact:
            why = _("与第 %(row)s 行完全相同，只导入一次") % {"row": exact[same].row}
            entry.note_problem("title", "duplicate", WARNING, why)
            findings.skipped.append((entry.sheet, entry.row, why))
        else:
            if title in titles:
                why = _("与第 %(row)s 行名称相同，请核对是否重复") % {"row": titles[title].row}
                entry.note_problem("title", "possible-duplicate", WARNING, why)
            kept.append(entry)
            titles.setdefault(title, entry)
            exact[same] = entry
        findings.problems += entry.problems[known:]
    findings.entries = kept
