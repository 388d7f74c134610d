"""What a cell of a sheet can hold, and how it reads as text."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None

EPOCH = date(
    1899, 12, 30
)  # day 0 of a workbook's serial days; of those that count from 1904, see `EPOCH_1904`
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"  # letters without width, as web pages leave them
EPOCH_1904 = date(1904, 1, 1)


def as_text(cell: Cell) -> str:
    """What a person sees in the cell, without space around it; lines part in one way."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"  # data like the other cells, in the language of the file
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    text = str(cell).strip()
    if text and (text[0] in UNSEEN or text[-1] in UNSEEN):
        text = text.strip(f"{UNSEEN} \t\r\n\u3000\xa0")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def column_letters(index: int) -> str:
    """The name of a column counted from 0: A, B … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The inverse of `column_letters`."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


@dataclass
class Sheet:
    """One sheet as it was sent: its name ("" for a text table) and its rows from the first on, empty ones included.

    Rows and columns are counted from 0 here and in all that speaks of positions; people are shown them from 1.
    `merges` are (first row, first column, last row, last column). `numbers` keeps what a workbook stored where its
    format makes a date of it. `epoch` is day 0 of its serial days.
    """

    name: str
    rows: list[list[Cell]]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    numbers: dict[tuple[int, int], float] = field(default_factory=dict)
    epoch: date = EPOCH
    is_cut: bool = False  # cells stood beyond the last column that is read

    def cell(self, row: int, column: int) -> Cell:
        """The cell's value, None outside the sheet."""
        cells = self.rows[row] if 0 <= row < len(self.rows) else []
        return cells[column] if 0 <= column < len(cells) else None


@dataclass(frozen=True)
class Book:
    """A file's sheets; `encoding` for text, "" for workbooks; `ignored` as (sheet, why)."""

    sheets: list[Sheet]
    encoding: str = ""
    ignored: list[tuple[str, str]] = field(default_factory=list)
