"""Opening a workbook in a process of its own: `python opening.py ROWS COLUMNS < workbook > answer`.

A file of five kilobytes can claim a sheet of 17 thousand million cells. The library then takes memory until its
process is ended, without an exception; here that ends this process, which has a limit, and not the site's.
Imports nothing of the house, so that it starts quickly. The answer is a pickled pair (what, sheets).
"""

import io
import pickle
import resource
import sys
from typing import Any

import python_calamine as calamine

MEMORY_BYTES = 2_000_000_000
SECONDS = 60

SHEETS, LOCKED, BROKEN, TOO_MANY_ROWS, TOO_MUCH = "sheets", "locked", "broken", "too many rows", "too much"
HIDDEN, NO_TABLE = "hidden", "no table"


def opened(data: bytes, most_rows: int, most_columns: int) -> tuple[str, list[tuple[str, Any]]]:
    """What came of it; and each sheet's name with its rows, or why it has none."""
    try:
        workbook = calamine.CalamineWorkbook.from_object(io.BytesIO(data))
        return _sheets(workbook, most_rows, most_columns)
    except calamine.PasswordError:
        return LOCKED, []
    except (calamine.CalamineError, OSError, ValueError):
        return BROKEN, []
    except MemoryError:
        return TOO_MUCH, []


def _sheets(workbook: Any, most_rows: int, most_columns: int) -> tuple[str, list[tuple[str, Any]]]:
    sheets: list[tuple[str, Any]] = []
    count = 0
    for about in workbook.sheets_metadata:
        if about.visible != calamine.SheetVisibleEnum.Visible:
            sheets.append((about.name, HIDDEN))
            continue
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            sheets.append((about.name, NO_TABLE))
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        count += sheet.total_height
        if count > most_rows or sheet.total_width > most_columns:
            return TOO_MANY_ROWS, []
        sheets.append((about.name, sheet.to_python(skip_empty_area=False)))
    return SHEETS, sheets


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = opened(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.buffer.write(pickle.dumps(answer))
