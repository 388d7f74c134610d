"""Sold out, told from memory: most of a rush hears this, and needs no database for it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.asked import Asked
from kepuyue.bookings.models import Channel

# Seconds that it is believed, from the moment at which the counters were read under the session's lock. So this is the
# longest that seats go unseen here which another process gave back (docs/adr/0024)
STALE_AFTER = 1.0
# A process remembers no more sessions than this
MOST_KEPT = 1_000

Refusal = tuple[int, str, int, float]
"A session, a channel, how many seats it had no room for, and when that was read (`Answer.as_of`)"


@dataclass(slots=True)
class _Full:
    noted_at: float
    refused: dict[str, int]
    "By channel the smallest party that there was no room for"
    last: int = 0
    "The newest booking that is among these"
    persons: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    def covers(self, refused: dict[str, int]) -> bool:
        """Whether what was refused now says nothing new."""
        return all(self.refused.get(channel, seats + 1) <= seats for channel, seats in refused.items())


def _smaller(refused: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    return {channel: min(seats, before.get(channel, seats)) for channel, seats in refused.items()}


class SoldOut:
    """The sessions that a batch of this process found full a moment ago.

    Who has a booking there is not answered from here: their key or number is looked up in the database as ever, so
    that a repeated request gets the answer that it got. Each time that a session is noted, what was booked there since
    is read first; so only a booking that another process made less than `STALE_AFTER` ago, from seats that came back,
    is not known here.
    """

    def __init__(self) -> None:
        self._full: dict[int, _Full] = {}

    def note(self, refusals: Iterable[Refusal]) -> None:
        """A batch had no room for these: called by the writer after its transaction. Raises the database's errors."""
        smallest: dict[int, dict[str, int]] = {}
        read: dict[int, float] = {}
        for session, channel, seats, read_at in refusals:
            here = smallest.setdefault(session, {})
            here[channel] = min(seats, here.get(channel, seats))
            read[session] = read_at
        news: list[tuple[_Full, dict[str, int], float]] = []
        newest: dict[int, int] = {}
        for session, refused in smallest.items():
            moment = read[session]
            full = self._full.setdefault(session, _Full(moment - STALE_AFTER, {}))
            if moment - full.noted_at < STALE_AFTER / 2 and full.covers(refused):
                continue
            before = full.refused if moment - full.noted_at < STALE_AFTER else {}
            news.append((full, before | _smaller(refused, before), moment))
            newest[session] = full.last
        if news:
            # All at once: a rush over hundreds of sessions fills many of them in the same batch
            for session, number, person, key in ledger.booked_since(newest):
                full = self._full[session]
                full.persons.add(person)
                full.keys.add(key)
                full.last = max(full.last, number)
        # Only now: until its bookings are read, a session is not spoken for
        for full, refused, moment in news:
            full.refused, full.noted_at = refused, moment
        if len(self._full) > MOST_KEPT:
            # One step, and not one for each, since others look into it meanwhile
            moment = time.monotonic()
            self._full = {
                one: full for one, full in self._full.items() if moment - full.noted_at < STALE_AFTER
            }

    def tells(self, asked: Asked) -> bool:
        """Whether this request can be told from memory that nothing is left."""
        full = self._full.get(asked.session)
        return (
            full is not None
            and time.monotonic() - full.noted_at < STALE_AFTER
            and asked.seats >= full.refused.get(asked.channel, asked.seats + 1)
            and asked.key not in full.keys
            and asked.person not in full.persons
        )

    def is_full(self, session: int, channel: str = Channel.ONLINE) -> bool:
        """Whether less than `STALE_AFTER` ago there was no room for anybody who comes by this way."""
        full = self._full.get(session)
        return (
            full is not None
            and time.monotonic() - full.noted_at < STALE_AFTER
            and full.refused.get(channel, 2) <= 1
        )

    def forget(self) -> None:
        """Nothing is remembered any more."""
        self._full.clear()


sold_out = SoldOut()
