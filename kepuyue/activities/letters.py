"""How text is compared: without width, case, spaces, signs, and traditional characters as simplified ones."""

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache

from opencc import OpenCC

# A place in a row: "第三期", "（二）". Left out of the key, so that one without it is found too; see `in_one_row`
COUNTED = re.compile(r"第?[0-9一二三四五六七八九十]+[期场讲届季]|[（(][0-9一二三四五六七八九十]+[)）]")
PLACES = re.compile(
    r"[0-9]+|(?<=第)[一二三四五六七八九十]+|[一二三四五六七八九十]+(?=[期场讲届季课站节辑篇])|(?<=[(之])[一二三四五六七八九十]+(?=\)|$)"
)
NUMERALS = "一二三四五六七八九"
# One character may count as several (㈱ as 株 in brackets, ﷺ as eighteen); a key is cut and not refused
KEY_LENGTH = 160
NEAR = 0.86  # titles at least so alike are named


@lru_cache(maxsize=1)
def _simplified() -> dict[str, str]:
    """{traditional character: simplified}. Single characters: a phrase's own conversion would move the places."""
    converter = OpenCC("t2s")
    signs = (chr(code) for span in ((0x3400, 0x4DC0), (0x4E00, 0xA000)) for code in range(*span))
    pairs = ((sign, converter.convert(sign)) for sign in signs)
    return {sign: plain for sign, plain in pairs if plain != sign and len(plain) == 1}


@lru_cache(maxsize=4_096)
def letters(sign: str) -> str:
    """What one character counts as; nothing for spaces, punctuation, symbols and invisible signs."""
    plain = unicodedata.normalize("NFKC", sign).casefold()
    table = _simplified()
    return "".join(
        table.get(letter, letter) for letter in plain if unicodedata.category(letter)[0] in ("L", "N")
    )


def simplified(text: str) -> str:
    """The text with a simplified character for each traditional one, of the same length."""
    table = _simplified()
    return "".join(table.get(sign, sign) for sign in text)


def normalized(text: str) -> str:
    """The text as it is compared."""
    return "".join(map(letters, text))


def title_key(title: str) -> str:
    """A title as it is compared with others: its letters, without its number in a row. Kept as `Activity.title_key`."""
    return normalized(COUNTED.sub("", title).replace("演示", ""))[:KEY_LENGTH]


def in_one_row(title: str, other: str) -> bool:
    """Whether the two titles tell themselves apart by a number: 第一讲 and 第2讲 of one row, not one activity twice."""
    places, others = _places(title), _places(other)
    return bool(places and others) and places != others


def _places(title: str) -> list[int]:
    return [_number(found) for found in PLACES.findall(unicodedata.normalize("NFKC", title))]


def _number(numeral: str) -> int:
    """A numeral as written in titles, to 99."""
    if numeral.isdecimal():
        return int(numeral[:9])
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int("".join(str(NUMERALS.index(sign) + 1) for sign in ones))
    return 10 * (NUMERALS.find(tens[:1]) + 1 if tens else 1) + (NUMERALS.find(ones[:1]) + 1 if ones else 0)


def alike(title: str, others: Mapping[int, str]) -> list[int]:
    """Of {activity: its key} those whose titles are like `title` (a key, see `title_key`), the most alike first."""
    matcher = SequenceMatcher(None, "", title, autojunk=False)
    near: list[tuple[float, int]] = []
    for pk, other in others.items():
        matcher.set_seq1(other)
        # The two quick ones are upper bounds of the exact one
        if all(ratio() >= NEAR for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)):
            near.append((-matcher.ratio(), pk))
    return [pk for _ratio, pk in sorted(near)]
