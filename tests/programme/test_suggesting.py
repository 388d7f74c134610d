"""The search box says what there is while one types."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import SessionFactory, VenueFactory
from tests.programme.given import announce, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def values(client: Client, text: str) -> list[tuple[str, str]]:
    answer = client.get("/suggestions/", {"q": text})
    assert answer.status_code == 200
    return [(one["value"], one["note"]) for one in answer.json()["results"]]


def test_names_come_before_titles_and_each_comes_once(client: Client) -> None:
    for title in ("湿地观鸟", "湿地夜观"):
        placed = published(title=title, host="湿地学会", sessions=0)
        SessionFactory(activity=placed, venue=VenueFactory(name=f"{title}平台"))
        announce(placed)

    assert values(client, "湿地") == [
        ("湿地学会", "单位"), ("湿地夜观平台", "场地"), ("湿地观鸟平台", "场地"), ("湿地观鸟", "活动"), ("湿地夜观", "活动"),
    ]  # fmt: skip
    assert values(client, "濕地學") == [("湿地学会", "单位"), ("湿地观鸟", "活动"), ("湿地夜观", "活动")]


@pytest.mark.parametrize("text", ["", " ", "\0", "咖啡", "%", "_", "'", "a" * 5_000, "\ud800"])
def test_nothing_is_suggested_that_finds_nothing(client: Client, text: str) -> None:
    published(title="湿地观鸟")

    assert values(client, text.encode("utf-8", "replace").decode()) == []


def test_what_is_not_public_is_not_suggested(client: Client, cast: Any) -> None:
    from tests.activities.acting import draft

    draft(cast, title="还没发布的观鸟")

    assert values(client, "观鸟") == []
