"""Text as it is drawn: faces that come as a package, lines broken as Chinese is broken, signs that no face has."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from PIL import ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

SANS, SERIF = "sans", "serif"
# GB/T 15834-2011, 5.1: what may not begin a line, and what may not end one
NEVER_FIRST = frozenset("，。、；：？！）》〉」』】〕］”’…—～·％%),.;:?!]}")
NEVER_LAST = frozenset("（《〈「『【〔［“‘([{")
# Stands for a letter that the face does not have, as in print
MISSING = "〓"


@lru_cache(maxsize=32)
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A face in pixels; laid out left to right, sign by sign, whatever marks of direction a text holds."""
    path = sans_path() if name == SANS else serif_path()
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """One line of what can be drawn: unknown letters as 〓, without other unknown signs and invisible marks."""
    return " ".join("".join(_drawn(sign) for sign in text).split())


@lru_cache(maxsize=8_192)
def _drawn(sign: str) -> str:
    if sign.isspace():
        return " "
    kind = unicodedata.category(sign)
    if kind[0] in "CM" or sign == "\u00ad":
        return ""
    if _is_known(sign):
        return sign
    return MISSING if kind[0] == "L" else ""


def _is_known(sign: str) -> bool:
    probe = face(SANS, 24)
    return bytes(probe.getmask(sign)) != bytes(probe.getmask("\uffff"))


def lines(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """The text in at most so many lines of at most so many pixels; what does not fit ends in an ellipsis."""
    found = list(_broken(drawable(text), font, width))
    if len(found) > most:
        last = found[most - 1]
        while last and font.getlength(f"{last}…") > width:
            last = last[:-1]
        found = [*found[: most - 1], f"{last.rstrip()}…"]
    return found


def fitted(text: str, name: str, sizes: tuple[int, ...], width: int, most: int) -> tuple[list[str], int]:
    """The lines in the largest of the sizes in which they fit, and that size; in the smallest, if in none."""
    for size in sizes:
        found = list(_broken(drawable(text), face(name, size), width))
        if len(found) <= most:
            return _evened(found, text, face(name, size), width), size
    return lines(text, face(name, sizes[-1]), width, most), sizes[-1]


def _evened(found: list[str], text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The same number of lines without a single sign or two left over on the last one."""
    narrowest = found
    for less in range(width - font.size.__int__() // 2, width * 3 // 5, -max(8, width // 40)):
        tried = list(_broken(drawable(text), font, less))
        if len(tried) != len(found):
            break
        narrowest = tried
    return narrowest


def _broken(text: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    line = ""
    for unit in _units(text):
        if line and font.getlength(line + unit.rstrip()) > width:
            yield line.rstrip()
            line = unit.lstrip()
        else:
            line += unit
        # A word that is longer than a line is cut where the line ends
        while font.getlength(line.rstrip()) > width and len(line) > 1:
            cut = next(n for n in range(len(line), 0, -1) if n == 1 or font.getlength(line[:n]) <= width)
            yield line[:cut]
            line = line[cut:]
    if line.strip():
        yield line.rstrip()


def _units(text: str) -> Iterator[str]:
    """What stays together: words in letters and digits, and signs with what may not stand without them."""
    if not text:
        return
    unit = text[0]
    for before, sign in pairwise(text):
        is_word = _is_latin(before) and _is_latin(sign)
        if is_word or sign == " " or sign in NEVER_FIRST or before in NEVER_LAST:
            unit += sign
        else:
            yield unit
            unit = sign
    yield unit


def _is_latin(sign: str) -> bool:
    return sign not in " " and unicodedata.east_asian_width(sign) not in "WF"


def write(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    text_lines: list[str],
    *,
    name: str,
    size: int,
    fill: str,
    leading: float = 1.4,
    bold: bool = False,
) -> int:
    """Draw lines below each other from their upper left corner; the y below the last one."""
    x, y = at
    font = face(name, size)
    for line in text_lines:
        draw.text((x, y), line, font=font, fill=fill, stroke_width=round(size / 60) if bold else 0)
        y += round(size * leading)
    return y
