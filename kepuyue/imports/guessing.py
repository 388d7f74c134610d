"""Columns by what stands in them, where headings are missing or say nothing that is known."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise

from kepuyue.imports import headers
from kepuyue.imports.cells import Cell, as_text
from kepuyue.imports.grid import Grid, text_of

SAMPLE = 40  # rows that are looked at
MOST = 0.6  # of the filled cells must look like it

DAY = re.compile(
    r"\d{1,2}月\d{1,2}|(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d|^(?:0?[1-9]|1[0-2])[./](?:0?[1-9]|[12]\d|3[01])(?!\d)|每周|每天|每日|待定|[上中下]旬|即日起"
)
CLOCK = re.compile(r"^\D{0,4}\d{1,2}[:：点]\d{0,2}")
PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|[2-8]\d{7})(?!\d)")
UNIT = re.compile(
    r"(?:局|协会|学会|科协|中心|公司|馆|委员会|委|办|大学|学院|学校|小学|中学|医院|社区|街道|研究院|研究所|基地|集团|园|队|站|政府|联盟|部|宫|台)(?:[（(].*[）)])?$"
)
PLACE = re.compile(
    r"馆|公园|广场|路\d*|号|楼|室|厅|社区|街道|校区|学校|小学|中学|大学|基地|中心|园|会议|直播|村|大厦|剧场|医院|线上|书城|宫|台$"
)
DISTRICT = re.compile(r"^.{2,4}(?:(?<!社)(?<!小)(?<!园)(?<!校)(?<!景)区|新区)$")
# Names that only units have; a hall or a school may be either
ONLY_UNIT = re.compile(
    r"(?:局|协会|学会|科协|委员会|委|办|办事处|公司|集团|政府|联盟|促进会|研究会|基金会)(?:[（(].*[）)])?$"
)
NUMBER = re.compile(r"^\d{1,4}(?:\.0)?$")


def columns(grid: Grid) -> dict[str, int]:
    """The columns of a sheet without headings; empty where no table of activities shows."""
    sample = [row for row in grid.rows() if len(grid.own(row)) >= 3][:SAMPLE]
    if len(sample) < 2:
        return {}
    width = max(len(grid.sheet.rows[row]) for row in sample)
    kinds = {column: _kind([grid.value(row, column) for row in sample]) for column in range(width)}
    found: dict[str, int] = {}
    for wanted in ("number", "when", "clock", "phone", "district"):
        match = next((column for column, kind in kinds.items() if kind == wanted), None)
        if match is not None:
            found[wanted] = match
    if "when" not in found:
        return {}
    texts = [column for column, kind in kinds.items() if kind in {"text", "unit", "place", "name"}]
    title = _title_among(grid, sample, texts, kinds)
    if title is None:
        return {}
    found["title"] = title
    others = [column for column in texts if kinds[column] in {"unit", "place"} and column != title]
    by_name = [(_share(grid, sample, column, ONLY_UNIT), -column) for column in others]
    if by_name and max(by_name)[0] >= MOST:
        found["organizer"] = -max(by_name)[1]
        for column in others:
            if column != found["organizer"] and _share(grid, sample, column, PLACE) >= MOST:
                found.setdefault("venue", column)
    for meaning, kind in (("organizer", "unit"), ("venue", "place"), ("contact", "name")):
        if meaning in found:
            continue
        match = next(
            (column for column in texts if kinds[column] == kind and column not in found.values()), None
        )
        if match is not None:
            found[meaning] = match
    if "venue" not in found:
        units = [column for column in texts if kinds[column] == "unit" and column not in found.values()]
        if units:
            found["venue"] = units[0]
    rest = [column for column in texts if column not in found.values() and kinds[column] == "text"]
    if rest:
        found["summary"] = rest[0]
    return found


def complete(
    grid: Grid, begin: int, found: dict[str, int], names: Sequence[str], unused: Container[int] = ()
) -> None:
    """Give a meaning to unknown columns where the time or the title has none; never to `unused`. Changes `found`."""
    sample = [row for row in range(begin, grid.height) if len(grid.own(row)) >= 2][:SAMPLE]
    if not sample:
        return
    width = max([len(names), *(len(grid.sheet.rows[row]) for row in sample)])
    free = [
        column for column in range(width)
        if column not in found.values() and column not in unused and column not in grid.sheet.hidden_columns
        and not headers.FOREIGN.search(names[column] if column < len(names) else "")
    ]  # fmt: skip
    kinds = {column: _kind([grid.value(row, column) for row in sample]) for column in free}
    if not found.keys() & {"when", "start"}:
        match = next((column for column in free if kinds[column] == "when"), None)
        if match is not None:
            found["when"] = match
    for wanted in ("phone", "district"):
        if wanted not in found and "contact" not in found:
            match = next((column for column in free if kinds[column] == wanted), None)
            if match is not None:
                found[wanted] = match
    if "title" not in found:
        left = [
            column
            for column in free
            if kinds[column] in {"text", "unit", "place", "name"} and column not in found.values()
        ]
        title = _title_among(grid, sample, left, kinds)
        if title is not None:
            found["title"] = title
        elif "summary" in found:
            found["title"] = found.pop("summary")


def _share(grid: Grid, sample: Sequence[int], column: int, test: "re.Pattern[str]") -> float:
    """How many of a column's filled cells look like it, 0 to 1."""
    texts = [text for row in sample if (text := text_of(grid.value(row, column)))]
    return sum(bool(test.search(text)) for text in texts) / len(texts) if texts else 0.0


