"""What changed between two texts, in pieces that can be marked."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

# A Chinese sign is a word of its own; letters and digits hold together
WORD = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
ALIKE = 0.35  # below this, marking single words only confuses: the whole text is shown as replaced


class Piece(NamedTuple):
    """`kind` is same, gone or new."""

    kind: str
    text: str


def changes(old: str, new: str) -> list[Piece]:
    """The pieces that, read in order, tell what became of the old text.

    Lines are matched first, so that a list of sessions is compared session by session.
    """
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces = []
    for operation, start, stop, start_new, stop_new in _operations(before, after):
        gone, came = before[start:stop], after[start_new:stop_new]
        if operation == "equal":
            pieces.append(Piece("same", "".join(gone)))
        elif len(gone) == len(came):
            for line, line_new in zip(gone, came, strict=True):
                pieces += _within_line(line, line_new)
        else:
            pieces += _replaced("".join(gone), "".join(came))
    return pieces


def _within_line(old: str, new: str) -> list[Piece]:
    before, after = WORD.findall(old), WORD.findall(new)
    if SequenceMatcher(None, before, after, autojunk=False).ratio() < ALIKE:
        return _replaced(old, new)
    pieces = []
    for operation, start, stop, start_new, stop_new in _operations(before, after):
        gone, came = "".join(before[start:stop]), "".join(after[start_new:stop_new])
        pieces += [Piece("same", gone)] if operation == "equal" else _replaced(gone, came)
    return pieces


def _operations(before: Sequence[str], after: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _replaced(gone: str, came: str) -> list[Piece]:
    return [Piece(kind, text) for kind, text in (("gone", gone), ("new", came)) if text]
