"""Heading rows: where tables begin in a sheet, which column means what; two storeys, tables side by side."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from kepuyue.imports import guessing, headers
from kepuyue.imports.cells import Cell, as_text
from kepuyue.imports.grid import Grid


@dataclass
class Head:
    """A table's heading rows, the columns of each meaning, and the first row that belongs to it."""

    headings: tuple[int, ...]
    columns: dict[str, int]
    more: dict[str, list[int]]
    guessed: tuple[str, ...] = ()
    first: int = 0
    left: int = 0
    right: int = 10_000
    last_row: int = -1

    @property
    def begin(self) -> int:
        return (self.headings[-1] + 1) if self.headings else self.first


def find(grid: Grid, chosen: Mapping[str, str] | None = None) -> list[Head]:
    """The headings of a sheet from above, each table's own; empty where none is known."""
    heads: list[Head] = []
    taken = -1
    for row in grid.rows():
        if row <= taken or row in grid.sheet.hidden_rows:
            continue
        here = _head_at(grid, row, chosen)
        if not here:
            continue
        taken = here[0].headings[-1]
        known = heads[-1] if heads else None
        if known and len(here) == 1 and known.columns == here[0].columns and known.more == here[0].more:
            continue  # the same heading once more, as on every printed page
        heads += here
    return heads


def _head_at(grid: Grid, row: int, chosen: Mapping[str, str] | None) -> list[Head]:
    """The tables whose heading begins in this row: usually one, several side by side."""
    cells = grid.own(row)
    texts = [(column, cell) for column, cell in cells if isinstance(cell, str)]
    if len(texts) < len(cells) or len(texts) < headers.LEAST_COLUMNS:
        return []
    means = {column: headers.meaning(cell, chosen) for column, cell in texts}
    known = [column for column, meaning in means.items() if meaning]
    if len(known) < headers.LEAST_COLUMNS:
        return []
    if 2 * len(known) < len(cells) and not headers.is_plainly_one([cell for _column, cell in texts]):
        return []
    if not _is_heading(grid, row, texts, means):
        return []
    width = max(column for column, _cell in cells)
    width = max([width, *(grid.reach(row, column)[1] for column, _cell in cells)])
    second = _second_storey(grid, row, width, chosen)
    headings = (row, row + 1) if second else (row,)
    meanings: list[str | None] = []
    names: list[str] = []
    unused: set[int] = set()  # said by a person
    for column in range(width + 1):
        top = grid.across(row, column)
        if second and column in second:
            sub = second[column]
            over = top if top is not None else _left_of(grid, row, column)
            meanings.append(headers.below(over, sub, chosen))
            names.append(headers.plain(f"{as_text(over)}{as_text(sub)}"))
        else:
            first = grid.origin(row, column)[1] == column
            meanings.append(headers.meaning(top, chosen) if first else None)
            names.append(headers.plain(as_text(top)) if first else "")
        own = second[column] if second and column in second else top
        if chosen and chosen.get(headers.plain(as_text(own))) == "":
            unused.add(column)
    return _split(grid, headings, meanings, names, row, unused)


def _is_heading(
    grid: Grid, row: int, texts: Sequence[tuple[int, Cell]], means: Mapping[int, str | None]
) -> bool:
    """A heading row names the activity, or enough else; the cell right of a form's label is no heading."""
    titles = [column for column, meaning in means.items() if meaning == "title"]
    distinct = {meaning for meaning in means.values() if meaning}
    if not titles:
        about_time = bool(distinct & {"when", "start", "clock"})
        return len(distinct - {"number"}) >= (3 if about_time else 4) and _has_rows(grid, row)
    if len(distinct) < headers.LEAST_COLUMNS:
        return False
    for title in titles:
        right = next((column for column, _cell in texts if column > title), None)
        labels_below = 0
        for under in range(row + 1, min(row + 9, grid.height)):
            if grid.origin(under, title) == (under, title) and headers.meaning(grid.sheet.cell(under, title)):
                labels_below += 1
        if labels_below >= 2 and (right is None or not means.get(right)):
            return False
    return True


def _has_rows(grid: Grid, row: int) -> bool:
    return any(len(grid.own(under)) >= 2 for under in range(row + 1, min(row + 4, grid.height)))


def _second_storey(grid: Grid, row: int, width: int, chosen: Mapping[str, str] | None) -> dict[int, Cell]:
    """The sub-headings in the next row by column; empty where the next row is no second storey."""
    if row + 1 >= grid.height or row + 1 in grid.sheet.hidden_rows:
        return {}
    own = dict(grid.own(row + 1))
    if not own or not all(isinstance(cell, str) and len(cell.strip()) <= 14 for cell in own.values()):
        return {}
    if any(re.search(r"\d", as_text(cell)) for cell in own.values()):
        return {}
    under_wide = {
        column for column in own
        if grid.sheet.cell(row, column) is None
        or grid.reach(row, column)[1] > column
        or (column + 1 in own and grid.across(row, column + 1) is None)
        or grid.origin(row, column) != (row, column)
    }  # fmt: skip
    titles = [column for column, cell in grid.own(row) if headers.meaning(cell, chosen) == "title"]
    if any(column in own for column in titles) and not all(
        grid.reach(row, column)[1] > column for column in titles
    ):
        return {}
    if not under_wide or len(under_wide) < len(own) or len(own) == len(grid.own(row)):
        return {}
    known = [column for column in own if headers.below(_left_of(grid, row, column), own[column], chosen)]
    return own if 2 * len(known) >= len(own) else {}


def _left_of(grid: Grid, row: int, column: int) -> Cell:
    """The heading that holds here, or the nearest on the left of an empty cell."""
    while column >= 0:
        if (cell := grid.across(row, column)) is not None:
            return cell
        column -= 1
    return None


def _split(
    grid: Grid,
    headings: tuple[int, ...],
    meanings: Sequence[str | None],
    names: Sequence[str],
    row: int,
    unused: Container[int],
) -> list[Head]:
    """One table, or several side by side where the title's heading stands again behind other columns."""
    titles = [column for column, meaning in enumerate(meanings) if meaning == "title"]
    starts = [0]
    if len(titles) > 1 and names[titles[0]] == names[titles[1]]:
        gap = titles[0]  # columns before the title, such as a number, belong to it
        starts = [max(0, title - gap) for title in titles]
    heads = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(meanings)
        here = [meaning if start <= column < end else None for column, meaning in enumerate(meanings)]
        here = headers.in_table(here, names, unused)
        found, more = headers.resolved(here, names, grid.sheet.hidden_columns)
        head = Head(headings, found, more, first=row, left=start, right=end if len(starts) > 1 else 10_000)
        guessing.complete(grid, head.begin, found, names, unused)
        head.guessed = tuple(
            sorted(set(found) - {meaning for meaning in here if meaning} - {"start_clock", "end_clock"})
        )
        if "when" in head.guessed and "clock" in here:
            head.guessed = tuple(meaning for meaning in head.guessed if meaning != "when")
        # A list of people or units has such columns too: a table that names no activity is one of days
        if "title" in found and ("title" in here or found.keys() & {"when", "start"}):
            heads.append(head)
    return heads
