"""Counting how often somebody asks, in the memory of a process."""

import time
from collections import OrderedDict
from threading import Lock

MOST_KEPT = 100_000


class Bucket:
    """Tokens that grow again: `size` at once, `per_second` from then on, for each name."""

    def __init__(self) -> None:
        self._levels: OrderedDict[str, tuple[float, float, str]] = OrderedDict()
        self._changing = Lock()

    def take(self, name: str, size: float, per_second: float, what: str = "") -> float:
        """Take one; 0 where there was one, else the seconds until there is. Whoever asks once more for `what` was taken
        last takes nothing.
        """
        moment = time.monotonic()
        with self._changing:
            level, at, last = self._levels.get(name, (size, moment, ""))
            if what and what == last:
                return 0.0
            level = min(size, level + (moment - at) * per_second)
            taken = level >= 1
            self._levels[name] = (level - 1, moment, what) if taken else (level, moment, last)
            self._levels.move_to_end(name)
            if len(self._levels) > MOST_KEPT:
                self._levels.popitem(last=False)
        return 0.0 if taken else (1 - level) / per_second

    def forget(self) -> None:
        """Everybody begins anew."""
        self._levels.clear()
