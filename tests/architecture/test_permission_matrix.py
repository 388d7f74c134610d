"""Who is answered what, at every address. The table is routes.txt; a route without a row fails here."""

import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from tests import turns
from tests.architecture.routes import Row, all_routes, read_table
from tests.architecture.world import World, a_world

ROWS = read_table()
ASKED = ("GET", "POST")
# One small city for all rows: each question is asked within it and undone
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), a_world() as found:
        yield found


def test_table_names_every_route_and_no_other() -> None:
    routes = set(all_routes())
    named = {row.route for row in ROWS}

    assert routes - named == set(), "add these to tests/architecture/routes.txt"
    assert named - routes == set(), "these are gone: take them out of tests/architecture/routes.txt"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_is_answered_as_the_table_says(row: Row, world: World, takes_turns: bool) -> None:
    route = all_routes()[row.route]
    address = reverse(row.route, kwargs=world.samples[row.sample])
    expected, found = {}, {}

    people = list(world.sessions)
    for person in turns.every_other(people, ROWS.index(row)) if takes_turns else people:
        status = world.ask(person, row.method, address, row.typed, draws_all=not takes_turns)
        if person == "anonymous" and not route.is_open:
            assert status == 302, f"a visitor got into {address}"
            assert world.places[person].startswith(reverse(settings.LOGIN_URL))
        else:
            expected[person], found[person] = row.expected(person), status

    assert found == expected, f"found: {_as_line(row, found)}"


@pytest.mark.parametrize("name", sorted({row.route for row in ROWS} & set(all_routes())))
def test_method_that_the_table_does_not_name_is_refused(name: str, world: World) -> None:
    sample = next(row.sample for row in ROWS if row.route == name)
    unnamed = set(ASKED) - {row.method for row in ROWS if row.route == name}
    address = reverse(name, kwargs=world.samples[sample])

    assert {method: world.ask("office", method, address) for method in unnamed} == dict.fromkeys(unnamed, 405)


def test_grave_doors_ask_again_who_it_is(world: World) -> None:
    """Whoever finds a browser signed in an hour ago gets through none of them (the cast has no passwords, so that
    they are asked to sign in anew and not for one)."""
    doors = {name for name, route in all_routes().items() if getattr(route.view, "asks_again", False)}
    stale = {person: world.client(person) for person, key in world.sessions.items() if key}
    for client in stale.values():
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 301}]
        client.cookies[settings.SESSION_COOKIE_NAME] = _kept_apart(session)

    assert {name for name in doors if name.startswith("organizations:")} == {
        f"organizations:{name}"
        for name in (
            "appointment", "audit-export", "closing", "handover-new", "merger", "removal", "unmerging",
        )
    }  # fmt: skip
    rows = [row for row in ROWS if row.route in doors]
    assert {row.route for row in rows} == doors
    for row in rows:
        address = reverse(row.route, kwargs=world.samples[row.sample])
        for person, client in stale.items():
            answer = client.generic(row.method, address)
            assert (row.route, person, answer.status_code) == (row.route, person, 403)
            assert "请重新登录" in answer.content.decode()


def _kept_apart(session: Any) -> str:
    """The key of a copy of the session, so that the one of the other questions stays as it is."""
    copy = type(session)()
    copy.update(dict(session.items()))
    copy.create()
    key: str = copy.session_key
    return key


def _as_line(row: Row, found: dict[str, int]) -> str:
    """What was found, as a line of the table: the most frequent answer last, as that of everybody else."""
    people = defaultdict(list)
    for name, status in found.items():
        people[status].append(name)
    *few, (most, _) = sorted(people.items(), key=lambda entry: (len(entry[1]), entry[0]))
    parts = [f"{status} {' '.join(names)}" for status, names in few]
    return " | ".join([row.route, f"{row.method} {row.typed}".strip(), row.sample, *parts, f"{most} *"])
