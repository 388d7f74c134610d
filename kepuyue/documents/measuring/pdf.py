"""Where things lie on the pages of a PDF, measured against the standard.

Distances are taken from baselines, rules and the edges of signs. In a line of a fixed height the baseline lies at four
fifths (LibreOffice; Word is within half a millimeter of it), whatever font stands in for the one that is named.
"""

import re
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

import pdfplumber
from django.utils.translation import gettext as _

from kepuyue.documents.content import FILE, SECRECIES, SIGNED_OFF, URGENCIES, width
from kepuyue.documents.measuring import NUMBER, Measured, Unreadable, compared
from kepuyue.documents.standard import (
    BLACK,
    FIGURES,
    MM_PER_POINT,
    RECORD_PITCH,
    RED,
    TITLE_PITCH,
    VALUES,
    color_off,
    is_reddish,
)

ABOVE = 0.8  # of a line's height is above its baseline
SAME = 1.5  # points within which two signs are of one line
MOST_PAGES = 400
# 份号, 密级, 紧急程度 as they stand on lines of their own
_MARKS = re.compile(rf"\d{{5,8}}|(?:{'|'.join(SECRECIES)})(?:★.*)?|{'|'.join(URGENCIES)}")


Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of signs: where its baseline is from the top of the page, from where to where it goes, in points."""

    text: str
    y: float
    x0: float
    x1: float
    size: float
    color: Rgb


def measure(data: bytes) -> list[Measured]:
    """Every figure of the standard that can be seen. Raises `Unreadable`."""
    try:
        file = pdfplumber.open(BytesIO(data))
        pages = [(page, page.objects) for page in file.pages[:MOST_PAGES]]
    except Exception as error:  # pdfminer raises whatever it meets
        raise Unreadable(_("这不是PDF文件，不能测量。")) from error
    with file:
        lines = [_lines(page) for page, _objects in pages]
        rules = [_rules(page) for page, _objects in pages]
    if not any(lines):
        raise Unreadable(_("这份PDF里没有文字，可能是扫描的图片，不能测量。"))
    first = pages[0][0]
    found: dict[str, float | None] = {
        "paper_width": float(first.width) * MM_PER_POINT, "paper_height": float(first.height) * MM_PER_POINT
    }  # fmt: skip
    numerals = [_page_number(page) for page in lines]
    text = [
        [one for one in page if one is not numeral] for page, numeral in zip(lines, numerals, strict=True)
    ]
    found |= _of_text(text)
    at = _Block(found, found.pop("pitch") or 1.0, found.pop("sign") or 1.0)
    found |= _of_head(text[0], rules[0], at, pages[0][0]) | _of_end(text, at) | _of_record(text, rules, at)
    found |= _of_numbers(numerals, at)
    return compared(found, [code for code in FIGURES if code in found])


class _Block:
    """The block in points, as it was measured; as it should be where a single page does not show it."""

    def __init__(self, found: dict[str, float | None], pitch: float, sign: float) -> None:
        self.pitch, self.sign = pitch, sign
        self.left = (found["left"] or 0) / MM_PER_POINT
        self.right = self.left + (found["block_width"] or 0) / MM_PER_POINT
        # On a single page they are not seen: what else is measured is where it is if these are right
        self.top = (found.get("top") or VALUES["top"]) / MM_PER_POINT
        self.bottom = self.top + (found.get("block_height") or VALUES["block_height"]) / MM_PER_POINT


def _lines(page: Any) -> list[Line]:
    rows: list[list[Any]] = []
    height = float(page.height)
    for sign in sorted(page.chars, key=lambda one: (height - one["matrix"][5], one["x0"])):
        if not sign["text"].strip():
            continue
        y = height - sign["matrix"][5]
        if rows and abs(rows[-1][0] - y) < SAME:
            rows[-1][1].append(sign)
        else:
            rows.append([y, [sign]])
    found = []
    for y, signs in rows:
        signs.sort(key=lambda one: one["x0"])
        size = Counter(round(float(one["size"]), 1) for one in signs).most_common(1)[0][0]
        text = "".join(one["text"] for one in signs)
        found.append(Line(text, y, signs[0]["x0"], signs[-1]["x1"], size, _farthest(signs)))
    return found


def _rules(page: Any) -> list[dict[str, Any]]:
    """Horizontal rules: where the middle of each is, how thick it is, from where to where."""
    found = []
    for one in (*page.lines, *page.rects, *page.curves):
        thick = one["bottom"] - one["top"]
        if one["x1"] - one["x0"] < 100 or thick > 5:
            continue
        is_stroke = thick < 0.05
        found.append(
            {
                "y": (one["top"] + one["bottom"]) / 2, "x0": one["x0"], "x1": one["x1"],
                "thick": float(one.get("linewidth") or 0) if is_stroke else thick,
                "color": _rgb(one.get("stroking_color") if is_stroke else one.get("non_stroking_color")),
            }
        )  # fmt: skip
    return sorted(found, key=lambda one: one["y"])


def _rgb(color: Any) -> Rgb:
    """A color of any of the usual spaces, 0 to 255; what states none is black."""
    values = tuple(255 * float(one) for one in color) if isinstance(color, (list, tuple)) else ()
    if len(values) == 1:
        return (values[0],) * 3
    if len(values) == 4:
        red, green, blue = ((255 - one) * (255 - values[3]) / 255 for one in values[:3])
        return red, green, blue
    return (values[0], values[1], values[2]) if len(values) == 3 else (0.0, 0.0, 0.0)


def _farthest(signs: list[Any]) -> Rgb:
    """Of the signs of a line the color that is farthest from black."""
    return max((_rgb(one["non_stroking_color"]) for one in signs), key=max)


def _page_number(page: list[Line]) -> Line | None:
    last = page[-1] if page else None
    return last if last and last.text.startswith("—") and last.text.strip("— ").isdigit() else None


def _of_text(pages: list[list[Line]]) -> dict[str, float | None]:
    everything = [line for page in pages for line in page]
    size: Counter[float] = Counter()
    for line in everything:
        size[line.size] += len(line.text)
    body = size.most_common(1)[0][0]
    steps: Counter[float] = Counter()
    plain = [[line for line in page if line.size == body] for page in pages]
    for page in plain:
        steps.update(round(two.y - one.y, 1) for one, two in pairwise(page))
    whole = [line for line in everything if line.size == body and width(line.text) > 20]
    if not whole or not steps:
        raise Unreadable(_("整行的正文太少，量不出版心。"))
    pitch = steps.most_common(1)[0][0]
    left = min(line.x0 for line in whole)
    right = max(line.x1 for line in whole)
    # Of full lines what most hold: some hold one more where quotation marks are narrow. A short letter has none, and
    # what they would hold follows from the others
    full = [one for one in whole if one.x0 - left < 4 and right - one.x1 < 12]
    held = [width(one.text) for one in full] or [
        width(one.text) * (right - left) / (one.x1 - one.x0) for one in whole
    ]
    sign = Counter(map(round, held)).most_common(1)[0][0]
    fullest = max(plain, key=len)
    starts = Counter(
        round((line.x0 - left) / ((right - left) / sign), 1) for line in fullest if line.x0 - left > 4
    )
    return {
        "body_size": body, "pitch": pitch, "sign": (right - left) / sign, "left": left * MM_PER_POINT,
        "block_width": (right - left) * MM_PER_POINT, "characters": sign,
        "indent": starts.most_common(1)[0][0] if starts else None,
    } | _of_height(plain, pitch)  # fmt: skip


def _of_height(pages: list[list[Line]], pitch: float) -> dict[str, float | None]:
    """Where the block begins and how high it is: seen where text goes on from one page to the next, and not in a letter
    of one page."""
    begun = [page[0].y for page in pages[1:] if page]
    ended = [page[-1].y for page, after in pairwise(pages) if page and after]
    if not ended:
        return {}
    count = round((max(ended) - min(begun)) / pitch) + 1
    return {
        "top": (min(begun) - ABOVE * pitch) * MM_PER_POINT,
        "lines": count, "block_height": count * pitch * MM_PER_POINT,
    }  # fmt: skip


def _of_head(
    page: list[Line], rules: list[dict[str, Any]], at: _Block, first: Any
) -> dict[str, float | None]:
    numbered = next((place for place, line in enumerate(page) if NUMBER.match(line.text)), None)
    above = page[:numbered] if numbered is not None else page
    # Where there is no number only what is red can be a mark
    mark = [one for one in above if is_reddish(one.color)] or [
        one
        for one in above
        if numbered is not None and not _MARKS.fullmatch(one.text) and SIGNED_OFF not in one.text
    ]
    text = [one for one in page if one not in mark]
    found: dict[str, float | None] = {"text_color": max(color_off(one.color, BLACK) for one in text)}
    if not mark:
        return found
    found |= _of_joint(mark, first) | _of_marks(above[: above.index(mark[0])], at)
    title = [line for line in text if line.size > 20]
    below = [line for line in page[page.index(mark[-1]) + 1 :] if not title or line.y < title[0].y]
    found |= _of_mark(mark, below, at)
    wide = [one for one in rules if is_reddish(one["color"])]
    wide = wide or [one for one in rules if below and 0 < one["y"] - below[-1].y < at.pitch * 1.5]
    found |= _of_rule(wide[0] if wide else None, below, at) | _of_signers(below, at)
    found |= dict.fromkeys(("title_size", "title_lines", "addressee_lines"))
    if title:
        found["title_size"] = title[0].size
        after = _after(page, title[-1])
        if after is not None:
            lower = _lower(title[-1], title[-1].size * TITLE_PITCH)
            found["addressee_lines"] = (after.y - ABOVE * at.pitch - lower) / at.pitch
    if title and wide:
        found["title_lines"] = (title[0].y - ABOVE * title[0].size * TITLE_PITCH - wide[0]["y"]) / at.pitch
    return found


def _of_mark(mark: list[Line], below: list[Line], at: _Block) -> dict[str, float | None]:
    upper, lower = mark[0], mark[-1]
    found: dict[str, float | None] = {
        "mark_top": (upper.y - ABOVE * upper.size - at.top) * MM_PER_POINT,
        "mark_color": max(color_off(one.color, RED) for one in mark),
    }
    # A draft has no number yet
    if below:
        found["number_lines"] = (below[0].y - ABOVE * at.pitch - _lower(lower, lower.size)) / at.pitch
    return found


def _of_joint(mark: list[Line], first: Any) -> dict[str, float | None]:
    """How far 文件 is from the middle of several names; nothing of a mark that is a single line."""
    if len(mark) < 2:
        return {}
    height, upper, lower = float(first.height), mark[0].y, mark[-1].y
    signs = [one for one in first.chars if upper - 1 < height - one["matrix"][5] < lower + 1]
    beside = sorted(signs, key=lambda one: one["x0"])[-len(FILE) :]
    if "".join(one["text"] for one in beside) != FILE:
        return {}
    return {"joint_center": (height - beside[0]["matrix"][5] - (upper + lower) / 2) * MM_PER_POINT}


def _of_marks(lines: list[Line], at: _Block) -> dict[str, float | None]:
    """份号, 密级, 紧急程度."""
    if not lines:
        return {}
    found: dict[str, float | None] = {
        "marks_top": (lines[0].y - ABOVE * at.pitch - at.top) * MM_PER_POINT,
        "marks_left": max((one.x0 - at.left) / at.sign for one in lines),
    }
    if lines[0].text.isdigit():
        found["copy_digits"] = len(lines[0].text)
    steps = [(two.y - one.y) / at.pitch for one, two in pairwise(lines)]
    return found | ({"marks_step": max(steps, key=lambda step: abs(step - 1))} if steps else {})


def _of_rule(rule: dict[str, Any] | None, below: list[Line], at: _Block) -> dict[str, float | None]:
    if rule is None:
        return dict.fromkeys(("rule_gap", "rule_width", "rule_color"))
    found: dict[str, float | None] = {
        "rule_width": (rule["x1"] - rule["x0"]) * MM_PER_POINT, "rule_color": color_off(rule["color"], RED),
    }  # fmt: skip
    if below:
        lower = _lower(below[-1], at.pitch) - (at.pitch - below[-1].size) / 2
        found["rule_gap"] = (rule["y"] - lower) * MM_PER_POINT
    return found


def _of_signers(rows: list[Line], at: _Block) -> dict[str, float | None]:
    """Number and 签发人 of a document that goes upward; nothing of one that does not."""
    if not any(SIGNED_OFF in one.text for one in rows):
        return {}
    numbered = next((place for place, one in enumerate(rows) if NUMBER.match(one.text)), None)
    found: dict[str, float | None] = {
        "number_left": None, "signer_line": None,
        "signer_right": min((at.right - one.x1) / at.sign for one in rows),
    }  # fmt: skip
    if numbered is not None:
        found["number_left"] = (rows[numbered].x0 - at.left) / at.sign
        found["signer_line"] = (rows[-1].y - rows[numbered].y) / at.pitch
    return found


def _after(page: list[Line], line: Line) -> Line | None:
    place = page.index(line) + 1
    return page[place] if place < len(page) else None


def _lower(line: Line, height: float) -> float:
    """Where a line of this height ends."""
    return line.y + (1 - ABOVE) * height


def _of_end(pages: list[list[Line]], at: _Block) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for page in pages:
        for before, line in pairwise(page):
            if line.text.startswith("附件：") and "attachment_lines" not in found:
                found["attachment_lines"] = (line.y - before.y) / at.pitch - 1
            text = line.text.replace(" ", "")
            if (
                text[:4].isdigit()
                and text.endswith("日")
                and line.x0 - at.left > 10 * at.sign
                and "date_right" not in found
            ):
                # Where the issuer's name is longer than the date and eight signs, the date has to move
                beside = [one for one in page[: page.index(line)][-2:] if one.x0 > at.left + 6 * at.sign]
                name = max((one.x1 - one.x0 for one in beside), default=0.0)
                moved = max(0.0, (name - (line.x1 - line.x0)) / 2 / at.sign - 4)
                found["date_right"] = (at.right - line.x1) / at.sign - (moved if name < 27 * at.sign else 0)
    return found


def _of_record(
    pages: list[list[Line]], rules: list[list[dict[str, Any]]], at: _Block
) -> dict[str, float | None]:
    wide = [
        one
        for one in rules[-1]
        if not is_reddish(one["color"]) and one["x1"] - one["x0"] > (at.right - at.left) * 0.98
    ]
    printed = next((line for line in pages[-1] if line.text.endswith("印发")), None)
    if printed is None:
        return {}
    pitch = printed.size * RECORD_PITCH
    near = [one for one in wide if printed.y - 2.5 * pitch < one["y"] < printed.y + pitch]
    if not near:
        return dict.fromkeys(("record_outer", "record_below"))
    outer = max((near[0]["thick"], near[-1]["thick"]), key=lambda one: abs(one * MM_PER_POINT - 0.35))
    found = {
        "record_size": printed.size, "record_outer": outer * MM_PER_POINT,
        "record_below": (near[-1]["y"] + near[-1]["thick"] / 2 - at.bottom) * MM_PER_POINT,
    }  # fmt: skip
    if len(near) > 2:
        found["record_inner"] = near[1]["thick"] * MM_PER_POINT
    return found


def _of_numbers(numerals: list[Line | None], at: _Block) -> dict[str, float | None]:
    found = [(place, one) for place, one in enumerate(numerals, 1) if one is not None]
    if not found:
        return dict.fromkeys(("page_size", "page_below", "page_side"))
    sides = [(at.right - one.x1 if place % 2 else one.x0 - at.left) / one.size for place, one in found]
    one = found[0][1]
    return {
        "page_size": one.size,
        "page_below": (one.y - (ABOVE - 0.5) * one.size - at.bottom) * MM_PER_POINT,
        "page_side": max(sides, key=lambda side: abs(side - 1)),
    }
