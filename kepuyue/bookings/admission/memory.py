"""Sold out, told from memory: most of a rush hears this, and needs no database for it."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.asked import Asked

# Seconds that it is believed without asking again. Seats that come back are seen after this time at the latest
STALE_AFTER = 1.0
# How long persons and keys of a full session are kept without being read again
READ_AGAIN_AFTER = 30.0


@dataclass(slots=True)
class _Full:
    noted_at: float
    read_at: float
    persons: frozenset[str]
    keys: frozenset[str]


class SoldOut:
    """The sessions that a batch of this process found full a moment ago.

    Who has a booking there is never answered from here: their key or number is looked up in the database as ever,
    so that a repeated request gets the answer that it got.
    """

    def __init__(self) -> None:
        self._full: dict[int, _Full] = {}
        self._changing = threading.Lock()

    def note(self, sessions: Iterable[int]) -> None:
        """A batch found these full: called by the writer after its transaction."""
        moment = time.monotonic()
        for session in sessions:
            before = self._full.get(session)
            if before is None or moment - before.read_at > READ_AGAIN_AFTER:
                persons, keys = ledger.held(session)
                self._full[session] = _Full(moment, moment, persons, keys)
            else:
                before.noted_at = moment

    def tells(self, asked: Asked) -> bool:
        """Whether this request can be told from memory that nothing is left."""
        full = self._full.get(asked.session)
        return (
            full is not None
            and time.monotonic() - full.noted_at < STALE_AFTER
            and asked.key not in full.keys
            and asked.person not in full.persons
        )

    def is_full(self, session: int) -> bool:
        """Whether the session was found full less than `STALE_AFTER` ago."""
        full = self._full.get(session)
        return full is not None and time.monotonic() - full.noted_at < STALE_AFTER

    def forget(self) -> None:
        """Nothing is remembered any more."""
        self._full.clear()


sold_out = SoldOut()
