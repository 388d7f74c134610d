"""What changed between two texts, in pieces that can be marked."""

import re
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
    """The pieces that, read in order, tell what became of the old text."""
    before, after = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [Piece(kind, text) for kind, text in (("gone", old), ("new", new)) if text]
    pieces = []
    for operation, start, stop, start_new, stop_new in matcher.get_opcodes():
        gone, came = "".join(before[start:stop]), "".join(after[start_new:stop_new])
        if operation == "equal":
            pieces.append(Piece("same", gone))
            continue
        pieces += [Piece(kind, text) for kind, text in (("gone", gone), ("new", came)) if text]
    return pieces
