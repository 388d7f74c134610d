"""The shared cache where it is away: the site goes on without it."""

import time
from typing import Any

from redis import ConnectionPool
from redis.exceptions import ConnectionError, TimeoutError

# After a connection could not be made nobody tries for so long: a host that is cut off answers nothing, and each try
# would cost a request its time-out
PAUSE = 5.0  # seconds


class SparingPool(ConnectionPool):
    """Connections of a process to the shared cache; while it is away, all but one try in `PAUSE` seconds fail at once
    (and are ignored: see CACHES in the settings).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._not_before = 0.0

    def get_connection(self, *args: Any, **kwargs: Any) -> Any:
        """A connection that stands. Raises redis' ConnectionError or TimeoutError."""
        if time.monotonic() < self._not_before:
            raise ConnectionError("the cache was away a moment ago")
        try:
            return super().get_connection(*args, **kwargs)
        except (ConnectionError, TimeoutError):
            self._not_before = time.monotonic() + PAUSE
            raise
