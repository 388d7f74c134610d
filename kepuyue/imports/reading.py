"""What reading a file gives: entries, problems at cells, and where in the sheets everything stood.

`Findings` is the whole outcome. The preview shows `book` (the grid as sent, with joined and hidden cells), `tables`
(which rows are headings, which column means what), `entries` (each with its rows and the cell of each meaning) and
`problems` (each with its cell). Rows and columns of cells are shown from 1 and in letters; `Table` counts from 0.
"""

from dataclasses import dataclass, field

from kepuyue.imports import dates
from kepuyue.imports.cells import Book
from kepuyue.imports.suitability import Suitability

ERROR, WARNING = dates.ERROR, dates.WARNING
REQUIRED, NONE, UNKNOWN = "required", "none", "unknown"
PLANNED, CANCELLED = "planned", "cancelled"
# Every code of a problem with its gravity where that does not depend on the case. time-vague is an error where no
# session could be made (待定), link-unsafe and the rest of the errors mean that something was not taken
SEVERITIES = {
    "date-invalid": ERROR, "date-vague": ERROR, "date-missing": ERROR, "year-implausible": ERROR, "time-invalid": ERROR,
    "time-reversed": ERROR, "title-missing": ERROR, "phone-invalid": ERROR, "link-unsafe": ERROR, "cell-error": ERROR,
    "test-entry": ERROR, "date-outside-edition": WARNING, "date-remark": WARNING, "time-vague": WARNING,
    "weekday-mismatch": WARNING, "range-assumed": WARNING, "venue-missing": WARNING, "unsafe-text": WARNING,
    "formula-cell": WARNING, "duplicate": WARNING, "possible-duplicate": WARNING, "hidden-row": WARNING,
    "age-unclear": WARNING, "language-unclear": WARNING, "access-unclear": WARNING, "key-unclear": WARNING,
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """A fault beside its cell. `error`: something was not taken; `warning`: taken, but a person must look."""

    sheet: str
    row: int
    cell: str
    code: str
    severity: str
    why: str


@dataclass
class Entry:
    """An activity as the file states it, before any rule of ours is applied. Texts are kept as written.

    `row` is its first row and `rows` are all, from 1; `cells` has the address of each meaning's cell in the first
    row, `raw` what it said. A slot has a venue of its own only where it differs from the entry's.
    """

    sheet: str
    row: int
    title: str = ""
    participations: list[tuple[str, str]] = field(default_factory=list)
    city: str = ""
    district: str = ""
    venue: str = ""
    address: str = ""
    mode: str = ""
    online: str = ""
    summary: str = ""
    audience: str = ""
    category: str = ""
    booking: str = UNKNOWN
    booking_note: str = ""
    capacity: int | None = None
    names: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    note: str = ""
    # What `headers.FACTS` names, as written; only what is
    facts: dict[str, str] = field(default_factory=dict)
    suits: Suitability = field(default_factory=Suitability)
    status: str = PLANNED
    slots: list[dates.Slot] = field(default_factory=list)
    dates_as_written: str = ""
    year: int | None = None
    rows: list[int] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    # How importing the same file again knows this activity: its title, and which of that title it is
    key: str = ""

    def note_problem(self, column: str, code: str, severity: str, why: str, *, cell: str = "") -> None:
        """Keep a fault at a cell: the one given, the column's in the first row, or the title's. Once each."""
        cell = cell or self.cells.get(column) or self.cells.get("title") or f"A{self.row}"
        problem = Problem(self.sheet, self.row, cell, code, severity, why)
        if not any((known.cell, known.code) == (cell, code) for known in self.problems):
            self.problems.append(problem)

    def named(self, *roles: str) -> list[str]:
        """The units in one of these roles."""
        return [name for role, name in self.participations if role in roles]


@dataclass(frozen=True)
class Table:
    """Where activities stand in a sheet: its heading rows, the column of each meaning, first and last row, from 0.

    `guessed` are the meanings that were found by content and not by a heading; a person had better look at them.
    A form has its labels on the left and no columns.
    """

    sheet: str
    headings: tuple[int, ...]
    columns: dict[str, int]
    first: int
    last: int
    guessed: tuple[str, ...] = ()
    is_form: bool = False


@dataclass
class Findings:
    """All that a book holds; rows read = entries + skipped."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[tuple[str, int, str]] = field(default_factory=list)
    ignored_sheets: list[tuple[str, str]] = field(default_factory=list)
    unused_columns: list[tuple[str, str]] = field(default_factory=list)
    encoding: str = ""
    tables: list[Table] = field(default_factory=list)
    book: Book | None = None

    @property
    def rows_read(self) -> int:
        return len(self.entries) + len(self.skipped)
