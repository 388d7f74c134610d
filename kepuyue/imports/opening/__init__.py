"""Opening a workbook in a process of its own: `python -m kepuyue.imports.opening < workbook > answer`.

A small file can claim a sheet of 17 thousand million cells, or unpack to more than the memory holds. Here that ends
this process, which has limits, and not the site's. Parts are unpacked as a stream and counted, sheets are read cell
by cell, rows without content take nothing; macros, pictures and links are never touched. Imports no Django, so that
it starts quickly. The answer is a pickled pair (what, sheets).
"""

from kepuyue.imports.opening.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED_BYTES

SHEETS, LOCKED, BROKEN, TOO_MANY_ROWS, TOO_MUCH = "sheets", "locked", "broken", "too many rows", "too much"
WORD, SLIDES, ARCHIVE, STRANGE, PAGE = "word", "slides", "archive", "strange", "page"
HIDDEN, NO_TABLE = "hidden", "no table"

__all__ = [
    "ARCHIVE", "BROKEN", "HIDDEN", "LOCKED", "MAX_CELLS", "MAX_COLUMNS", "MAX_ROWS", "MAX_UNPACKED_BYTES", "NO_TABLE",
    "PAGE", "SHEETS", "SLIDES", "STRANGE", "TOO_MANY_ROWS", "TOO_MUCH", "WORD",
]  # fmt: skip
