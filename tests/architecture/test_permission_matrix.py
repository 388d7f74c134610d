"""Who is answered what, at every address. The table is routes.txt; a route without a row fails here."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kepuyue.accounts.models import User
from kepuyue.core import time
from tests.architecture.routes import Row, all_routes, read_table
from tests.architecture.samples import samples
from tests.cast import assemble

ROWS = read_table()
ASKED = ("GET", "POST")
# One small city for all rows: each question is asked within it and undone
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class World:
    samples: dict[str, dict[str, Any]]
    sessions: dict[str, str | None]
    places: dict[str, str] = field(default_factory=dict)

    def ask(self, person: str, method: str, address: str, typed: str = "") -> int:
        """What the person is answered; what it did is undone."""
        client = Client(raise_request_exception=False)
        if key := self.sessions[person]:
            client.cookies[settings.SESSION_COOKIE_NAME] = key
        form = (
            {"data": typed, "content_type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        )
        with transaction.atomic():
            answer = client.generic(method, address, **form)
            transaction.set_rollback(True)
        if answer.streaming:
            list(answer.streaming_content)
        self.places[person] = answer.headers.get("Location", "")
        return int(answer.status_code)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    saturday = datetime(2024, 9, 14, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    with django_db_blocker.unblock(), transaction.atomic(), time.shifted(saturday - timezone.now()):
        cast = assemble()
        sessions = {name: user and _session_of(user) for name, user in cast.people().items()}
        yield World(samples(cast), sessions)
        transaction.set_rollback(True)


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_table_names_every_route_and_no_other() -> None:
    routes = set(all_routes())
    named = {row.route for row in ROWS}

    assert routes - named == set(), "add these to tests/architecture/routes.txt"
    assert named - routes == set(), "these are gone: take them out of tests/architecture/routes.txt"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_is_answered_as_the_table_says(row: Row, world: World) -> None:
    route = all_routes()[row.route]
    address = reverse(row.route, kwargs=world.samples[row.sample])
    expected, found = {}, {}

    for person in world.sessions:
        status = world.ask(person, row.method, address, row.typed)
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


def _as_line(row: Row, found: dict[str, int]) -> str:
    """What was found, as a line of the table: the most frequent answer last, as that of everybody else."""
    people = defaultdict(list)
    for name, status in found.items():
        people[status].append(name)
    *few, (most, _) = sorted(people.items(), key=lambda entry: (len(entry[1]), entry[0]))
    parts = [f"{status} {' '.join(names)}" for status, names in few]
    return " | ".join([row.route, f"{row.method} {row.typed}".strip(), row.sample, *parts, f"{most} *"])
