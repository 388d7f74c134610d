"""Recurrence rules (RFC 5545, 3.3.10), expanded by dateutil inside a window and never without end."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, tzinfo
from typing import Any

from dateutil.rrule import rrulestr

MOST_STEPS = 50_000
SECONDS_A_RULE = 2.0
KNOWN = frozenset(
    {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY",
     "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST", "BYEASTER"}
)  # fmt: skip


class NotUnderstood(ValueError):
    """The rule says something that nobody here can expand (a lunar calendar, a slip)."""


class TooOften(ValueError):
    """The rule gives so many times that it cannot mean sessions."""


class Watch:
    """A rule that yields nothing is seen by no counter of steps. Only a reader's own process may be timed."""

    is_on = False

    @classmethod
    def turn_on(cls) -> None:
        signal.signal(signal.SIGVTALRM, cls._ring)
        cls.is_on = True

    @staticmethod
    def _ring(number: int, frame: Any) -> None:
        raise TooOften("time is up")

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[None]:
        if cls.is_on:
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_A_RULE)
        try:
            yield
        finally:
            if cls.is_on:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def times(rule: str, start: datetime, *, until: datetime, zone: tzinfo | None = None) -> Iterator[datetime]:
    """The rule's times up to and including the first that is not before `until`, in order.

    `start` and `until` are clock times without a zone, as are the results; `zone` is that of the start and turns an
    UNTIL that is written in UTC into its clock time. Raises `NotUnderstood`, `TooOften`.
    """
    text, last = _looked_at(rule, zone)
    try:
        with Watch.running():
            found = rrulestr(text, dtstart=start)
    except TooOften:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError) as error:
        raise NotUnderstood(str(error)) from None
    steps = 0
    walk = iter(found)
    while True:
        try:
            with Watch.running():
                one = next(walk, None)
        except (OverflowError, IndexError, TypeError) as error:
            raise NotUnderstood(str(error)) from None
        if one is None or (last is not None and one > last):
            return
        yield one
        if one >= until:
            return
        steps += 1
        if steps > MOST_STEPS:
            raise TooOften(rule)


def _looked_at(rule: str, zone: tzinfo | None) -> tuple[str, datetime | None]:
    """The rule as dateutil takes it, without its UNTIL, and that UNTIL as clock time."""
    parts: dict[str, str] = {}
    for part in rule.upper().removeprefix("RRULE:").strip(" ;").split(";"):
        name, _sign, value = part.partition("=")
        parts[name.strip()] = value.strip()
    if parts.get("RSCALE", "GREGORIAN") not in ("GREGORIAN", "GREGORY"):
        raise NotUnderstood(parts["RSCALE"])
    if parts.get("FREQ") in ("SECONDLY", "MINUTELY"):
        raise TooOften(rule)
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (parts[name].isascii() and parts[name].isdigit() and int(parts[name]) > 0):
            raise NotUnderstood(f"{name}={parts[name]}")
    last = _until(parts.pop("UNTIL"), zone) if parts.get("UNTIL") else None
    return ";".join(f"{name}={value}" for name, value in parts.items() if name in KNOWN), last


def _until(text: str, zone: tzinfo | None) -> datetime:
    if not (found := re.fullmatch(r"(\d{8})(?:T(\d{6})(Z?))?", text)):
        raise NotUnderstood(f"UNTIL={text}")
    day, clock, is_utc = found.groups()
    try:
        if clock is None:
            # The last day counts whole, also where the start has a clock time
            return datetime.combine(datetime.strptime(day, "%Y%m%d"), time.max)
        if is_utc and zone is not None:
            moment = datetime.strptime(f"{day}{clock}+0000", "%Y%m%d%H%M%S%z")
            return moment.astimezone(zone).replace(tzinfo=None)
        return datetime.strptime(f"{day}{clock}", "%Y%m%d%H%M%S")
    except ValueError as error:
        raise NotUnderstood(str(error)) from None
