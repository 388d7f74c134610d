"""Binary workbooks in an archive (MS-XLSB): .xlsb."""

import struct
from collections.abc import Iterator

from kepuyue.imports.cells import EPOCH, EPOCH_1904, Cell, Sheet
from kepuyue.imports.opening.archive import Archive
from kepuyue.imports.opening.filling import Filling, Tally, moment
from kepuyue.imports.opening.formats import shape_of, shape_of_builtin
from kepuyue.imports.opening.limits import RefusedError
from kepuyue.imports.opening.ooxml import relations_of

MAIN = "xl/workbook.bin"
ROW_HEADER, COLUMN_INFO, MERGE_CELL, BOOK_PROPERTIES, BUNDLE_SHEET = 0, 60, 176, 153, 156
TEXT_ITEM, FORMAT, STYLE, BEGIN_CELL_STYLES, END_CELL_STYLES = 19, 44, 47, 617, 618
RK, ERROR, BOOLEAN, REAL, TEXT, SHARED_TEXT = 2, 3, 4, 5, 6, 7
FORMULA_TEXT, FORMULA_REAL, FORMULA_BOOLEAN, FORMULA_ERROR = 8, 9, 10, 11
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def sheets(archive: Archive) -> list[tuple[str, Sheet | str]]:
    """Each sheet's name with the sheet, or why it has none."""
    try:
        return _Book(archive).sheets()
    except (struct.error, IndexError, UnicodeDecodeError):
        raise RefusedError("broken") from None


class _Book:
    """What all sheets share, and the list of sheets."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._relations = relations_of(archive, MAIN)
        self._epoch = EPOCH
        self._tally = Tally()
        self._texts: list[str] = []
        self._shapes: list[str] = []
        for kind, target in self._relations.values():
            if kind == "sharedStrings":
                self._texts = [
                    _wide(body, 1)[0] for what, body in _records(archive.read(target)) if what == TEXT_ITEM
                ]
            elif kind == "styles":
                self._shapes = _shapes(archive.read(target))

    def sheets(self) -> list[tuple[str, Sheet | str]]:
        found: list[tuple[str, Sheet | str]] = []
        listed: list[tuple[int, str, str]] = []
        for kind, body in _records(self._archive.read(MAIN)):
            if kind == BOOK_PROPERTIES and body[0] & 1:
                self._epoch = EPOCH_1904
            elif kind == BUNDLE_SHEET:
                state = struct.unpack_from("<I", body)[0]
                key, after = _wide(body, 8)
                if key not in self._relations:  # as programs of 2006 wrote it
                    key, after = _wide(body, 12)
                listed.append((state, key, _wide(body, after)[0]))
        for state, key, name in listed:
            what, part = self._relations.get(key, ("", ""))
            if state:
                found.append((name, "hidden"))
            elif what != "worksheet":
                found.append((name, "no table"))
            else:
                found.append((name, self._sheet(name, self._archive.read(part))))
        if not found:
            raise RefusedError("broken")
        return found

    def _sheet(self, name: str, data: bytes) -> Sheet:
        filling = Filling(name, self._tally, self._epoch)
        row, hides = 0, False
        for kind, body in _records(data):
            if kind == ROW_HEADER:
                if hides:
                    filling.hide_row(row)
                row, hides = struct.unpack_from("<I", body)[0], bool(body[11] & 0x10)
            elif RK <= kind <= FORMULA_ERROR:
                column, style = struct.unpack_from("<II", body)
                self._put(filling, row, column, style & 0xFFFFFF, kind, body)
            elif kind == COLUMN_INFO:
                first, last, _width, _style, flags = struct.unpack_from("<4IH", body)
                if flags & 1:
                    filling.hide_columns(first, last)
            elif kind == MERGE_CELL:
                first, last, left, right = struct.unpack_from("<4I", body)
                filling.merge(first, left, last, right)
        if hides:
            filling.hide_row(row)
        return filling.done()

    def _put(self, filling: Filling, row: int, column: int, style: int, kind: int, body: bytes) -> None:
        if kind >= FORMULA_TEXT:
            filling.formula(row, column)
        value: Cell
        if kind in {TEXT, FORMULA_TEXT}:
            value = _wide(body, 8)[0]
        elif kind == SHARED_TEXT:
            value = self._texts[struct.unpack_from("<I", body, 8)[0]]
        elif kind in {BOOLEAN, FORMULA_BOOLEAN}:
            value = bool(body[8])
        elif kind in {ERROR, FORMULA_ERROR}:
            value = ERRORS.get(body[8], "#N/A")
        else:
            number = (
                _rk(struct.unpack_from("<I", body, 8)[0])
                if kind == RK
                else struct.unpack_from("<d", body, 8)[0]
            )
            shape = self._shapes[style] if style < len(self._shapes) else ""
            if shape:
                filling.put(row, column, moment(number, self._epoch, shape), number=number)
                return
            value = number
        filling.put(row, column, value)


def _shapes(data: bytes) -> list[str]:
    formats: dict[int, str] = {}
    shapes: list[str] = []
    inside = False
    for kind, body in _records(data):
        if kind == FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = shape_of(_wide(body, 2)[0])
        elif kind in {BEGIN_CELL_STYLES, END_CELL_STYLES}:
            inside = kind == BEGIN_CELL_STYLES
        elif kind == STYLE and inside:
            number = struct.unpack_from("<H", body, 2)[0]
            shapes.append(formats[number] if number in formats else shape_of_builtin(number))
    return shapes


def _rk(stored: int) -> float:
    """A number packed into 30 bits: an integer or the upper part of a double, perhaps a hundredfold."""
    if stored & 2:
        number = float(struct.unpack("<i", struct.pack("<I", stored))[0] >> 2)
    else:
        number = struct.unpack("<d", struct.pack("<Q", (stored & 0xFFFFFFFC) << 32))[0]
    return number / 100 if stored & 1 else number


def _wide(body: bytes, position: int) -> tuple[str, int]:
    """A text with its length before it, and where the next field begins."""
    length = struct.unpack_from("<I", body, position)[0]
    end = position + 4 + 2 * length
    if length > len(body):
        return "", position + 4
    return body[position + 4 : end].decode("utf-16-le", "replace"), end


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data):
        kind = data[position]
        position += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[position] & 0x7F) << 7
            position += 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte = data[position]
            position += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield kind, data[position : position + size]
        position += size
