"""Cells arrive one by one; here they become a `Sheet`, bounded, with nothing kept for what is empty."""

import re
from datetime import date, datetime, time, timedelta

from kepuyue.imports.cells import EPOCH, Cell, Sheet
from kepuyue.imports.opening.limits import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_LAST_ROW,
    MAX_ROWS,
    MAX_TEXT,
    RefusedError,
)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BLANK: list[Cell] = []  # one list for all empty rows: a million of them cost a pointer each


class Tally:
    """Rows and cells of the whole file, so that many sheets are bounded as one is."""

    def __init__(self) -> None:
        self.rows = self.cells = 0

    def row(self) -> None:
        """One more row with content."""
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise RefusedError("too many rows")

    def cell(self) -> None:
        """One more cell with content."""
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise RefusedError("too many rows")


class Filling:
    """A sheet while it is being read. Rows may come in any order, as broken writers make them."""

    def __init__(self, name: str, tally: Tally, epoch: date = EPOCH) -> None:
        self.sheet = Sheet(name, [], epoch=epoch)
        self._tally = tally

    def put(self, row: int, column: int, value: Cell, *, number: float | None = None) -> None:
        """A cell's value; `number` is what was stored where the format made a date of it."""
        if isinstance(value, str):
            value = _CONTROL.sub("", value[:MAX_TEXT]) if value.strip() else None
        if value is None or value == "" or not 0 <= row < MAX_LAST_ROW or column < 0:
            return
        if column >= MAX_COLUMNS:
            self.sheet.is_cut = True
            return
        self._tally.cell()
        cells = self._row(row)
        while len(cells) <= column:
            cells.append(None)
        cells[column] = value
        if number is not None:
            self.sheet.numbers[row, column] = number

    def _row(self, row: int) -> list[Cell]:
        rows = self.sheet.rows
        if row >= len(rows):
            rows.extend([_BLANK] * (row + 1 - len(rows)))
        if rows[row] is _BLANK:
            self._tally.row()
            rows[row] = []
        return rows[row]

    def hide_row(self, row: int) -> None:
        """A row that people do not see; of no interest where it is empty."""
        if row < len(self.sheet.rows) and self.sheet.rows[row]:
            self.sheet.hidden_rows.add(row)

    def hide_columns(self, first: int, last: int) -> None:
        """Columns that people do not see."""
        self.sheet.hidden_columns.update(range(max(0, first), min(last, MAX_COLUMNS - 1) + 1))

    def merge(self, first_row: int, first_column: int, last_row: int, last_column: int) -> None:
        """Cells joined to one; only those with content matter, and no joined cell reaches below the last row."""
        if first_column < MAX_COLUMNS and (first_row, first_column) != (last_row, last_column):
            self.sheet.merges.append((first_row, first_column, last_row, min(last_column, MAX_COLUMNS - 1)))

    def formula(self, row: int, column: int) -> None:
        """A cell that is computed; its last value is read."""
        if column < MAX_COLUMNS:
            self.sheet.formulas.add((row, column))

    def done(self) -> Sheet:
        """The sheet; joined cells beyond its content are forgotten."""
        sheet = self.sheet
        sheet.merges = [
            (row, column, min(last, len(sheet.rows) - 1), last_column)
            for row, column, last, last_column in sheet.merges
            if row < len(sheet.rows)
        ]
        return sheet


def moment(serial: float, epoch: date, shape: str) -> Cell:
    """A serial day as a date, a clock or a length of time; the number itself where no calendar has it."""
    seconds = round(serial * 86_400)
    if shape == "length":
        return timedelta(seconds=seconds)
    if 0 <= serial < 1 and shape != "day":
        return (datetime.min + timedelta(seconds=min(seconds, 86_399))).time()
    if not 1 <= serial < 2_958_466:
        return serial
    try:
        found = datetime.combine(epoch, time()) + timedelta(seconds=seconds)
    except OverflowError:
        return serial
    return found.date() if shape == "day" and found.time() == time() else found
