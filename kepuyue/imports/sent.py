"""A sheet as it was sent, kept beside the batch: every cell with its kind, what is joined, hidden and computed."""

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from kepuyue.imports.cells import Cell, Sheet, column_index


def packed(sheet: Sheet) -> bytes:
    """The sheet in few bytes; `unpacked` gives the same sheet again."""
    state = {
        "rows": [[_encoded(cell) for cell in row] for row in sheet.rows],
        "merges": sheet.merges,
        "hidden_rows": sorted(sheet.hidden_rows),
        "hidden_columns": sorted(sheet.hidden_columns),
        "formulas": sorted(sheet.formulas),
        "numbers": [[*place, number] for place, number in sheet.numbers.items()],
        "epoch": sheet.epoch.isoformat(),
        "is_cut": sheet.is_cut,
    }
    return zlib.compress(json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode())


def unpacked(name: str, data: bytes) -> Sheet:
    """The inverse of `packed`."""
    state = json.loads(zlib.decompress(data))
    return Sheet(
        name,
        [[_decoded(cell) for cell in row] for row in state["rows"]],
        merges=[tuple(merge) for merge in state["merges"]],
        hidden_rows=set(state["hidden_rows"]),
        hidden_columns=set(state["hidden_columns"]),
        formulas={(row, column) for row, column in state["formulas"]},
        numbers={(row, column): number for row, column, number in state["numbers"]},
        epoch=date.fromisoformat(state["epoch"]),
        is_cut=state["is_cut"],
    )


def mended(sheet: Sheet, mends: Mapping[str, str]) -> Sheet:
    """The sheet with what people typed instead of some cells, {address: text}; the sheet itself is changed."""
    for address, text in mends.items():
        row, column = place_of(address)
        if row >= len(sheet.rows):
            continue
        cells = sheet.rows[row]
        cells += [None] * (column + 1 - len(cells))
        cells[column] = text or None
        sheet.formulas.discard((row, column))
        sheet.numbers.pop((row, column), None)
    return sheet


def place_of(address: str) -> tuple[int, int]:
    """(row, column) from 0 of an address such as "C12"."""
    letters = address.rstrip("0123456789")
    return int(address[len(letters) :]) - 1, column_index(letters)


def _encoded(cell: Cell) -> Any:
    if isinstance(cell, datetime):  # before date: a datetime is one
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time):
        return {"time": cell.isoformat()}
    if isinstance(cell, timedelta):
        return {"seconds": cell.total_seconds()}
    return cell


def _decoded(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        plain: Cell = cell
        return plain
    ((kind, value),) = cell.items()
    return KINDS[kind](value)


KINDS: dict[str, Callable[[Any], Cell]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
}
