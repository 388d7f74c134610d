"""Where in a sheet activities stand: tables with headings, tables without, forms; and which rows are none.

Gives `Record`s: the cells of one activity by meaning, with the section, sheet name and title it stands under.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from django.utils.translation import gettext as _

from kepuyue.imports import forms_in_sheets, guessing, headers, heads, rows
from kepuyue.imports.cells import Cell, as_text
from kepuyue.imports.grid import Grid, text_of
from kepuyue.imports.reading import Table


@dataclass
class Record:
    """The cells of one activity by meaning, where each stands (row, column from 0), and further rows of sessions."""

    grid: Grid
    rows: list[int]
    places: dict[str, tuple[int, int]]
    more: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    further: list[dict[str, tuple[int, int]]] = field(default_factory=list)
    section: str = ""
    heading: str = ""  # the texts above the table
    is_hidden: bool = False
    columns: Mapping[str, int] = field(default_factory=dict)  # of its table

    @property
    def title_column(self) -> int | None:
        """Where titles stand in its table."""
        return self.columns.get("title")

    def has_column(self, column: str) -> bool:
        """Whether its table or form asks for this."""
        return column in self.columns or column in self.places

    def address_in(self, column: str) -> str:
        """The address in its first row, where its table has the column; "" where not."""
        if column not in self.columns:
            return ""
        return self.grid.address(self.rows[0], self.columns[column])

    def cell(self, column: str) -> Cell:
        """What holds for a meaning."""
        place = self.places.get(column)
        return self.grid.sheet.cell(*self.grid.origin(*place)) if place else None

    def address(self, column: str) -> str:
        """Where it stands."""
        place = self.places.get(column)
        return self.grid.address(*place) if place else ""


@dataclass
class Found:
    """What a sheet holds."""

    records: list[Record] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def find(grid: Grid, chosen: Mapping[str, str] | None = None, districts: Sequence[str] = ()) -> Found:
    """All records of a sheet. `chosen` are meanings that a person gave to headings (after `headers.plain`).

    `districts` are names that head the rows of theirs.
    """
    found = Found()
    starts = heads.find(grid, chosen)
    is_named = any("title" not in head.guessed for head in starts)
    forms = [] if is_named else forms_in_sheets.find(grid, chosen)
    if forms:
        for form in forms:
            for meaning, place in (form.sessions[0] if form.sessions else {}).items():
                form.places.setdefault(meaning, place)
            inner = [place for session in form.sessions for place in session.values()]
            found.tables.append(Table(grid.sheet.name, (), {}, form.first, form.last, is_form=True))
            found.records.append(
                Record(
                    grid,
                    sorted(
                        {place[0] for place in [*form.places.values(), *inner, *chain(*form.more.values())]}
                    ),
                    form.places,
                    form.more,
                    form.sessions[1:],
                    heading=form.heading,
                )
            )
        read = {row for form in forms for row in range(form.first, form.last + 1)}
        found.skipped += [
            (row, _("不在登记表里")) for row in grid.rows() if row not in read and grid.own(row)
        ]
        return found
    if not starts and (guess := guessing.columns(grid)):
        starts = [heads.Head((), guess, {}, tuple(guess), first=0)]
    section = rows.Section()
    for index, head in enumerate(starts):
        end = min(
            (other.first for other in starts[index + 1 :] if other.first > head.first), default=grid.height
        )
        above = max((other.last_row for other in starts[:index] if other.first < head.first), default=-1)
        reading = _Reading(grid, head, end, found, _above(grid, above, head, found, first=index == 0))
        reading.districts = districts
        reading.section = section or _section_above(grid, above, head)
        reading.read()
        section = reading.section_for_next
    return found


def _above(grid: Grid, after: int, head: heads.Head, found: Found, *, first: bool) -> str:
    """The texts between the last table and this heading: the table's title. They are told as no activities."""
    texts = []
    for row in range(after + 1, head.first):
        own = grid.own(row)
        if own and first:
            found.skipped.append((row, _("表格标题或说明")))
        if row == head.first - 1 and len(own) == 1 and rows.heads_rows(as_text(own[0][1])):
            continue  # holds until the next of its kind, see `_section_above`
        texts += [
            as_text(cell)
            for column, cell in own
            if isinstance(cell, str) and head.left <= column < head.right
        ]
    return "\n".join(text for text in texts if not rows.is_note(text))


def _section_above(grid: Grid, after: int, head: heads.Head) -> rows.Section:
    """The section that a numbered text right above the heading begins: 一、福田区活动."""
    own = grid.own(head.first - 1) if head.first - 1 > after else []
    if len(own) == 1 and rows.heads_rows(as_text(own[0][1])):
        return rows.Section(as_text(own[0][1]))
    return rows.Section()


