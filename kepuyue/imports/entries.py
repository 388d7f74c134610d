"""From sheets to entries: one entry for each activity, a reason for each row that is none.

`tables` finds the records, `phrases` and `dates` read their cells; here a record becomes an entry with its problems,
and the file as a whole is looked over (duplicates). Whatever the cells say, every row is taken or told about.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from kepuyue.imports import (
    caution,
    dates,
    districts,
    duplicates,
    guessing,
    headers,
    phrases,
    suitability,
    tables,
)
from kepuyue.imports.cells import Book, Cell, as_text
from kepuyue.imports.duplicates import normalized
from kepuyue.imports.grid import Grid, stated, text_of
from kepuyue.imports.phrases import split_units
from kepuyue.imports.reader import NoTable, Unreadable
from kepuyue.imports.reading import (
    CANCELLED,
    ERROR,
    NONE,
    PLANNED,
    REQUIRED,
    UNKNOWN,
    WARNING,
    Entry,
    Findings,
    Problem,
)
from kepuyue.imports.tables import Record
from kepuyue.imports.ticks import ticked
from kepuyue.imports.time_and_place import parted

__all__ = [
    "CANCELLED", "ERROR", "NONE", "PLANNED", "REQUIRED", "UNKNOWN", "WARNING", "Entry", "Findings", "Problem", "find",
    "normalized", "split_units",
]  # fmt: skip

# Faults that make no activity at all (contract rule 16)
NO_ACTIVITY = frozenset({"title-missing", "test-entry"})
DITTO = re.compile(r"^(?:同上|同前|〃|″|\")$")


def find(
    book: Book,
    frame: dates.Frame,
    city: str = "",
    districts: Sequence[str] = (),
    chosen: Mapping[str, str] | None = None,
) -> Findings:
    """The activities in a book. `city` and `districts` are the edition's: bare district names are completed.

    `chosen` are meanings that a person gave to headings, by `headers.plain`; "" for a column not to be used.
    Raises `Unreadable` where nothing in the book looks like a table of activities.
    """
    findings = Findings(encoding=book.encoding, ignored_sheets=list(book.ignored), book=book)
    place = _Place(frame, city, tuple(districts))
    for sheet in book.sheets:
        grid = Grid(sheet)
        found = tables.find(grid, chosen, districts)
        if found.tables:
            _take(sheet.name, found, place, findings)
        elif any(sheet.rows):
            findings.ignored_sheets.append((sheet.name, _("没有找到表头（至少要有“活动名称”一栏）")))
        elif sheet.name:
            findings.ignored_sheets.append((sheet.name, _("空表")))
        if sheet.is_cut:
            findings.unused_columns.append((sheet.name, _("太靠右的列")))
    if not findings.tables:
        raise NoTable(_("没有找到活动表。表里要有一行表头，例如：活动名称、主办单位、活动时间、活动地点。"))
    if not findings.entries and not findings.problems:
        raise Unreadable(_("只有表头，下面没有活动。请填好内容，再上传一次。"))
    duplicates.number_titles(findings.entries)
    duplicates.note(findings)
    return findings


@dataclass(frozen=True)
class _Place:
    frame: dates.Frame
    city: str
    districts: tuple[str, ...]


def _take(sheet: str, found: tables.Found, place: _Place, findings: Findings) -> None:
    findings.tables += found.tables
    findings.unused_columns += [(sheet, heading) for heading in found.unused]
    findings.skipped += [(sheet, row + 1, why) for row, why in found.skipped]
    before: _Row | None = None
    for record in found.records:
        row = before = _Row(sheet, record, before, place)
        entry = row.entry()
        if record.is_hidden:
            why = _("这一行是隐藏的，没有导入")
            address = entry.cells.get("title") or f"A{entry.row}"
            findings.problems.append(Problem(sheet, entry.row, address, "hidden-row", WARNING, why))
            findings.skipped.append((sheet, entry.row, why))
            continue
        refused = [problem for problem in entry.problems if problem.code in NO_ACTIVITY]
        if refused:  # what else is wrong in the row does not matter
            entry.problems = [problem for problem in entry.problems if problem.cell == refused[0].cell]
        findings.problems += entry.problems
        if refused:
            findings.skipped += [(sheet, row, refused[0].why) for row in entry.rows]
        else:
            findings.entries.append(entry)


# One row --------------------------------------------------------------------------------------------------


class _Row:
    """The reading of one record: fills an entry and notes faults beside cells."""

    def __init__(self, sheet: str, record: Record, before: "_Row | None", place: _Place) -> None:
        self.record, self.place = record, place
        self.cells = {column: record.cell(column) for column in record.places}
        self.more = {
            column: [ticked(text_of(record.grid.value(*other))) for other in others]
            for column, others in record.more.items()
        }
        for column, cell in self.cells.items():
            if isinstance(cell, str):
                if before is not None and DITTO.match(cell.strip()):
                    self.cells[column] = before.cells.get(column)
                elif (choice := ticked(cell)) != cell:
                    self.cells[column] = choice or None
        for column, texts in self.more.items():
            above = before.more.get(column, []) if before is not None else []
            if any(map(DITTO.match, texts)):
                self.more[column] = [text for text in texts if not DITTO.match(text)] + above
        if month := re.fullmatch(r"(\d{1,2})月?", text_of(self.cells.get("month"))):
            self.cells["when"] = f"{month[1]}月{text_of(self.cells.get('when')).removesuffix('日')}日"
        when = self.cells.get("when")
        if isinstance(when, str) and not {"venue", "address", "online"} & {*record.columns, *self.cells}:
            self.cells["when"], place_beside = parted(when)
            if place_beside:
                self.cells["venue"] = place_beside
        self.read = Entry(
            sheet,
            record.rows[0] + 1,
            rows=[row + 1 for row in record.rows],
            raw={column: as_text(cell) for column, cell in self.cells.items() if cell is not None},
            cells={column: record.address(column) for column in record.places},
        )

    def entry(self) -> Entry:
        read, text = self.read, self.text
        self.look_out()
        read.title, read.status = phrases.title_of(text("title"))
        if phrases.is_cancelled(text("status")) or phrases.is_cancelled_beside_a_date(text("when")):
            read.status = CANCELLED
        if not read.title:
            self.note_at_title("title-missing", _("没有活动名称，这一行没有导入"))
        elif phrases.is_test(read.title):
            self.note_at_title("test-entry", _("像是测试数据，这一行没有导入"))
        read.participations = list(self.participations())
        read.summary, read.audience, read.category = (
            text("summary"),
            text("audience"),
            self.joined("category"),
        )
        read.facts = {name: text(name) for name in headers.FACTS if text(name)}
        read.note = self.joined("note")
        self.read_place()
        read.online, link = self.link("online"), self.link("link")
        where = read.online or (link if phrases.is_platform(link) or not (read.venue or read.address) else "")
        read.mode = phrases.mode_of((text("mode"), read.category), read.venue, read.address, where)
        read.online = read.online or link
        self.check_venue()
        read.booking, read.booking_note = (
            phrases.booking_of(as_text(self.cells.get("booking")), in_its_column=True),
            text("booking"),
        )
        if read.booking == UNKNOWN:  # 参与方式 is asked for either
            read.booking = phrases.booking_of(text("mode"))
        if read.booking == UNKNOWN:
            read.booking = phrases.booking_in_passing(f"{read.note} {text('title')}")
        self.read_capacity()
        self.read_contact()
        self.read_dates()
        self.read_suitability()
        return read

    def text(self, column: str) -> str:
        return text_of(self.cells.get(column))

    def joined(self, column: str) -> str:
        """All columns of a meaning that may have several."""
        return "；".join(text for text in (self.text(column), *self.more.get(column, ())) if text)

    def note_at_title(self, code: str, why: str) -> None:
        address = self.read.cells.get("title") or self.title_address()
        self.read.note_problem("title", code, ERROR, why, cell=address)

    def title_address(self) -> str:
        column = self.record.title_column
        return self.record.grid.address(self.record.rows[0], column) if column is not None else ""

    def look_out(self) -> None:
        """Errors, formulas and texts that pretend to be formulas, in every cell that is used."""
        grid = self.record.grid
        for places in (self.record.places, *self.record.further):
            for column, place in places.items():
                if column == "number":
                    continue
                origin, address = grid.origin(*place), grid.address(*place)
                cell = grid.sheet.cell(*origin)
                if caution.is_error(cell):
                    why = _("单元格里是错误值 %(text)s，没有采用") % {"text": caution.seen(cell)}
                    self.read.note_problem(column, "cell-error", ERROR, why, cell=address)
                    if places is self.record.places:
                        self.cells[column] = None
                elif origin in grid.sheet.formulas:
                    why = _("这一格是公式，采用了上次算出的结果，请核对")
                    self.read.note_problem(column, "formula-cell", WARNING, why, cell=address)
                if caution.is_unsafe(cell):
                    why = _("以 %(mark)s 开头的文字，导出时会加引号，防止被当作公式") % {
                        "mark": as_text(cell)[:1]
                    }
                    self.read.note_problem(column, "unsafe-text", WARNING, why, cell=address)
                is_link = column in {"online", "link"}
                if links := caution.unsafe_links(as_text(cell), in_link_column=is_link):
                    why = _("“%(link)s”不是网页链接（http 或 https），没有采用") % {"link": links[0][:60]}
                    self.read.note_problem(column, "link-unsafe", ERROR, why, cell=address)
                    if is_link and places is self.record.places:
                        self.cells[column] = None

        for column, index in self.record.columns.items():
            place = (self.record.rows[0], index)
            if place in grid.sheet.formulas and grid.sheet.cell(*place) is None and column != "number":
                why = _("这一格是公式，文件里没有它算出的结果；请打开原表重新保存")
                self.read.note_problem(column, "formula-cell", ERROR, why, cell=grid.address(*place))

    def participations(self) -> Iterator[tuple[str, str]]:
        known: set[tuple[str, str]] = set()
        for column, role in phrases.COLUMN_ROLES.items():
            for named_role, name in split_units(self.joined(column)):
                unit = (named_role or role, name)
                if unit not in known:
                    known.add(unit)
                    yield unit

    def read_place(self) -> None:
        read, names = self.read, self.place.districts
        city = self.text("city").removesuffix("市")
        read.city = "" if city == self.place.city else city
        read.venue, read.address = self.text("venue"), self.text("address")
        if phrases.is_no_place(read.venue):
            read.venue = ""
        read.district = self.text("district")
        if read.city:
            return
        read.district = districts.completed(read.district, names, self.place.city)
        if not read.district and "district" not in self.read.raw:
            read.district = self.district_around()

    def district_around(self) -> str:
        """From the row's place as written; else from the section, the sheet's name or the title."""
        record, names = self.record, self.place.districts
        sources = (
            (self.read.address, False), (self.read.venue, False), (record.section, True),
            (record.grid.sheet.name, True),
            (record.heading, False), (self.read.title, False),
        )  # fmt: skip
        return next(
            (found for text, bare in sources if (found := districts.named_in(text, names, bare_too=bare))), ""
        )

    def link(self, column: str) -> str:
        return self.joined(column) if self.cells.get(column) is not None else ""

    def check_venue(self) -> None:
        read = self.read
        is_asked = self.record.has_column("venue") or self.record.has_column("address")
        if is_asked and not (read.venue or read.address) and read.mode != "online":
            had_error = any(
                problem.code == "cell-error" and problem.cell == read.cells.get("venue")
                for problem in read.problems
            )
            if not had_error:
                address = (
                    read.cells.get("venue")
                    or self.record.address_in("venue")
                    or self.record.address_in("address")
                )
                read.note_problem(
                    "venue", "venue-missing", WARNING, _("没有写活动地点，请补上"), cell=address
                )

    def read_capacity(self) -> None:
        number = self.stored("capacity")
        if number is not None and number == int(number):
            self.read.capacity = int(number) if 0 < number < 1_000_000 else None
        else:
            self.read.capacity = phrases.capacity_of(self.text("capacity"))

    def read_suitability(self) -> None:
        cells = {column: as_text(self.cells.get(column)) for column in suitability.COLUMNS}
        self.read.suits = suitability.read(
            cells, audience=self.read.audience, is_elsewhere=bool(self.read.city)
        )
        for column, code, why in self.read.suits.unclear:
            self.read.note_problem(column, code, WARNING, why)

    def stored(self, column: str) -> float | None:
        """The number in a cell whatever its format shows."""
        place = self.record.places.get(column)
        return self.record.grid.sheet.numbers.get(self.record.grid.origin(*place)) if place else None

    def read_contact(self) -> None:
        read = self.read
        for column in ("contact", "phone"):
            number = self.stored(column)
            text = str(int(number)) if number is not None else self.joined(column)
            found = phrases.contact_in(text, is_phone_column=column == "phone")
            if found.lost:
                why = _("电话变成了科学计数“%(text)s”，请把这一列设为文本后重填") % {"text": found.lost}
                read.note_problem(column, "phone-invalid", ERROR, why)
            elif found.wrong:
                why = _("“%(text)s”不是电话号码") % {"text": found.wrong[:40]}
                read.note_problem(column, "phone-invalid", ERROR, why)
            read.phones += [phone for phone in found.phones if phone not in read.phones]
            if column == "contact" or not read.names:
                read.names += [name for name in found.names if name not in read.names]

    def read_dates(self) -> None:
        read, record = self.read, self.record
        found = self.slots(record.places, self.cells)
        read.slots, read.dates_as_written, read.year = found.slots, found.as_written, found.year
        for places in record.further:
            cells = {column: record.grid.value(*place) for column, place in places.items()}
            further = self.slots(places, cells, inherited=True)
            venue = text_of(cells.get("venue"))
            own = venue if venue and normalized(venue) != normalized(read.venue) else ""
            read.slots = read.slots + [replace(slot, venue=own) for slot in further.slots]
            read.dates_as_written = "\n".join(
                text for text in (read.dates_as_written, further.as_written) if text
            )
        if any(
            problem.code in {"cell-error", "formula-cell"}
            and problem.severity == ERROR
            and problem.cell in self.date_addresses()
            for problem in read.problems
        ):
            read.problems = [problem for problem in read.problems if problem.code != "date-missing"]

    def date_addresses(self) -> set[str]:
        addresses = {self.record.address(column) or self.record.address_in(column) for column in dates.ROLES}
        return addresses - {""}

    def slots(
        self, places: Mapping[str, tuple[int, int]], cells: Mapping[str, Cell], *, inherited: bool = False
    ) -> dates.Reading:
        """The sessions that one row states; a further row may take the day from the one above."""
        given: dict[str, Cell] = {}
        for column in sorted(set(dates.ROLES) & set(cells), key=lambda role: places[role][::-1]):
            cell = stated(cells.get(column))
            if caution.is_error(cell):
                cell = None
            given[column] = cell
        if inherited and not any(given.get(column) for column in ("when", "start")):
            day = stated(self.cells.get("when")) or stated(self.cells.get("start"))
            given["when"] = day
        reading = dates.read(given, self.place.frame, self.record.grid.sheet.epoch)
        codes = [trouble.code for trouble in reading.troubles]
        if codes == ["date-missing"] and any(given.values()):
            reading = self.on_the_day_above(given) or reading
        elif codes == ["date-vague"] and (month := self.month_above(given)):
            cells = given | {"when": f"{month}{given['when']}"}
            reading = dates.read(cells, self.place.frame, self.record.grid.sheet.epoch)
        for trouble in reading.troubles:
            self.read.note_problem(
                trouble.column,
                trouble.code,
                trouble.severity,
                trouble.why,
                cell=self.blamed(trouble.column, places),
            )
        return reading

    def on_the_day_above(self, given: Mapping[str, Cell]) -> dates.Reading | None:
        """Hours alone, where the section or the sheet's name is a day: the rows of a programme."""
        for text in (self.record.section.rpartition("\n")[2], self.record.grid.sheet.name):
            days = dates.read_text(text, self.place.frame) if guessing.DAY.search(text) else None
            if days and not days.troubles and len(days.slots) == 1 and days.slots[0].all_day:
                cells = dict(given)
                if cells.get("when") is not None:
                    cells["clock"] = cells["when"]
                return dates.read(cells | {"when": text}, self.place.frame, self.record.grid.sheet.epoch)
        return None

    def month_above(self, given: Mapping[str, Cell]) -> str:
        """The one month that section, sheet or title names, where the row says only 14日."""
        if not re.match(r"\d{1,2}[日号]", text_of(given.get("when"))):
            return ""
        for text in (self.record.section, self.record.grid.sheet.name, self.record.heading):
            if months := set(re.findall(r"(?<!\d)(?:20\d\d年)?\d{1,2}月(?!\d)", text)):
                return months.pop() if len(months) == 1 else ""
        return ""

    def blamed(self, column: str, places: Mapping[str, tuple[int, int]]) -> str:
        """The address of a date's cell; of the column where there is none in this row."""
        columns, row = self.record.columns, min(place[0] for place in places.values())
        named = "start" if column == "when" and "when" not in columns else column
        if named not in places and named in columns:  # the empty cell, not the clock beside it
            return self.record.grid.address(row, columns[named])
        for name in (column, "when", "start", "clock", "end"):
            if name in places:
                return self.record.grid.address(*places[name])
        for name in (column, "when", "start", "clock"):
            if address := self.record.address_in(name):
                return address
        return ""
