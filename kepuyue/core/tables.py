"""Tables that leave the house as files. A cell never becomes a formula in the program that opens it."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

# What spreadsheet programs take for the beginning of a formula or a command (OWASP, CSV injection)
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
WIDEST = 60  # characters of a column
_NOT_IN_NAMES = frozenset("[]:*?/\\")

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def neutral(value: Any) -> Any:
    """The value as a cell may hold it: numbers stay numbers, text that would be a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def to_csv(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with a byte-order mark, without which office programs take Chinese for another encoding."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerows([[neutral(cell) for cell in row] for row in (head, *rows)])
    return written.getvalue().encode("utf-8-sig")


def to_xlsx(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet with a fixed head line; every text is written as text. `name`: as somebody typed it."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        sheet = book.add_worksheet(_sheet_name(name))
        widths = [len(str(cell)) * 2 for cell in head]
        for number, row in enumerate((head, *rows)):
            for column, cell in enumerate(row):
                value = neutral(cell)
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write_number(number, column, value)
                widths[column] = max(widths[column], len(str(value)) * 2 if number else 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, WIDEST))
        sheet.freeze_panes(1, 0)
    return written.getvalue()


def _sheet_name(name: str) -> str:
    """The name without what spreadsheet programs refuse in the name of a sheet; nothing left: their own."""
    kept = "".join(sign for sign in name if sign not in _NOT_IN_NAMES and sign.isprintable())
    return kept.strip(" '")[:31].rstrip(" '") or "1"
