"""The sheet as it was sent, for the eye: a page of its rows, each cell with how it was taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kepuyue.imports.cells import Sheet, as_text, column_letters
from kepuyue.imports.models import ImportRow

ROWS_A_PAGE = 40
COLUMNS_SHOWN = 40
HEADINGS_SEARCHED = 30
ERROR, WARNING, TAKEN, HEADING, PLAIN = "error", "warning", "taken", "heading", "plain"


@dataclass
class ShownCell:
    """One cell: its text, how it was taken, what is said of it; `across` and `down` where it is joined."""

    address: str
    text: str
    tone: str = PLAIN
    whys: list[str] = field(default_factory=list)
    across: int = 1
    down: int = 1
    is_mended: bool = False


@dataclass
class SheetRow:
    """One row from 1. `kind` is heading, entry (`key` is that of its row), skipped, or "" for what was not read."""

    number: int
    kind: str
    key: int | None
    is_hidden: bool
    cells: list[ShownCell]


@dataclass(frozen=True)
class SheetPage:
    """A page of a sheet: the letters of its columns and its rows."""

    letters: list[str]
    rows: list[SheetRow]
    pages: int
    number: int


def page_of(
    sheet: Sheet,
    number: int,
    *,
    rows: Iterable[ImportRow],
    tables: Iterable[dict[str, Any]],
    mended: Iterable[str] = (),
) -> SheetPage:
    """The page with this number from 1. `rows` are the batch's rows of this sheet that stand on the page."""
    pages = max(1, -(-len(sheet.rows) // ROWS_A_PAGE))
    number = min(max(number, 1), pages)
    first = (number - 1) * ROWS_A_PAGE
    last = min(first + ROWS_A_PAGE, len(sheet.rows))
    width = min(max((len(row) for row in sheet.rows[first:last]), default=0), COLUMNS_SHOWN)
    headings = {row for table in tables for row in table["headings"]}
    by_number = {row.number: row for row in rows}
    said: dict[str, list[dict[str, str]]] = {}
    taken: set[str] = set()
    for row in by_number.values():
        for problem in row.problems:
            said.setdefault(problem["cell"], []).append(problem)
        taken |= set(row.cells.values())
    covered, spans = _joined(sheet, first, last, width)
    mended = set(mended)
    shown = []
    for index in range(first, last):
        known = by_number.get(index + 1)
        kind = "heading" if index in headings else ""
        if known:
            kind = "skipped" if known.state == ImportRow.State.SKIPPED else "entry"
        cells = []
        for column in range(width):
            if (index, column) in covered:
                continue
            address = f"{column_letters(column)}{index + 1}"
            across, down = spans.get((index, column), (1, 1))
            cell = ShownCell(address, as_text(sheet.cell(index, column)), across=across, down=down)
            cell.is_mended = address in mended
            problems = said.get(address, [])
            cell.whys = [problem["why"] for problem in problems]
            if any(problem["severity"] == ERROR for problem in problems):
                cell.tone = ERROR
            elif any(problem["severity"] == WARNING for problem in problems):
                cell.tone = WARNING
            elif index in headings:
                cell.tone = HEADING
            elif address in taken:
                cell.tone = TAKEN
            cells.append(cell)
        shown.append(
            SheetRow(index + 1, kind, known.pk if known else None, index in sheet.hidden_rows, cells)
        )
    return SheetPage([column_letters(column) for column in range(width)], shown, pages, number)


def first_headings(sheet: Sheet) -> int | None:
    """The first row, from 0, that may name columns: two texts or more, and rows under it. None where there is none."""
    for index, row in enumerate(sheet.rows[:HEADINGS_SEARCHED]):
        if sum(isinstance(cell, str) for cell in row) >= 2 and any(sheet.rows[index + 1 :]):
            return index
    return None


def _joined(
    sheet: Sheet, first: int, last: int, width: int
) -> tuple[set[tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
    """(cells that a joined cell covers, {its first cell on this page: (across, down)}), cut to the page."""
    covered: set[tuple[int, int]] = set()
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for top, left, bottom, right in sheet.merges:
        bottom, right = min(bottom, last - 1), min(right, width - 1)
        if top < first or top >= last or left >= width or bottom < top or right < left:
            continue
        spans[top, left] = (right - left + 1, bottom - top + 1)
        covered |= {
            (row, column)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
            if (row, column) != (top, left)
        }
    return covered, spans
