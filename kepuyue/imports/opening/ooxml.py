"""Workbooks of spreadsheets since 2007 (ISO/IEC 29500, transitional and strict): .xlsx, .xlsm, newer .et."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from kepuyue.imports.cells import EPOCH, EPOCH_1904, Cell, Sheet
from kepuyue.imports.opening.archive import Archive
from kepuyue.imports.opening.filling import Filling, Tally, moment
from kepuyue.imports.opening.formats import shape_of, shape_of_builtin
from kepuyue.imports.opening.limits import RefusedError
from kepuyue.imports.opening.xml import attribute, parse

# A cell that has a look and no content; dropped before it costs anything
_EMPTY_CELLS = re.compile(rb"<(?:\w+:)?c(?:\s[^<>]*)?/>")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def sheets(archive: Archive) -> list[tuple[str, Sheet | str]]:
    """Each sheet's name with the sheet, or why it has none."""
    book = _Book(archive)
    tally = Tally()
    found: list[tuple[str, Sheet | str]] = []
    for name, state, part in book.parts:
        if state in {"hidden", "veryHidden"}:
            found.append((name, "hidden"))
        elif (
            ("worksheets/" not in part and "sheet" not in posixpath.basename(part).lower())
            or "chartsheets/" in part
            or "dialogsheets/" in part
            or "macrosheets/" in part
        ):
            found.append((name, "no table"))
        elif part not in archive:
            raise RefusedError("broken")
        else:
            found.append((name, _Worksheet(name, book, tally).read(archive.stream(part))))
    return found


