"""The small city that the tests of this folder attack."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import cast as casting
from tests.architecture.world import World, a_world


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, dict[str, casting.Edge]]]:
    """The world of the permission matrix with the people at its edges."""
    at_the_edges: dict[str, casting.Edge] = {}

    def more(cast: casting.Cast) -> dict[str, Any]:
        at_the_edges.update(casting.edges(cast))
        return {name: edge.user for name, edge in at_the_edges.items()}

    with django_db_blocker.unblock(), a_world(more) as world:
        yield world, at_the_edges


@pytest.fixture(scope="module")
def world(city: tuple[World, dict[str, casting.Edge]]) -> World:
    return city[0]


@pytest.fixture(scope="module")
def edges(city: tuple[World, dict[str, casting.Edge]]) -> dict[str, casting.Edge]:
    return city[1]
