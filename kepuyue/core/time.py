"""The clock that rules go by. Everything that asks "is it open yet?" asks here, never the machine's clock.

Outside demonstration mode it is the machine's clock. The demonstration room moves it for one request at a
time (a context variable), so that two visitors can look at two phases at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.utils import timezone

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now() + _shift.get()


def today() -> date:
    """The present day in the active zone (the edition's while a request is served)."""
    return timezone.localdate(now())


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Let the clock show a moment `by` later (or earlier) within the block."""
    token = _shift.set(by)
    try:
        yield
    finally:
        _shift.reset(token)


def is_within_reach(moment: datetime) -> bool:
    """Whether it can be written in every time zone and is no slip of the pen: from 1990 to 2200."""
    return 1990 <= moment.year <= 2200
