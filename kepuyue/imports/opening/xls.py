"""Binary workbooks in compound files: .xls and older .et (BIFF 5 and 8).

Values come from calamine; what is hidden, joined or computed comes from the records (MS-XLS).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import python_calamine as calamine

from kepuyue.imports.cells import EPOCH, EPOCH_1904, Cell, Sheet
from kepuyue.imports.opening.compound import CompoundFile
from kepuyue.imports.opening.filling import Filling, Tally
from kepuyue.imports.opening.limits import MAX_CELLS, RefusedError

VISIBLE = calamine.SheetVisibleEnum.Visible
WORKSHEET = calamine.SheetTypeEnum.WorkSheet


@dataclass
class Looks:
    """What the records of a sheet say beside its values."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 0


def sheets(data: bytes, file: CompoundFile) -> list[tuple[str, Sheet | str]]:
    """The sheets of a compound file's workbook stream."""
    name = next(name for name in file.streams if name in {"Workbook", "Book", "WORKBOOK", "BOOK"})
    looks, epoch = _looks(file.read(name))
    return _sheets(data, looks, epoch)


def _sheets(data: bytes, looks: list[Looks], epoch: date) -> list[tuple[str, Sheet | str]]:
    for look in looks:  # the library lays a sheet out as a full rectangle
        if (look.last_row + 1) * (look.last_column + 1) > MAX_CELLS * 5:
            raise RefusedError("too many rows")
    try:
        book = calamine.CalamineWorkbook.from_object(BytesIO(data))
    except calamine.PasswordError:
        raise RefusedError("locked") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise RefusedError("broken") from None
    tally = Tally()
    found: list[tuple[str, Sheet | str]] = []
    for index, about in enumerate(book.sheets_metadata):
        if about.visible != VISIBLE:
            found.append((about.name, "hidden"))
        elif about.typ != WORKSHEET:
            found.append((about.name, "no table"))
        else:
            look = looks[index] if index < len(looks) else Looks()
            found.append((about.name, _sheet(book, index, look, tally, epoch)))
    return found


def _sheet(book: Any, index: int, look: Looks, tally: Tally, epoch: date) -> Sheet:
    try:
        source = book.get_sheet_by_index(index)
    except (calamine.CalamineError, OSError, ValueError):
        raise RefusedError("broken") from None
    filling = Filling(source.name, tally, epoch)
    top, left = source.start or (0, 0)
    for number, cells in enumerate(source.iter_rows()):
        for column, value in enumerate(cells):
            if value != "":
                filling.put(top + number, left + column, value, number=_serial(value, epoch))
    for row in look.hidden_rows:
        filling.hide_row(row)
    for span in look.hidden_columns:
        filling.hide_columns(*span)
    for merge in look.merges or [(*first, *last) for first, last in source.merged_cell_ranges or ()]:
        filling.merge(*merge)
    for position in look.formulas:
        filling.formula(*position)
    return filling.done()


def _serial(value: Cell, epoch: date) -> float | None:
    if isinstance(value, datetime):
        return (value - datetime.combine(epoch, time())) / timedelta(days=1)
    if isinstance(value, date):
        return float((value - epoch).days)
    return None


# Records ---------------------------------------------------------------------------------

BOF, EOF, FILEPASS, DATEMODE, BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0022, 0x0085
ROW, COLINFO, FORMULA, MERGEDCELLS, DIMENSIONS = 0x0208, 0x007D, 0x0006, 0x00E5, 0x0200
CELLS = {0x0203, 0x0204, 0x027E, 0x00FD, 0x0205, 0x00D6, FORMULA, 0x0406}


def _looks(stream: bytes) -> tuple[list[Looks], date]:
    epoch = EPOCH
    starts: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == FILEPASS:
            raise RefusedError("locked")
        if kind == DATEMODE and body[:2] == b"\x01\x00":
            epoch = EPOCH_1904
        elif kind == BOUNDSHEET:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == EOF:
            break
    return [_sheet_looks(stream, start) for start in starts], epoch


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + size]
        position += 4 + size


def _sheet_looks(stream: bytes, start: int) -> Looks:
    look, depth = Looks(), 0
    try:
        for kind, body in _records(stream, start):
            if (kind & 0xFF == 0x09 and kind != 0x0009) or kind == BOF:
                depth += 1
            elif kind == EOF:
                depth -= 1
                if depth <= 0:
                    break
            elif depth == 1:
                _note(look, kind, body)
    except struct.error:
        pass  # a look that is cut off says nothing; the values are read for themselves
    return look


def _note(look: Looks, kind: int, body: bytes) -> None:
    if kind in CELLS:
        row, column = struct.unpack_from("<HH", body)
        look.last_row, look.last_column = max(look.last_row, row), max(look.last_column, column)
        if kind in {FORMULA, 0x0406}:
            look.formulas.add((row, column))
    elif kind == ROW:
        row, options = struct.unpack_from("<H10xH", body)
        if options & 0x20:
            look.hidden_rows.add(row)
    elif kind == COLINFO:
        first, last, _width, _style, options = struct.unpack_from("<5H", body)
        if options & 1:
            look.hidden_columns.append((first, last))
    elif kind == MERGEDCELLS:
        for number in range(struct.unpack_from("<H", body)[0]):
            first, last, left, right = struct.unpack_from("<4H", body, 2 + 8 * number)
            look.merges.append((first, left, last, right))
