"""Workbooks as programs before 2007 and WPS (.et) write them: BIFF8 in a compound file, as little as suffices."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

SECTOR = 512
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
DAY, CLOCK = 1, 2  # of the cell styles written below; 0 is general


@dataclass
class OldSheet:
    """Rows of cells; a pair (number, style) has a date's or a clock's format."""

    name: str
    rows: Sequence[Sequence[object]]
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    merges: Sequence[tuple[int, int, int, int]] = ()  # first row, last row, first column, last column
    formulas: dict[tuple[int, int], float] = field(default_factory=dict)
    is_hidden: bool = False


def compound(**streams: bytes) -> bytes:
    """A compound file with these streams."""
    streams = {
        name: data.ljust(4096, b"\0") for name, data in streams.items()
    }  # none small enough for the other table
    sectors: list[bytes] = []
    chain: list[int] = []

    def put(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        for piece in pieces:
            sectors.append(piece)
            chain.append(len(sectors))
        chain[-1] = END
        return first

    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    entries += [
        _entry(name, 2, put(data), len(data), right=number + 1 if number < len(streams) else FREE)
        for number, (name, data) in enumerate(streams.items(), start=1)
    ]
    directory = put(b"".join(entries).ljust(SECTOR, b"\0"))
    tables = 1
    while tables * SECTOR // 4 < len(sectors) + tables:
        tables += 1
    first_table = len(sectors)
    chain += [TABLE] * tables
    packed = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    header += struct.pack("<8I", 0, tables, directory, 0, 4096, END, 0, END) + struct.pack("<I", 0)
    numbers = [first_table + number for number in range(tables)]
    header += struct.pack("<109I", *numbers, *[FREE] * (109 - tables))
    return header + b"".join(sectors) + packed


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE, right: int = FREE) -> bytes:
    text = f"{name}\0".encode("utf-16-le")
    links = struct.pack("<III", FREE, right, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def workbook(*sheets: OldSheet, counts_from_1904: bool = False, locked: bool = False) -> bytes:
    """A workbook file with these sheets."""
    head = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))]
    if locked:
        head.append(_record(0x002F, struct.pack("<HHH", 0, 1, 1)))
    head.append(_record(0x0022, struct.pack("<H", int(counts_from_1904))))
    for number_format in (0, 14, 20):  # general, a day, a clock
        head.append(_record(0x00E0, struct.pack("<HHH", 0, number_format, 0) + b"\0" * 14))
    bodies = [_sheet(sheet) for sheet in sheets]
    bounds = [len(_bound(sheet, 0)) for sheet in sheets]
    at = sum(map(len, head)) + sum(bounds) + 4
    for sheet, body in zip(sheets, bodies, strict=True):
        head.append(_bound(sheet, at))
        at += len(body)
    return compound(Workbook=b"".join(head) + _record(0x000A, b"") + b"".join(bodies))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bound(sheet: OldSheet, at: int) -> bytes:
    name = sheet.name.encode("utf-16-le")
    return _record(0x0085, struct.pack("<IBBBB", at, int(sheet.is_hidden), 0, len(sheet.name), 1) + name)


def _sheet(sheet: OldSheet) -> bytes:
    width = max(len(row) for row in sheet.rows)
    records = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))]
    records += [
        _record(0x007D, struct.pack("<5HH", column, column, 2000, 0, 1, 0)) for column in sheet.hidden_columns
    ]
    records.append(_record(0x0200, struct.pack("<IIHHH", 0, len(sheet.rows), 0, width, 0)))
    records += [
        _record(0x0208, struct.pack("<HHHHHHHH", row, 0, width, 300, 0, 0, 0x20, 0))
        for row in sheet.hidden_rows
    ]
    for number, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            if cell is not None:
                records.append(_cell(number, column, cell))
    for (number, column), result in sheet.formulas.items():
        body = (
            struct.pack("<HHHd", number, column, 0, result) + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00"
        )
        records.append(_record(0x0006, body))
    for merge in sheet.merges:
        records.append(_record(0x00E5, struct.pack("<5H", 1, *merge)))
    return b"".join(records) + _record(0x000A, b"")


def _cell(row: int, column: int, cell: object) -> bytes:
    if isinstance(cell, str):
        body = struct.pack("<HHHHB", row, column, 0, len(cell), 1) + cell.encode("utf-16-le")
        return _record(0x0204, body)
    value, style = cell if isinstance(cell, tuple) else (cell, 0)
    return _record(0x0203, struct.pack("<HHHd", row, column, style, value))
