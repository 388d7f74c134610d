"""Hostile text in every text field, on every page: nothing breaks, and nothing but text comes out.

Fields are found by looking at the models, pages by the table of routes, forms by looking at the pages: what is new is
covered by itself.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from tests import turns
from tests.architecture.routes import Row, all_routes, read_table
from tests.architecture.world import World, a_world
from tests.security import corpus, planting
from tests.security.reading import faults, in_html

pytestmark = pytest.mark.django_db

GET = [row for row in read_table() if row.method == "GET"]
# In the gate the kind that finds most, and one that asks whether anything breaks
SAMPLED = ("markup", "lines")
# The office's own papers are Markdown, and may lead to other sites; what runs is taken out of them too
MAY_LINK = {"editions:paper"}
PEOPLE = ("office", "district_reviewer", "owner", "other_reviewer", "editor", "outsider", "anonymous")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        kinds = list(corpus.names()) if metafunc.config.getoption("--long") else SAMPLED
        if metafunc.function is test_control_without_escaping_the_holes_are_found:
            kinds = ["markup"]
        metafunc.parametrize("kind", kinds, scope="module")


@pytest.fixture(scope="module")
def planted(kind: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, set[str]]]:
    """A city in which whoever could type something typed this."""
    with django_db_blocker.unblock(), a_world(prepare) as world:
        yield world, planting.plant(kind)


def prepare(cast: Any) -> dict[str, Any]:
    planting.something_everywhere(cast)
    return {}


@pytest.fixture(scope="module")
def world(planted: tuple[World, set[str]]) -> World:
    return planted[0]


def test_every_text_field_is_planted(planted: tuple[World, set[str]]) -> None:
    fields = {str(field) for model in planting.own_models() for field in planting.text_fields(model)}

    assert fields - planted[1] == set(), "no row that could hold it: see tests/security/planting.py"


def readers(row: Row, is_long: bool) -> list[str]:
    """Who is served: one person in the gate, all of them in a long run."""
    served = [
        name for name in PEOPLE if row.expected(name) == 200 and not (name == "anonymous" and is_desk(row))
    ]
    return served if is_long else served[:1]


def is_desk(row: Row) -> bool:
    """Whether a visitor is led to the sign-in instead, whatever the line says."""
    return not all_routes()[row.route].is_open


@pytest.mark.parametrize("row", GET, ids=str)
def test_pages_show_hostile_text_as_text(row: Row, world: World, is_long: bool) -> None:
    address = reverse(row.route, kwargs=world.samples[row.sample])

    for person in readers(row, is_long):
        for language, fragment in asked_as(row, is_long):
            answer = world.answer(person, "GET", address, headers={"accept-language": language, **fragment})
            assert answer.status_code < 400, (person, language, fragment)
            found = [fault for fault in faults(answer) if not (row.route in MAY_LINK and "a link" in fault)]
            assert found == [], (person, language, fragment)


def asked_as(row: Row, is_long: bool) -> list[tuple[str, dict[str, str]]]:
    """Each language, and the page as well as the part of it; the gate takes them crosswise, the other way round next."""
    ways = [(language, part) for part in ({}, {"hx-request": "true"}) for language in ("zh-hans", "en")]
    if is_long:
        return ways
    return ways[::3] if (GET.index(row) + turns.turn()) % 2 else ways[1:3]


def test_control_without_escaping_the_holes_are_found(
    kind: str, world: World, takes_turns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same look at the same pages, with the templates' escaping broken: nearly every page has a hole."""
    monkeypatch.setattr("django.template.base.conditional_escape", lambda text: text)
    looked_at, found = set(), set()

    for row in turns.share(GET, 2) if takes_turns else GET:
        for person in readers(row, is_long=False)[:1]:
            answer = world.answer(person, "GET", reverse(row.route, kwargs=world.samples[row.sample]))
            if answer.headers["Content-Type"].startswith("text/html") and answer.status_code == 200:
                looked_at.add(row.route)
                found |= {row.route} if faults(answer) else set()

    assert len(looked_at) > 25
    assert len(found) > len(looked_at) * 0.9


@pytest.mark.parametrize(
    ("address", "runs"),
    [
        ("data:text/html,&lt;script>k px()&lt;/script>", True),
        ("data:text/html;base64,PHNjcmlwdD5rcHg8L3NjcmlwdD4=", True),
        ("data:text/html ; BASE64,PHNjcmlwdD5rcHg8L3NjcmlwdD4%3D", True),
        ("data:image/png;base64,AAkpxAAA", False),  # a picture whose letters happen to spell it
    ],
)
def test_control_what_runs_out_of_a_data_address_is_noticed(address: str, runs: bool) -> None:
    assert bool(list(in_html(f'<img src="{address}">'))) is runs
