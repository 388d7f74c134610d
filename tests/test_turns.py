"""The gate leaves nothing out for good, and what it takes in turns is there."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from tests import turns

ROOT = Path(settings.PROJECT_ROOT)


@pytest.mark.parametrize("one_in", [1, 2, 3, 4, 12])
def test_everything_has_its_turn(one_in: int, monkeypatch: pytest.MonkeyPatch) -> None:
    things = list(range(31))
    seen: list[int] = []

    for turn in range(1_000, 1_000 + one_in):
        monkeypatch.setenv(turns.NAME, str(turn))
        seen += turns.share(things, one_in)

    assert sorted(seen) == things


def test_two_commits_that_follow_each_other_look_at_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    things = list(range(31))
    seen: list[int] = []

    for count in (1_000, 1_001):
        monkeypatch.setenv(turns.COUNT, str(count))
        seen += turns.alternate(things)

    assert sorted(seen) == things


def test_same_commit_gives_the_same_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for _time in range(2):
        monkeypatch.delenv(turns.NAME, raising=False)
        found.append(turns.turn())

    assert found[0] == found[1]


def test_cases_of_other_tests_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    test, one_in = "tests/security/test_every_door.py::test_verbs_that_nobody_asked_for_are_refused", 3
    monkeypatch.setenv(turns.NAME, "0")
    monkeypatch.setitem(turns.SHARES, test, (one_in, one_in))
    cases = [f"{test}[{number}]" for number in range(9)]

    waiting = turns.waiting([*cases, "tests/test_cli.py::test_of_another_file[1]"])

    assert waiting == {case for number, case in enumerate(cases) if number % one_in}


@pytest.mark.parametrize("test", turns.SHARES)
def test_what_is_taken_in_turns_exists(test: str) -> None:
    path, _colons, name = test.partition("::")

    assert re.search(
        rf"parametrize\([^@]*\ndef {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.DOTALL
    )


@pytest.mark.parametrize("place", turns.SAME_EVERYWHERE)
def test_what_is_the_same_everywhere_exists(place: str) -> None:
    assert (ROOT / place).exists()


@pytest.mark.parametrize("place", turns.LEANS_ON_THE_DATABASE)
def test_what_leans_on_the_database_exists(place: str) -> None:
    assert (ROOT / place).exists()


def test_each_other_file_has_its_turn_on_the_second_database(monkeypatch: pytest.MonkeyPatch) -> None:
    leaning = "tests/bookings/test_races.py::test_a"
    others = [f"tests/resources/test_{letter}.py::test_{letter}[1]" for letter in "abcdefg"]
    seen: list[str] = []
    for number in range(turns.OTHER_FILES_ON_POSTGRESQL):
        monkeypatch.setenv(turns.NAME, str(number))
        waiting = turns.files_that_wait([leaning, *others])
        seen += set(others) - waiting
        assert leaning not in waiting

    assert sorted(seen) == others


def test_the_long_run_leaves_nothing_out() -> None:
    recipe = re.search(r"^test-long:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert recipe is not None
    runs = [line for line in recipe[1].splitlines() if "PYTEST" in line]

    assert len(runs) == 2
    assert all("--long" in line and " -m " not in line.partition("$(PYTEST)")[2] for line in runs)


def test_half_of_a_row_is_the_other_half_at_its_neighbours_and_by_other_commits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = list(range(7))
    seen: dict[int, set[int]] = {0: set(), 1: set()}
    for number in (0, 4_000, 8_000, 12_000, 1_000, 13_000):
        monkeypatch.setenv(turns.NAME, str(number))
        row, next_row = turns.every_other(people, 0), turns.every_other(people, 1)
        assert sorted(row + next_row) == people
        seen[0].update(row)
        seen[1].update(next_row)

    assert seen == {0: set(people), 1: set(people)}


class AskingCase(TransactionTestCase):
    """Opens the database by its class; it has no test of its own."""


@pytest.mark.parametrize(
    ("marks", "fixtures", "case", "asks"),
    [
        ((), ("client", "monkeypatch", "django_db_blocker"), None, False),
        (("django_db",), (), None, True),
        ((), ("cast", "db"), None, True),
        ((), ("live_server",), None, True),
        ((), ("world", "django_db_setup"), None, True),
        ((), (), AskingCase, True),
        ((), (), object, False),
    ],
)
def test_who_may_ask_the_database_runs_on_each(
    marks: tuple[str, ...], fixtures: tuple[str, ...], case: type | None, asks: bool
) -> None:
    item = SimpleNamespace(
        get_closest_marker=lambda name: name if name in marks else None, fixturenames=fixtures, cls=case
    )

    assert turns.needs_database(item) is asks  # type: ignore[arg-type]


def test_without_the_mark_the_database_is_shut() -> None:
    """What the rule above leans on."""
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.ensure_connection()
