"""The kinds of messages. A room names its own when it starts; what nobody named cannot be posted."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """One kind: how people read it, and what they may choose about it."""

    code: str
    label: Any
    digest: bool = False
    "Whether it may wait for the daily digest"
    may_unsubscribe: bool = False
    "Whether its mails may be turned off; it is shown at the desk all the same"
    is_secret: bool = False
    "Whether its text holds a key (a link that sets a password, an invitation): it leaves the row once it was sent"


_known: dict[str, Kind] = {}


def register(
    code: str, *, label: Any, digest: bool = False, may_unsubscribe: bool = False, is_secret: bool = False
) -> None:
    """Name a kind; called once when a room starts."""
    _known[code] = Kind(code, label, digest, may_unsubscribe, is_secret)


def kind(code: str) -> Kind:
    """The kind of this code; one that no room named is a mistake of the program."""
    if code not in _known:
        raise ValueError(f"no such kind of message: {code}; register it in the room's apps.py")
    return _known[code]


def all_kinds() -> list[Kind]:
    """Every kind, in the order of the codes."""
    return [_known[code] for code in sorted(_known)]


def is_known(code: str) -> bool:
    """Whether some room has named the kind."""
    return code in _known
