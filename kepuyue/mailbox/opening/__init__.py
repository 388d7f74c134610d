"""Taking a letter apart in a process of its own: `python -m kepuyue.mailbox.opening letter|word|pdf < file > answer`.

A letter comes from anybody. Here a bomb ends this process, which has limits, and not the site's. Nothing in it is
executed and nothing that it points to is fetched. Imports no Django, so that it starts quickly. The answer is one line
of JSON, then the bytes that it counts.
"""

from dataclasses import dataclass, field
from typing import Any

# What a part is, by its bytes and never by its name
BODY, WORD, OLD_WORD, SHEET, PDF = "body", "word", "old-word", "sheet", "pdf"
PICTURE, TEXT, MAIL, ARCHIVE, OTHER = "picture", "text", "mail", "archive", "other"
# Why nothing was read of it
TOO_MUCH, TOO_DEEP, BROKEN, LOCKED, UNKNOWN, LYING = (
    "too-much",
    "too-deep",
    "broken",
    "locked",
    "unknown",
    "lying",
)
# What it holds that was left alone
MACROS, EXTERNAL, CUT, SCANNED = "macros", "external", "cut", "scanned"


@dataclass
class Piece:
    """One part of a letter: where it lay ("总结.zip › 照片.jpg"), what it is, its text or its bytes."""

    place: str
    kind: str
    size: int = 0
    text: str = ""
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    data: bytes = b""

    def facts(self) -> dict[str, Any]:
        """All but the bytes, and how many they are."""
        return {**vars(self), "data": len(self.data)}


@dataclass
class Opened:
    """A letter taken apart: its headers as text, its parts in order, and why there are not more."""

    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    problem: str = ""