class _Book:
    """What all sheets share: texts, formats, the epoch; and the list of sheets with their parts."""

    def __init__(self, archive: Archive) -> None:
        self.parts: list[tuple[str, str, str]] = []
        self.epoch = EPOCH
        self.texts: list[str] = []
        self.shapes: list[str] = []
        main = next(
            (target for kind, target in relations_of(archive, "").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        relations = relations_of(archive, main)
        names: list[tuple[str, str, str]] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "workbookPr" and attributes.get("date1904") in {"1", "true", "on"}:
                self.epoch = EPOCH_1904
            elif name == "sheet":
                names.append(
                    (attributes.get("name", ""), attributes.get("state", ""), attribute(attributes, "id"))
                )

        parse([archive.read(main)], start, _nothing, _nothing)
        self.parts = [(name, state, relations[key][1]) for name, state, key in names if key in relations]
        if not self.parts:
            raise RefusedError("broken")
        for kind, target in relations.values():
            if kind == "sharedStrings" and target in archive:
                self.texts = _texts(archive.stream(target))
            elif kind == "styles" and target in archive:
                self.shapes = _shapes(archive.stream(target))


def relations_of(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """The relations of a part: id to (last word of the kind, name of the other part)."""
    folder, name = posixpath.split(part)
    relations: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

    data = archive.read(posixpath.join(folder, "_rels", f"{name}.rels"))
    if data:
        parse([data], start, _nothing, _nothing)
    return relations


def _nothing(*_arguments: object) -> None:
    pass


class _Texts:
    """Collects texts of `si` elements, without the readings (furigana, pinyin) beside them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._in_text = self._in_reading = False
        self._size = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._in_reading = True
        elif name == "t":
            self._in_text = not self._in_reading

    def text(self, text: str) -> None:
        if self._in_text:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_reading = False
        elif name == "si":
            self.found.append(_unescaped("".join(self._pieces)))
            self._size += len(self.found[-1])
            if self._size > 50_000_000:
                raise RefusedError("too much")


def _texts(pieces: Iterable[bytes]) -> list[str]:
    texts = _Texts()
    parse(pieces, texts.start, texts.end, texts.text)
    return texts.found


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def _shapes(pieces: Iterable[bytes]) -> list[str]:
    """For each style of a cell, what its number format makes of numbers: day, clock, moment, length or ""."""
    formats: dict[int, str] = {}
    shapes: list[str] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            formats[int(attributes.get("numFmtId", "0"))] = shape_of(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            number = int(attributes.get("numFmtId", "0"))
            shapes.append(formats[number] if number in formats else shape_of_builtin(number))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside[0] = False

    try:
        parse(pieces, start, end, _nothing)
    except ValueError:
        raise RefusedError("broken") from None
    return shapes


class _Worksheet:
    """One sheet, cell by cell."""

    def __init__(self, name: str, book: _Book, tally: Tally) -> None:
        self._book = book
        self._filling = Filling(name, tally, book.epoch)
        self._row = self._column = -1
        self._type = self._style = ""
        self._value: list[str] = []
        self._reads = self._hides = self._all_hidden = self._in_reading = False

    def read(self, pieces: Iterable[bytes]) -> Sheet:
        try:
            parse(_without_empty_cells(pieces), self._start, self._end, self._text)
        except (ValueError, IndexError):
            raise RefusedError("broken") from None
        return self._filling.done()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            self._type, self._style, self._value = attributes.get("t", "n"), attributes.get("s", ""), []
        elif name == "v" or (name == "t" and not self._in_reading):
            self._reads = True
        elif name == "f":
            self._filling.formula(self._row, self._column)
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            self._hides = _is_hidden(attributes) or (self._all_hidden and "hidden" not in attributes)
        elif name == "rPh":
            self._in_reading = True
        elif name == "mergeCell":
            first, _colon, last = attributes.get("ref", "").replace("$", "").partition(":")
            self._filling.merge(*_position(first), *_position(last or first))
        elif name == "col":
            if _is_hidden(attributes) or attributes.get("width") == "0":
                self._filling.hide_columns(int(attributes["min"]) - 1, int(attributes["max"]) - 1)
        elif name == "sheetFormatPr":
            self._all_hidden = attributes.get("zeroHeight") in {"1", "true"}

    def _text(self, text: str) -> None:
        if self._reads:
            self._value.append(text)

    def _end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._reads = False
        elif name == "rPh":
            self._in_reading = False
        elif name == "c":
            if self._value:
                self._put("".join(self._value))
        elif name == "row" and self._hides:
            self._filling.hide_row(self._row)

    def _put(self, text: str) -> None:
        put, row, column = self._filling.put, self._row, self._column
        if self._type == "s":
            put(row, column, self._book.texts[int(text)])
        elif self._type in {"str", "inlineStr", "e"}:
            put(row, column, _unescaped(text))
        elif self._type == "b":
            put(row, column, text.strip() in {"1", "true"})
        elif self._type == "d":
            put(row, column, _iso(text))
        else:
            number = float(text)
            style = int(self._style or 0)
            shape = self._book.shapes[style] if style < len(self._book.shapes) else ""
            if shape:
                put(row, column, moment(number, self._book.epoch, shape), number=number)
            else:
                put(row, column, number)


def _iso(text: str) -> Cell:
    try:
        return datetime.fromisoformat(text.rstrip("Z")) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return text


def _is_hidden(attributes: dict[str, str]) -> bool:
    return attributes.get("hidden") in {"1", "true", "on"} or attributes.get("ht") == "0"


def _without_empty_cells(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same XML without cells that hold nothing; what a piece cuts in two waits for the next."""
    rest = b""
    for piece in pieces:
        piece = rest + piece
        cut = piece.rfind(b"<")
        rest, piece = (piece[cut:], piece[:cut]) if cut > 0 else (piece, b"")
        if len(rest) > 50_000_000:
            raise RefusedError("too much")
        if piece:
            yield _EMPTY_CELLS.sub(b"", piece)
    yield rest


def _column(address: str) -> int:
    number = 0
    for letter in address:
        if letter.isdigit():
            break
        number = number * 26 + ord(letter) - 64
    return number - 1


def _position(address: str) -> tuple[int, int]:
    digits = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) - 1, _column(address)
