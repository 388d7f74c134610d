"""The address table as data: every route of the program, those of its libraries included."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

TABLE = Path(__file__).with_name("routes.txt")


@dataclass(frozen=True)
class Route:
    """One address: its full name, its pattern, and whether a visitor may come in without signing in."""

    name: str
    pattern: str
    view: Callable[..., Any]

    @property
    def is_open(self) -> bool:
        return not getattr(self.view, "login_required", True)


def all_routes() -> dict[str, Route]:
    """Every route by its name; one without a name cannot be spoken of and fails."""
    found: dict[str, Route] = {}
    for route in _walk(get_resolver(), (), ""):
        assert route.name not in found, f"two routes are called {route.name}"
        found[route.name] = route
    return found


def _walk(resolver: URLResolver, spaces: tuple[str, ...], start: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = start + str(entry.pattern)
        if isinstance(entry, URLPattern):
            assert entry.name, f"{pattern} has no name"
            yield Route(":".join((*spaces, entry.name)), pattern, entry.callback)
        else:
            yield from _walk(entry, (*spaces, entry.namespace) if entry.namespace else spaces, pattern)


@dataclass(frozen=True)
class Row:
    """One line of the table: what each person is answered when they ask this of that sample."""

    route: str
    method: str
    typed: str
    sample: str
    answers: tuple[tuple[int, tuple[str, ...]], ...]

    def expected(self, person: str) -> int:
        """The status for this person: the one that names them, else that of `*`."""
        for status, people in self.answers:
            if person in people:
                return status
        return next(status for status, people in self.answers if "*" in people)

    def __str__(self) -> str:
        return f"{self.route} {self.method} {self.typed} {self.sample}"


def read_table() -> list[Row]:
    """The lines of routes.txt."""
    rows = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        route, method, sample, *answers = (part.strip() for part in line.split("|"))
        verb, _space, typed = method.partition(" ")
        rows.append(Row(route, verb, typed, sample, tuple(_answer(text) for text in answers)))
    return rows


def _answer(text: str) -> tuple[int, tuple[str, ...]]:
    status, *people = text.split()
    return int(status), tuple(people)
