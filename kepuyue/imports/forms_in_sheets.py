"""Forms: one activity, its labels on the left of their values, perhaps two pairs in a row, several forms in a sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kepuyue.imports import headers, rows
from kepuyue.imports.cells import Cell, as_text
from kepuyue.imports.grid import Grid

LEAST_LABELS = 3


@dataclass
class Form:
    """The values of one form by meaning, as (row, column)."""

    places: dict[str, tuple[int, int]]
    first: int
    last: int
    heading: str = ""
    more: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # of those asked for twice
    sessions: list[dict[str, tuple[int, int]]] = field(default_factory=list)  # rows of a small table inside


def find(grid: Grid, chosen: Mapping[str, str] | None = None) -> list[Form]:
    """The forms of a sheet, top to bottom, or from left to right where they stand side by side."""
    if beside := _columns(grid, chosen):
        return beside
    forms: list[Form] = []
    places: dict[str, tuple[int, int]] = {}
    more: dict[str, list[tuple[int, int]]] = {}
    heading = ""
    inside: dict[str, int] = {}
    sessions: list[dict[str, tuple[int, int]]] = []
    first = last = 0

    def done() -> None:
        nonlocal places, more, heading, inside, sessions
        forms.append(Form(places, first, last, heading, more, sessions))
        places, more, heading, inside, sessions = {}, {}, "", {}, []

    for row in grid.rows():
        if row in grid.sheet.hidden_rows:
            continue
        if columns := _columns_of_sessions(grid, row, chosen):
            inside, last = columns, row
            continue
        if inside and (session := _session(grid, row, inside, chosen)):
            sessions.append(session)
            last = row
            continue
        inside = {}
        pairs = _pairs(grid, row, chosen)
        if not pairs:
            own = grid.own(row)
            if len(own) == 1 and not rows.is_note(as_text(own[0][1])):
                if len(places) >= LEAST_LABELS and "title" in places:
                    done()
                heading = heading or as_text(own[0][1])
            continue
        if any(meaning == "title" for meaning, _place in pairs) and "title" in places:
            done()
        for meaning, place in pairs:
            if not places:
                first = row
            if meaning in places and meaning in headers.LISTS:
                more.setdefault(meaning, []).append(place)
            places.setdefault(meaning, place)
            last = max(row, grid.reach(*place)[0])
    if places:
        done()
    return [form for form in forms if "title" in form.places and len(form.places) >= LEAST_LABELS]


def _columns_of_sessions(grid: Grid, row: int, chosen: Mapping[str, str] | None) -> dict[str, int]:
    """The headings of a table of sessions inside a form: 活动安排 | 场次 | 日期 | 时间 | 地点."""
    found: dict[str, int] = {}
    for column, cell in reversed(grid.own(row)):
        meaning = headers.meaning(cell, chosen)
        if meaning not in rows.OF_A_SESSION or meaning in found:
            break
        found[meaning] = column
    if len(found) < 2 or not found.keys() & rows.TIMES or not _session(grid, row + 1, found, chosen):
        return {}
    return found


def _session(
    grid: Grid, row: int, columns: Mapping[str, int], chosen: Mapping[str, str] | None
) -> dict[str, tuple[int, int]]:
    """The places of a row of such a table; empty where the form goes on."""
    own = grid.own(row)
    if not own or any(_label(cell, None, chosen) for _column, cell in own):
        return {}
    places = {
        meaning: (row, column) for meaning, column in columns.items() if grid.value(row, column) is not None
    }
    return places if places.keys() & rows.TIMES else {}


def _columns(grid: Grid, chosen: Mapping[str, str] | None) -> list[Form]:
    """A table on its side: labels in one column, an activity in each column right of it."""
    for row in grid.rows():
        own = grid.own(row)
        if len(own) < 3 or _label(own[0][1], None, chosen) != "title":
            continue
        if any(_label(cell, None, chosen) for _column, cell in own[1:]):
            return []
        column = own[0][0]
        labels = {
            under: meaning
            for under in grid.rows()
            if grid.origin(under, column) == (under, column)
            and (meaning := _label(grid.sheet.cell(under, column), None, chosen))
        }
        if len(labels) < LEAST_LABELS:
            return []
        forms = []
        for right, _cell in own[1:]:
            places: dict[str, tuple[int, int]] = {}
            for under, meaning in labels.items():
                if grid.across(under, right) is not None:
                    places.setdefault(meaning, grid.origin(under, right))
            forms.append(Form(places, min(labels), max(labels)))
        return [form for form in forms if len(form.places) >= LEAST_LABELS]
    return []


def _pairs(grid: Grid, row: int, chosen: Mapping[str, str] | None) -> list[tuple[str, tuple[int, int]]]:
    """The labels of a row with the places of their values."""
    pairs: list[tuple[str, tuple[int, int]]] = []
    own = grid.own(row)
    position = 0
    group: Cell = None
    while position < len(own):
        column, cell = own[position]
        meaning = _label(cell, group, chosen)
        following = own[position + 1] if position + 1 < len(own) else None
        if meaning is None:
            position += 1
            continue
        if following is None or following[0] > grid.reach(row, column)[1] + 3:
            position += 1
            continue
        if _label(following[1], cell, chosen) and (position + 2 < len(own) or not _is_value(following[1])):
            group = cell  # 联系人 | 姓名 | 张 | 电话 | 138…
            position += 1
            continue
        pairs.append((meaning, (row, following[0])))
        position += 2
    return pairs


def _label(cell: Cell, group: Cell, chosen: Mapping[str, str] | None) -> str | None:
    if not isinstance(cell, str) or len(headers.plain(cell)) > 12:
        return None
    if group is None:
        return headers.meaning(cell, chosen)
    narrowed = headers.below(group, cell, chosen)
    return narrowed if narrowed != headers.meaning(group, chosen) else headers.meaning(cell, chosen)


def _is_value(cell: Cell) -> bool:
    return not isinstance(cell, str) or headers.plain(cell) not in {
        name for names in headers.HEADINGS.values() for name in names
    }
