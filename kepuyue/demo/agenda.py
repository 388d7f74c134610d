"""What happens in the demonstration, each deed at its own moment and all of them in the order of time.

So the trail, the messages and the seals read as they would in a city where it all happened.
"""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from kepuyue.core.time import now, shifted


class Agenda:
    """Deeds that wait for their moment. A deed may put further ones on the agenda, at its own moment or later."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._numbers = count()
        self._done_at: datetime | None = None

    def at(self, moment: datetime, deed: Callable[[], Any]) -> None:
        """Let it happen then. What is put down first happens first where the moments are the same."""
        heapq.heappush(self._waiting, (moment, next(self._numbers), deed))

    def play(self, until: datetime) -> None:
        """Do all that falls into the time up to and including `until`; the rest is left undone."""
        while self._waiting and self._waiting[0][0] <= until:
            moment, _number, deed = heapq.heappop(self._waiting)
            # A deed takes a moment itself; the next one does not begin before it is done
            moment = max(moment, self._done_at or moment)
            with shifted(moment - timezone.now()):
                deed()
                self._done_at = now()
