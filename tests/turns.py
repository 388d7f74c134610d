"""What of the long matrices the gate looks at: a share of each, another one with each commit.

The commit alone decides, so that a gate that failed fails again when it is asked again; after a few commits all has had
its turn. `make test-long`, and whoever names single tests, gets all of them. Nothing here leaves a test out for good.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from django.test import TransactionTestCase

# What pytest-django opens the database by, beside its mark
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup", "django_db_reset_sequences"}
Thing = TypeVar("Thing")
NAME = "KEPUYUE_TEST_TURN"
COUNT = "KEPUYUE_TEST_COMMITS"

# One in so many cases of a test has its turn on SQLite, and on PostgreSQL: pages are made by the same templates there
SHARES: dict[str, tuple[int, int]] = {
    "tests/architecture/test_permission_matrix.py::test_everybody_is_answered_as_the_table_says": (4, 12),
    "tests/architecture/test_permission_matrix.py::test_method_that_the_table_does_not_name_is_refused": (
        3,
        12,
    ),
    "tests/architecture/test_query_counts.py::test_list_asks_as_often_for_three_rows_as_for_one": (3, 9),
    "tests/security/test_every_door.py::test_people_at_the_edges_are_answered_by_the_rules": (3, 12),
    "tests/security/test_every_door.py::test_what_belongs_to_a_unit_is_for_nobody_without_a_role": (2, 8),
    "tests/security/test_every_door.py::test_verbs_that_nobody_asked_for_are_refused": (4, 12),
    "tests/security/test_every_door.py::test_reading_writes_nothing_and_head_is_get": (4, 12),
    "tests/security/test_every_door.py::test_form_without_its_token_is_refused": (4, 12),
    "tests/security/test_hostile_text.py::test_pages_show_hostile_text_as_text": (6, 18),
    "tests/security/test_hostile_input.py::test_odd_query_strings_are_answered": (6, 18),
    "tests/security/test_hostile_input.py::test_odd_addresses_are_not_found": (6, 18),
    "tests/browser/test_components_page.py::test_components_are_accessible_and_fit": (4, 4),
    "tests/browser/test_keyboard.py::test_focus_is_seen_on_every_stop": (2, 2),
    "tests/security/test_limits.py::test_guesses_by_every_way_fill_the_same_bucket": (2, 4),
    "tests/security/test_reach.py::test_pages_that_links_lead_to_hold_nothing_of_others": (2, 4),
}

# On PostgreSQL these run each time: they lean on what databases do otherwise (locks, isolation, constraints, search).
# Of all other files one in so many has its turn there: every test on a second database is a long matrix too
LEANS_ON_THE_DATABASE = (
    "tests/architecture/",
    "tests/api/test_following.py",
    "tests/api/test_races.py",
    "tests/bookings/test_admission.py",
    "tests/bookings/test_changeover.py",
    "tests/bookings/test_door.py",
    "tests/bookings/test_machine.py",
    "tests/bookings/test_races.py",
    "tests/core/",
    "tests/accounts/test_lockout.py",
    "tests/activities/test_races.py",
    "tests/activities/test_review.py",
    "tests/documents/test_races.py",
    "tests/editions/test_side_by_side.py",
    "tests/federation/test_races.py",
    "tests/insight/",
    "tests/messaging/test_outbox.py",
    "tests/operation/",
    "tests/organizations/test_members.py",
    "tests/organizations/test_unit_races.py",
    "tests/programme/test_catalogue.py",
    "tests/programme/test_filters.py",
    "tests/programme/test_kept_pages.py",
    "tests/programme/test_ranking.py",
    "tests/programme/test_search.py",
    "tests/programme/test_suggesting.py",
    "tests/publicity/test_races.py",
    "tests/resources/test_agreeing.py",
    "tests/security/test_races.py",
)
OTHER_FILES_ON_POSTGRESQL = 4

# A test that may ask no database is the same everywhere by itself. These folders and files may ask one, and their
# outcome is the same on every database all the same: drawing, words, files, the house's own rules
SAME_EVERYWHERE = (
    "tests/ui/",
    "tests/architecture/test_docs.py",
    "tests/architecture/test_house.py",
    "tests/architecture/test_open_pages.py",
    "tests/architecture/test_translations.py",
    "tests/core/test_fetch.py",
    "tests/core/test_geo.py",
    "tests/core/test_links.py",
    "tests/core/test_pictures.py",
    "tests/imports/test_dates.py",
    "tests/imports/test_entries.py",
    "tests/imports/test_reader.py",
    "tests/messaging/test_wording.py",
    "tests/editions/test_folder.py",
    "tests/editions/test_markdown.py",
    "tests/editions/test_numerals.py",
)


def turn() -> int:
    """The commit as a number; the environment's KEPUYUE_TEST_TURN repeats that of another; without Git it is 0."""
    if NAME not in os.environ:
        asked = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            capture_output=True, text=True, check=False, cwd=Path(__file__).parent,
        )  # fmt: skip
        # Kept in the environment: what is under way stays the same when a commit is made meanwhile
        os.environ[NAME] = str(int(asked.stdout[:6] or "0", 16))
    return int(os.environ[NAME])


def share(things: Sequence[Thing], one_in: int) -> list[Thing]:
    """Those that have their turn."""
    return [thing for place, thing in enumerate(things) if (place + turn()) % one_in == 0]


def alternate(things: Sequence[Thing]) -> list[Thing]:
    """Half of them, the other half with the next commit: after any two that follow each other all had their turn."""
    if COUNT not in os.environ:
        asked = subprocess.run(
            ["git", "rev-list", "--count", "HEAD"],
            capture_output=True, text=True, check=False, cwd=Path(__file__).parent,
        )  # fmt: skip
        os.environ[COUNT] = asked.stdout.strip() or "0"
    return list(things[int(os.environ[COUNT]) % 2 :: 2])


def every_other(things: Sequence[Thing], place: int) -> list[Thing]:
    """Half of them for the row at this place, the other half at its neighbours and by other commits.

    The last digits of the commit choose the rows already; which half it is hangs on others, or it would be the same one
    each time that a row has its turn.
    """
    return list(things[(place + turn() // 1_000) % 2 :: 2])


def needs_database(item: pytest.Item) -> bool:
    """Whether the test may ask a database: pytest-django lets nobody else."""
    case = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or (isinstance(case, type) and issubclass(case, TransactionTestCase))
        or not DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
    )


def waiting(names: Sequence[str]) -> set[str]:
    """Of the named cases (pytest's node ids) those that have no turn now."""
    cases: dict[str, list[str]] = {test: [] for test in SHARES}
    for name in names:
        test = name.partition("[")[0]
        if test in cases:
            cases[test].append(name)
    is_second = connection.vendor == "postgresql"
    left = {
        name
        for test, all_of in cases.items()
        for name in set(all_of) - set(share(all_of, SHARES[test][is_second]))
    }
    return left | (files_that_wait(names) if is_second else set())


def files_that_wait(names: Sequence[str]) -> set[str]:
    """The cases of the files that have no turn on PostgreSQL; what `SHARES` says more closely is not among them."""
    by_file: dict[str, set[str]] = {}
    for name in names:
        path = name.partition("::")[0]
        if not path.startswith(LEANS_ON_THE_DATABASE) and name.partition("[")[0] not in SHARES:
            by_file.setdefault(path, set()).add(name)
    waiting = set(by_file) - set(share(sorted(by_file), OTHER_FILES_ON_POSTGRESQL))
    return {name for path in waiting for name in by_file[path]}
