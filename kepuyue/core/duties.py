"""What is done again and again in the background. A room's `tasks.py` names its own; the worker sees to all.

A duty is short, may run in several processes at once, and may be run twice: it claims what it works on.
What a person waits for is a task (`django_tasks`), not a duty.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

from django.utils.module_loading import autodiscover_modules

Work = Callable[[], object]


@dataclass(frozen=True)
class Duty:
    """One thing to do, and the pause between two times."""

    name: str
    work: Work
    every: timedelta
    line: str = ""
    """Those of a line are done one after the other, lines beside each other: what waits for others (mail servers,
    other people's addresses) holds up nothing of the house"""

    def do(self) -> None:
        """Do it once, by the clock of its room."""
        with _clock(self):
            self.work()


Clock = Callable[[Duty], AbstractContextManager[None]]
_known: dict[str, Duty] = {}
_clock: Clock = lambda _duty: nullcontext()  # noqa: E731


def go_by(clock: Clock) -> None:
    """Have duties done within what this gives for each; the demonstration moves its clock so."""
    global _clock
    _clock = clock


def duty(*, every: timedelta, line: str = "") -> Callable[[Work], Work]:
    """Have the worker call the function after each such pause, as long as it runs; `line` as in `Duty`."""

    def enlist(work: Work) -> Work:
        name = f"{work.__module__}.{work.__name__}"
        _known[name] = Duty(name, work, every, line)
        return work

    return enlist


def in_lines() -> list[list[Duty]]:
    """Every duty, those of one line together."""
    lines: dict[str, list[Duty]] = {}
    for one in all_duties():
        lines.setdefault(one.line, []).append(one)
    return list(lines.values())


def all_duties() -> list[Duty]:
    """Every duty of every installed room."""
    autodiscover_modules("tasks")
    return list(_known.values())
