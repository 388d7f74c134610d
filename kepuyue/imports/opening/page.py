"""Tables in web pages: what many systems export under the name .xls, and what spreadsheet programs save as a page.

The text that a reader would see is taken, cells joined by `colspan` and `rowspan` are joined here (HTML, 4.9.11). Of
tables within tables the inner ones are read: the outer ones only arrange the page.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kepuyue.imports.calendars import charset
from kepuyue.imports.cells import Sheet
from kepuyue.imports.opening.filling import Filling, Tally
from kepuyue.imports.opening.limits import MAX_COLUMNS, MAX_LAST_ROW, MAX_TEXT, RefusedError

MOST_ROWS_JOINED = 65_534  # HTML, 4.9.11
MOST_TABLES = 200
FURTHEST_OUT = 200  # elements between a table and the one that it stands in
# Elements within elements; parsers look through all that are open at each that begins
DEEPEST = 1_000
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
# They end by themselves, or are mended where nobody ends them (HTML, 13.1.2.4 and 13.2.4.3)
_SHALLOW = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "li", "dt",
    "dd", "p", "option", "optgroup", "colgroup", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "a", "b",
    "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})  # fmt: skip
_SECTIONS = frozenset({"tbody", "thead", "tfoot"})
_LINES = frozenset({"br", "p", "div", "li", "tr"})
_UNSEEN = frozenset({"script", "style", "template", "title"})
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# As spreadsheet programs name the sheet in the head of the page they write
_SHEET_NAME = re.compile(r"<x:Name>([^<]{1,120})</x:Name>", re.IGNORECASE)


def sheets(data: bytes) -> list[tuple[str, Sheet | str]]:
    """Each table with its name: its caption, the sheet's, else "" where it is the only one, else its number."""
    text, _encoding = charset.decoded(data)
    _check_depth(text)
    tables = _tables(LexborHTMLParser(text))
    if not tables:
        raise RefusedError("page")
    named = [name.strip() for name in _SHEET_NAME.findall(text[:100_000])]
    names = named if len(named) == len(tables) else []
    tally = Tally()
    found: list[tuple[str, Sheet]] = []
    for number, table in enumerate(tables):
        numbered = f"表格{number + 1}" if len(tables) > 1 else ""
        filling = Filling("", tally)
        caption = _fill(filling, table)
        name = caption or (names[number] if names else numbered)
        found.append((name, filling.done()))
    with_content: list[tuple[str, Sheet | str]] = [(name, sheet) for name, sheet in found if sheet.rows]
    if not with_content:
        raise RefusedError("page")
    return with_content


def _check_depth(text: str) -> None:
    depth = 0
    for tag in _TAG.finditer(text):
        if tag[2].lower() not in _SHALLOW:
            depth = max(0, depth + (-1 if tag[1] else 1))
            if depth > DEEPEST:
                raise RefusedError("too much")


def _tables(page: LexborHTMLParser) -> list[LexborNode]:
    """The tables that hold no others, in their order."""
    all_ = page.css("table")
    arranging: set[int] = set()
    for table in all_:
        outer = table.parent
        for _step in range(FURTHEST_OUT):
            if outer is None or outer.tag == "table":
                break
            outer = outer.parent
        if outer is not None and outer.tag == "table":
            arranging.add(outer.mem_id)
    return [table for table in all_ if table.mem_id not in arranging][:MOST_TABLES]


@dataclass
class _Joined:
    """A cell from above that reaches into further rows: how many, and over how many columns."""

    rows: int
    columns: int


def _fill(filling: Filling, table: LexborNode) -> str:
    """Put the cells of a table where they stand; returns its caption."""
    caption, row, columns = "", 0, 0
    above: dict[int, _Joined] = {}
    for node, left in _rows(table):
        if node.tag == "caption":
            caption = caption or _seen(node)
        elif node.tag == "col":
            width = min(_number(node, "span"), MAX_COLUMNS)
            if _is_hidden(node):
                filling.hide_columns(columns, columns + width - 1)
            columns = min(columns + width, MAX_COLUMNS)
        elif row < MAX_LAST_ROW:
            _row(filling, node, row, left, above)
            row += 1
    return caption


def _rows(table: LexborNode) -> Iterator[tuple[LexborNode, int]]:
    """Caption, columns and rows of this table, each with how many rows its part of the table has from there on."""
    for part in table.iter():
        if part.tag in _SECTIONS or part.tag == "colgroup":
            inner = [one for one in part.iter() if one.tag in ("tr", "col")]
            yield from ((one, len(inner) - place) for place, one in enumerate(inner))
        elif part.tag in ("tr", "caption"):
            yield part, 1


def _row(filling: Filling, node: LexborNode, row: int, left: int, above: dict[int, _Joined]) -> None:
    column = 0
    begun: dict[int, _Joined] = {}
    for cell in node.iter():
        if cell.tag not in ("td", "th"):
            continue
        while column in above:
            column += above[column].columns
        if column >= MAX_COLUMNS:
            filling.sheet.is_cut = True
            break
        wide = min(_number(cell, "colspan"), MAX_COLUMNS - column)
        # A cell never reaches beyond its part of the table, whatever it says (HTML, 4.9.12.1, step 20)
        high = min(_number(cell, "rowspan", zero=MOST_ROWS_JOINED), MOST_ROWS_JOINED, left)
        filling.put(row, column, None if _is_hidden(cell) else _seen(cell), number=_stored(cell))
        if cell.attributes.get("x:fmla"):
            filling.formula(row, column)
        filling.merge(row, column, row + high - 1, column + wide - 1)
        if high > 1:
            begun[column] = _Joined(high, wide)
        column += wide
    if _is_hidden(node):
        filling.hide_row(row)
    above |= begun
    for place, joined in list(above.items()):
        joined.rows -= 1
        if not joined.rows:
            del above[place]


def _seen(node: LexborNode) -> str:
    """The text that a reader sees, as far as a cell can hold: spaces as one, lines where the page breaks them."""
    parts: list[str] = []
    length = 0
    for inner in node.traverse(include_text=True):
        if inner.tag in _LINES and inner.mem_id != node.mem_id:
            parts.append("\n")
        elif inner.tag == "-text" and (inner.parent is None or inner.parent.tag not in _UNSEEN):
            text = re.sub(r"[ \t\r\n\f]+", " ", inner.text_content or "").replace("\xa0", " ")
            parts.append(text)
            length += len(text)
            if length > MAX_TEXT:
                break
    lines = (line.strip(" ") for line in "".join(parts).split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip("\n")


def _stored(cell: LexborNode) -> float | None:
    """The number that a spreadsheet program stored beside what it shows, as of a telephone that shows as 1.38E+10."""
    try:
        number = float(cell.attributes.get("x:num") or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _number(node: LexborNode, name: str, *, zero: int = 1) -> int:
    found = re.match(r"\s*(\d{1,9})", node.attributes.get(name) or "", re.ASCII)
    return (int(found[1]) or zero) if found else 1


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))