class _Reading:
    """Reads the rows of one table."""

    def __init__(self, grid: Grid, head: heads.Head, end: int, found: Found, heading: str) -> None:
        self.grid, self.head, self.end, self.found = grid, head, end, found
        self.heading = heading
        self.districts: Sequence[str] = ()
        self.section = rows.Section()
        self.section_for_next = rows.Section()  # stands under the last row, above the next table
        self.record: Record | None = None
        self.labels = [headers.plain(as_text(grid.across(row, column))) for row in head.headings[:1]
                       for column in range(len(grid.sheet.rows[row]))]  # fmt: skip

    def read(self) -> None:
        head, grid = self.head, self.grid
        last = head.begin - 1
        for row in range(head.begin, self.end):
            if grid.sheet.rows[row]:
                last = row
                self._row(row)
        head.last_row = last
        self.found.tables.append(
            Table(grid.sheet.name, head.headings, dict(head.columns), head.begin, last, head.guessed)
        )
        used = {*head.columns.values(), *(column for columns in head.more.values() for column in columns)}
        for row in head.headings[-1:]:
            for column in range(head.left, min(head.right, len(grid.sheet.rows[row]))):
                text = as_text(grid.across(row, column))
                if text and column not in used:
                    self.found.unused.append(text)

    def _row(self, row: int) -> None:
        grid, head = self.grid, self.head
        own = [(column, cell) for column, cell in grid.own(row) if head.left <= column < head.right]
        if not own:
            return
        places = self._places(row)
        why = self._why_none(row, own, places)
        if why:
            self.found.skipped.append((row, why))
            self.record = None if why != _("合计行") else self.record
            return
        if self._goes_on(row, own, places):
            assert self.record is not None
            self.record.rows.append(row)
            self.record.further.append(places)
            return
        more = {
            meaning: [(row, column) for column in columns if text_of(grid.value(row, column))]
            for meaning, columns in head.more.items()
        }
        self.record = Record(grid, [row], places, more, section=self.section.text, heading=self.heading,
                             columns=head.columns)  # fmt: skip
        self.record.is_hidden = row in grid.sheet.hidden_rows
        self.section_for_next = rows.Section()
        self.found.records.append(self.record)

    def _places(self, row: int) -> dict[str, tuple[int, int]]:
        places = {}
        for meaning, column in self.head.columns.items():
            if self.grid.value(row, column) is not None:
                places[meaning] = (row, column)
        return places

    def _text(self, places: Mapping[str, tuple[int, int]], meaning: str) -> str:
        place = places.get(meaning)
        return text_of(self.grid.value(*place)) if place else ""

    def _why_none(
        self, row: int, own: Sequence[tuple[int, Cell]], places: Mapping[str, tuple[int, int]]
    ) -> str:
        texts = [as_text(cell) for _column, cell in own if text_of(cell)]
        if not texts:
            return _("空行")
        title = self._text(places, "title")
        plains = [headers.plain(text) for text in texts]
        if len(plains) > 1 and sum(text in self.labels for text in plains) >= max(2, len(plains) - 1):
            return _("重复的表头")
        if why := rows.why_no_activity(texts, title):
            return why
        if len(texts) == 1:
            column = own[0][0]
            wide = self.grid.reach(row, column)[1] > column
            alone = rows.Alone(texts[0], in_title=column == self.head.columns.get("title"), is_wide=wide)
            mine = {meaning for meaning, place in places.items() if not self.grid.is_inherited(*place)}
            is_time = self.record is not None and not wide and mine <= rows.TIMES and bool(mine)
            if is_time and (guessing.DAY.search(texts[0]) or guessing.CLOCK.search(texts[0])):
                return ""
            if self._is_caption(row):
                self.section_for_next = self.section.then(texts[0])
                return _("分节标题或说明")
            if alone.is_section(self.districts) or not (title or self._is_about_time(places)):
                self.section = self.section_for_next = self.section.then(texts[0])
                return _("分节标题或说明")
        meant = {meaning for meaning, place in places.items() if text_of(self.grid.value(*place))}
        inherited = {meaning for meaning in meant if self.grid.is_inherited(*places[meaning])}
        if not meant - inherited - rows.PREFILLED and "title" not in meant:
            return _("只有序号") if meant & {"number"} or texts else _("没有活动内容")
        return ""

    def _is_caption(self, row: int) -> bool:
        """Whether a text that stands alone is the last before another table's heading."""
        below = (under for under in range(row + 1, self.grid.height) if self.grid.sheet.rows[under])
        return self.end < self.grid.height and next(below, None) == self.end

    def _is_about_time(self, places: Mapping[str, tuple[int, int]]) -> bool:
        return bool(places.keys() & rows.TIMES) and self.record is not None

    def _goes_on(
        self, row: int, own: Sequence[tuple[int, Cell]], places: Mapping[str, tuple[int, int]]
    ) -> bool:
        """Whether only time and place stand in this row, under the title of the activity above."""
        if self.record is None or self.record.rows[-1] != self._before(row):
            return False
        if self.record.is_hidden or row in self.grid.sheet.hidden_rows:
            return False
        new = {
            meaning for meaning, place in places.items()
            if not self.grid.is_inherited(*place) and text_of(self.grid.value(*place))
        }  # fmt: skip
        if "title" in places and not self.grid.is_inherited(*places["title"]):
            return False
        if not new & rows.TIMES or not new <= rows.OF_A_SESSION:
            return False
        # A number of its own without a joined title is a row whose title is missing
        return "title" in places or "number" not in new

    def _before(self, row: int) -> int:
        row -= 1
        while row > 0 and not self.grid.sheet.rows[row]:
            row -= 1
        return row
