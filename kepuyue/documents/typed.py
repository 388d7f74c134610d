"""The text of a document as people type it: numbers (一、（一）1. （1）) make headings, every other line a paragraph.

Tables, pictures and charts stand as 〔表1〕 and 〔图2〕 on lines of their own: they can be moved and left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kepuyue.documents.content import Attachment, Block, Chart, Heading, Paragraph, Picture, Table

_CHINESE = "[一二三四五六七八九十]+"
_LEVELS = (
    (1, re.compile(rf"{_CHINESE}、\s*")),
    (2, re.compile(rf"[（(]{_CHINESE}[）)]\s*")),
    (3, re.compile(r"\d{1,2}\s*[.．](?!\d)\s*")),
    (4, re.compile(r"[（(]\d{1,2}[）)]\s*")),
)
_PLACE = re.compile(r"〔(表|图)(\d{1,3})〕")
_NUMERALS = "一二三四五六七八九十"


_ATTACHMENT = re.compile(r"(?:附件：|附件:)?\s*(?:\d{1,2}\s*[.．](?!\d)\s*)?(.+)")


@dataclass(frozen=True)
class Parts:
    """What a whole text holds besides its title: see `parts_of`."""

    addressees: str
    blocks: tuple[Block, ...]
    attachments: tuple[Attachment, ...]
    note: str


class Unknown(ValueError):
    """A line names a table or picture that the document does not have."""


def to_text(blocks: Iterable[Block]) -> str:
    """The blocks as lines; see `from_text`."""
    lines: list[str] = []
    counts = [0, 0, 0, 0]
    found = {"表": 0, "图": 0}
    for block in blocks:
        if isinstance(block, Heading):
            counts[block.level - 1] += 1
            counts[block.level :] = [0] * (4 - block.level)
            lines.append(f"{mark(block.level, counts[block.level - 1])}{block.title}{block.text}")
        elif isinstance(block, Paragraph):
            lines.append(block.text)
        else:
            what = "表" if isinstance(block, Table) else "图"
            found[what] += 1
            lines.append(f"〔{what}{found[what]}〕")
    return "\n".join(lines)


def from_text(text: str, given: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of what was typed; tables and pictures come from `given`. Raises `Unknown`."""
    kept: dict[str, list[Block]] = {
        "表": [one for one in given if isinstance(one, Table)],
        "图": [one for one in given if isinstance(one, Picture | Chart)],
    }
    blocks: list[Block] = []
    for line in (one.strip() for one in text.splitlines()):
        if not line:
            continue
        if place := _PLACE.fullmatch(line):
            which = int(place[2])
            if not 0 < which <= len(kept[place[1]]):
                raise Unknown(line)
            blocks.append(kept[place[1]][which - 1])
            continue
        level, rest = _heading(line)
        if level:
            # A heading that ends with a full stop and goes on has its text in the same line (7.3.3)
            title, stop, following = rest.partition("。") if level > 1 else (rest, "", "")
            blocks.append(Heading(level, title + stop, following) if stop else Heading(level, rest))
        else:
            blocks.append(Paragraph(line))
    return tuple(blocks)


def parts_of(text: str) -> Parts:
    """A whole text as people write it: addressees and a colon in the first line, 附件：… at the end (further ones on
    lines of their own), a note in brackets last of all. Attachments have a name only.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    addressees = note = ""
    if lines and lines[0].endswith(("：", ":")):
        addressees = lines.pop(0)[:-1]
    if lines and re.fullmatch(r"[（(].+[）)]", lines[-1]):
        note = lines.pop()[1:-1]
    begins = next(
        (place for place, line in enumerate(lines) if line.startswith(("附件：", "附件:"))), len(lines)
    )
    named = [found[1] for line in lines[begins:] if (found := _ATTACHMENT.fullmatch(line))]
    return Parts(
        addressees, from_text("\n".join(lines[:begins]), ()), tuple(Attachment(name) for name in named), note
    )


def mark(level: int, number: int) -> str:
    """What stands before a heading (GB/T 9704-2012, 7.3.3): 一、（一）1. （1）."""
    chinese = _chinese(number)
    return {1: f"{chinese}、", 2: f"（{chinese}）", 3: f"{number}. ", 4: f"（{number}）"}[level]


def _heading(line: str) -> tuple[int, str]:
    for level, pattern in _LEVELS:
        if (found := pattern.match(line)) and found.end() < len(line):
            return level, line[found.end() :]
    return 0, line


def _chinese(number: int) -> str:
    """1 to 99 as Chinese numerals."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens - 1]}十") + (
        _NUMERALS[ones - 1] if ones else ""
    )
