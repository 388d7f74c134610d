"""A sheet with its joined cells: what holds at a place, and what really stands there."""

from collections.abc import Iterator

from kepuyue.imports.cells import Cell, Sheet, as_text, column_letters

# What people write into a cell to say that there is nothing
NOTHING = frozenset({
    "-", "--", "—", "——", "/", "\\", "无", "暂无", "空", "N/A", "n/a", "/ /", "－", "无。",
    "(空)", "(跳过)", "（空）", "（跳过）",  # question forms, where nobody answered
    "NULL", "null", "NaN", "nan", "None",  # programs
})  # fmt: skip


class Grid:
    """Looks up a sheet's cells. A joined cell holds for every place that it covers."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.height = len(sheet.rows)
        self._origins: dict[tuple[int, int], tuple[int, int]] = {}
        self._spans: dict[tuple[int, int], tuple[int, int]] = {}
        for first_row, first_column, last_row, last_column in sheet.merges:
            if (last_row - first_row + 1) * (last_column - first_column + 1) > 200_000:
                continue  # a page painted as one cell
            if sheet.cell(first_row, first_column) is None:
                continue
            self._spans[first_row, first_column] = (last_row, last_column)
            for row in range(first_row, last_row + 1):
                for column in range(first_column, last_column + 1):
                    self._origins[row, column] = (first_row, first_column)

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """Where the cell that holds here stands."""
        return self._origins.get((row, column), (row, column))

    def value(self, row: int, column: int) -> Cell:
        """What holds here. A joined cell holds in its first column for every row that it covers."""
        first_row, first_column = self.origin(row, column)
        if first_column != column:
            return None
        return self.sheet.cell(first_row, first_column)

    def across(self, row: int, column: int) -> Cell:
        """What holds here, joined to the right as well: for headings."""
        return self.sheet.cell(*self.origin(row, column))

    def is_inherited(self, row: int, column: int) -> bool:
        """Whether what holds here stands in a row above."""
        return self.origin(row, column)[0] < row

    def reach(self, row: int, column: int) -> tuple[int, int]:
        """The last row and column of the cell that stands here."""
        return self._spans.get((row, column), (row, column))

    def own(self, row: int) -> list[tuple[int, Cell]]:
        """The cells that stand in this row itself, with their columns."""
        cells = self.sheet.rows[row] if row < self.height else []
        return [
            (column, cell)
            for column, cell in enumerate(cells)
            if cell is not None and self.origin(row, column) == (row, column)
        ]

    def address(self, row: int, column: int) -> str:
        """The address of the cell that holds here, as spreadsheet programs write it."""
        first_row, first_column = self.origin(row, column)
        return f"{column_letters(first_column)}{first_row + 1}"

    def rows(self) -> Iterator[int]:
        """The rows that hold something."""
        return (row for row in range(self.height) if self.sheet.rows[row])


def stated(cell: Cell) -> Cell:
    """The cell's content; None for what only says that there is nothing."""
    if isinstance(cell, str) and cell.strip() in NOTHING:
        return None
    return cell


def text_of(cell: Cell) -> str:
    """The content as text; nothing for what only says that there is nothing."""
    return as_text(stated(cell))
