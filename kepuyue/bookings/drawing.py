"""The draw by lot: rules only, no database, no clock, no chance of its own. Whoever has the file can do it again.

1. Before entries open a seed is chosen and its SHA-256 published (the commitment).
2. After they close everything is fixed: the list of entries, and a public value that nobody knew before.
3. The ticket of an entry is SHA-256 of "seed|public value|digest of the list|number of the entry".
4. Entries are put in the order of their tickets, the smallest first. Each gets its seats as a whole while there are
   enough of its channel; one that is too large for what is left is passed, so that no seat stays empty.
5. Those who got none wait in the same order, as many as the waiting list takes; the others are not drawn.

Who holds the seed cannot choose another one (1). They could add entries of their own that steer the result; therefore
the public value (2), which is drawn by others. Without one the list of entries stands in for it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

FORMAT = "kepuyue-draw-1"


class Unreadable(ValueError):
    """The file is none of a draw."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """Who takes part: a number, and a digest instead of a person."""

    number: int
    digest: str
    seats: int
    channel: str


@dataclass(frozen=True, slots=True)
class Result:
    """Numbers in the order in which they were drawn."""

    drawn: list[int]
    waiting: list[int]
    not_drawn: list[int]


@dataclass(frozen=True, slots=True)
class Draw:
    """All that a draw goes by, and what came of it."""

    commitment: str
    seed: str
    public_source: str
    public_value: str
    seats: Mapping[str, int]
    "To give out, by channel"
    waitlist_most: int
    "Of each channel"
    entries: Sequence[Entry]
    result: Result
    about: Mapping[str, str] = field(default_factory=dict)
    "What a reader wants to know beside: session, activity, times. The draw does not go by it"


def commitment_of(seed: str) -> str:
    """What is published of the seed before."""
    return sha256(seed.encode()).hexdigest()


def digest_of(entries: Iterable[Entry]) -> str:
    """One digest of the whole list, in the order of the numbers."""
    lines = "".join(f"{one.number},{one.digest},{one.seats},{one.channel}\n" for one in sorted(entries))
    return sha256(lines.encode()).hexdigest()


def ordered(entries: Iterable[Entry], *, seed: str, public_value: str) -> list[Entry]:
    """The entries in the order of their tickets."""
    listed = list(entries)
    beginning = f"{seed}|{public_value}|{digest_of(listed)}|"
    return sorted(
        listed, key=lambda one: (sha256(f"{beginning}{one.number}".encode()).hexdigest(), one.number)
    )


def drawn(
    entries: Iterable[Entry], *, seed: str, public_value: str, seats: Mapping[str, int], waitlist_most: int
) -> Result:
    """Who gets seats, who waits and who does not."""
    free = dict(seats)
    places = dict.fromkeys(free, waitlist_most)
    result = Result([], [], [])
    for one in ordered(entries, seed=seed, public_value=public_value):
        if 0 < one.seats <= free.get(one.channel, 0):
            free[one.channel] -= one.seats
            result.drawn.append(one.number)
        elif places.get(one.channel, 0) > 0:
            places[one.channel] -= 1
            result.waiting.append(one.number)
        else:
            result.not_drawn.append(one.number)
    return result


def written(draw: Draw) -> dict[str, Any]:
    """The draw as its file holds it."""
    return {"format": FORMAT, **asdict(draw), "entries_digest": digest_of(draw.entries)}


def read(text: str | bytes) -> tuple[Draw, str]:
    """(the draw of a file, the digest of its list as the file states it). Raises `Unreadable`."""
    try:
        data = json.loads(text)
        if data.pop("format") != FORMAT:
            raise Unreadable("format")
        stated = str(data.pop("entries_digest"))
        entries = [
            Entry(int(one["number"]), str(one["digest"]), int(one["seats"]), str(one["channel"]))
            for one in data.pop("entries")
        ]
        result = Result(**{name: [int(one) for one in rows] for name, rows in data.pop("result").items()})
        seats = {str(channel): int(count) for channel, count in data.pop("seats").items()}
        draw = Draw(**data, entries=entries, result=result, seats=seats)
        if not isinstance(draw.waitlist_most, int) or not all(
            isinstance(text, str) for text in (draw.seed, draw.commitment, draw.public_value)
        ):
            raise Unreadable("types")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise error if isinstance(error, Unreadable) else Unreadable(str(error)) from error
    return draw, stated


def faults(draw: Draw, stated: str) -> list[str]:
    """What in a file does not hold, by name: `commitment`, `entries`, `numbers`, `result`; empty: the draw is right."""
    found = []
    if commitment_of(draw.seed) != draw.commitment:
        found.append("commitment")
    if digest_of(draw.entries) != stated:
        found.append("entries")
    if len({one.number for one in draw.entries}) != len(draw.entries):
        found.append("numbers")
    again = drawn(
        draw.entries, seed=draw.seed, public_value=draw.public_value, seats=draw.seats,
        waitlist_most=draw.waitlist_most,
    )  # fmt: skip
    if again != draw.result:
        found.append("result")
    return found