def _kind(cells: Sequence[Cell]) -> str:
    filled = [cell for cell in cells if text_of(cell)]
    if len(filled) < max(1, len(cells) // 4):
        return ""
    texts = [unicodedata.normalize("NFKC", as_text(cell)) for cell in filled]

    def mostly(test: "re.Pattern[str]") -> bool:
        return sum(bool(test.search(text)) for text in texts) >= MOST * len(texts)

    if sum(isinstance(cell, date | datetime) or _is_serial(cell) for cell in filled) >= MOST * len(filled):
        return "when"
    if mostly(PHONE):
        return "phone"
    if mostly(NUMBER):
        return "number" if _counts(texts) else "count"
    if mostly(DAY):
        return "when"
    if mostly(CLOCK):
        return "clock"
    if mostly(DISTRICT):
        return "district"
    if mostly(UNIT):
        return "unit"
    if mostly(PLACE):
        return "place"
    if all(len(text) <= 4 for text in texts):
        return "name" if mostly(re.compile(r"^[\u4e00-\u9fff]{2,4}$")) else "word"
    return "text"


def _is_serial(cell: Cell) -> bool:
    return isinstance(cell, int | float) and (43_000 <= cell <= 48_000 or 20_200_101 <= cell <= 20_351_231)


def _counts(texts: Sequence[str]) -> bool:
    numbers = [int(float(text)) for text in texts if NUMBER.match(text)]
    return all(later > earlier for earlier, later in pairwise(numbers))


def _is_chinese(texts: Sequence[str]) -> bool:
    """Whether most are in the language in which offices name activities; other sheets have such columns too."""
    return sum(bool(re.search(r"[\u4e00-\u9fff]", text)) for text in texts) >= MOST * len(texts)


def _title_among(
    grid: Grid, sample: Sequence[int], columns: Sequence[int], kinds: Mapping[int, str]
) -> int | None:
    """The column whose texts differ most from row to row and are neither short words nor whole paragraphs."""
    best, score = None, 0.0
    for column in columns:
        texts = [text_of(grid.value(row, column)) for row in sample]
        filled = [text for text in texts if text]
        if len(filled) < MOST * len(texts) or not _is_chinese(filled):
            continue
        if len(filled) > 3 and len(set(filled)) < len(filled) / 2:  # a street or unit with all that it holds
            continue
        length = sum(map(len, filled)) / len(filled)
        here = len(set(filled)) / len(filled) + (0.5 if 4 <= length <= 30 else -0.5 if length > 60 else 0)
        here += {"text": 0.6, "place": 0.1}.get(kinds[column], 0.0)
        if here > score:
            best, score = column, here
    return best
