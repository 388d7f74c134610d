"""OpenDocument spreadsheets (ISO/IEC 26300): .ods and templates of it."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from kepuyue.imports.cells import EPOCH, Cell, Sheet
from kepuyue.imports.opening.archive import Archive
from kepuyue.imports.opening.filling import Filling, Tally
from kepuyue.imports.opening.limits import MAX_COLUMNS, MAX_LAST_ROW, RefusedError
from kepuyue.imports.opening.xml import attribute, parse

_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")
MAX_REPEATED = 1_000  # of a row with content; programs repeat rows to paint a page


def sheets(archive: Archive) -> list[tuple[str, Sheet | str]]:
    """Each sheet's name with the sheet, or why it has none."""
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise RefusedError("locked")
    return _Content().read(archive.stream("content.xml"))


class _Content:
    """The whole content in one pass: styles first, then tables."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._found: list[tuple[str, Sheet | str]] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._epoch = EPOCH
        self._depth = 0  # of tables within tables
        self._notes = 0  # of comments, whose text is not the cell's
        self._filling: Filling | None = None
        self._is_hidden = False
        self._row = self._column = 0
        self._repeat_row = self._repeat = 1
        self._hides_row = self._in_cell = self._in_text = False
        self._attributes: dict[str, str] = {}
        self._paragraphs: list[str] = []
        self._row_cells: list[tuple[int, Cell]] = []

    def read(self, pieces: Iterable[bytes]) -> list[tuple[str, Sheet | str]]:
        try:
            parse(pieces, self._start, self._end, self._text)
        except ValueError:
            raise RefusedError("broken") from None
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style":
            self._style = attribute(attributes, "name")
        elif name == "table-properties" and attribute(attributes, "display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "null-date" and (stated := attribute(attributes, "date-value")):
            self._epoch = date.fromisoformat(stated[:10])
        elif name == "table":
            self._depth += 1
            if self._depth == 1:
                self._filling = Filling(attribute(attributes, "name"), self._tally, self._epoch)
                self._is_hidden = attribute(attributes, "style-name") in self._hidden_styles
                self._row = self._column = 0
        elif self._depth != 1 or self._is_hidden:
            return
        elif name == "table-column":
            count = int(attribute(attributes, "number-columns-repeated") or 1)
            if attribute(attributes, "visibility") in {"collapse", "filter"} and self._filling:
                self._filling.hide_columns(self._column, self._column + count - 1)
            self._column += count
        elif name == "table-row":
            self._column = 0
            self._row_cells = []
            self._repeat_row = int(attribute(attributes, "number-rows-repeated") or 1)
            self._hides_row = attribute(attributes, "visibility") in {"collapse", "filter"}
        elif name in {"table-cell", "covered-table-cell"}:
            self._in_cell, self._attributes, self._paragraphs = True, attributes, []
        elif name == "annotation":
            self._notes += 1
        elif self._in_cell and not self._notes:
            self._start_text(name, attributes)

    def _start_text(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p":
            self._paragraphs.append("")
            self._in_text = True
        elif name == "s" and self._paragraphs:
            self._paragraphs[-1] += " " * min(int(attribute(attributes, "c") or 1), 100)
        elif name == "tab" and self._paragraphs:
            self._paragraphs[-1] += "\t"
        elif name == "line-break" and self._paragraphs:
            self._paragraphs[-1] += "\n"

    def _text(self, text: str) -> None:
        if self._in_text and self._in_cell and not self._notes:
            self._paragraphs[-1] += text

    def _end(self, name: str) -> None:
        if name == "table":
            self._depth -= 1
            if self._depth == 0 and self._filling:
                sheet = self._filling.done()
                self._found.append((sheet.name, "hidden" if self._is_hidden else sheet))
        elif self._depth != 1 or self._is_hidden:
            return
        elif name == "annotation":
            self._notes -= 1
        elif name == "p" and not self._notes:
            self._in_text = False
        elif name in {"table-cell", "covered-table-cell"}:
            self._end_cell(covered=name.startswith("covered"))
        elif name == "table-row":
            self._end_row()

    def _end_cell(self, *, covered: bool) -> None:
        self._in_cell = False
        attributes, filling = self._attributes, self._filling
        count = int(attribute(attributes, "number-columns-repeated") or 1)
        value = None if covered else self._value(attributes)
        if value is not None and filling:
            self._row_cells += [(self._column + more, value) for more in range(min(count, MAX_COLUMNS))]
            if attribute(attributes, "formula"):
                filling.formula(self._row, self._column)
        rows = int(attribute(attributes, "number-rows-spanned") or 1)
        columns = int(attribute(attributes, "number-columns-spanned") or 1)
        if filling and (rows > 1 or columns > 1):
            filling.merge(self._row, self._column, self._row + rows - 1, self._column + columns - 1)
        self._column += count

    def _end_row(self) -> None:
        filling = self._filling
        if filling and self._row_cells:
            if self._repeat_row > MAX_REPEATED:
                raise RefusedError("too many rows")
            for row in range(self._row, self._row + self._repeat_row):
                for column, value in self._row_cells:
                    filling.put(row, column, value)
                if self._hides_row:
                    filling.hide_row(row)
        self._row = min(self._row + self._repeat_row, MAX_LAST_ROW)

    def _value(self, attributes: dict[str, str]) -> Cell:
        kind = attribute(attributes, "value-type")
        stated = attribute(attributes, "value")
        text = "\n".join(self._paragraphs)
        if kind in {"float", "percentage", "currency"} and stated:
            return text if text.startswith("#") else float(stated)
        if kind == "date" and (day := attribute(attributes, "date-value")):
            return datetime.fromisoformat(day[:19]) if "T" in day else date.fromisoformat(day)
        if kind == "time" and (span := _DURATION.fullmatch(attribute(attributes, "time-value"))):
            days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
            length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
            return (datetime.min + length).time() if length < timedelta(days=1) else length
        if kind == "boolean":
            return attribute(attributes, "boolean-value") == "true"
        return text or None
