"""The search box says what there is while one types."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kepuyue.programme import suggesting
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


def test_a_letter_typed_reads_no_names_and_a_change_has_them_read_again(
    in_the_month: Any, django_assert_max_num_queries: Any
) -> None:
    made = published(title="湿地观鸟", host="Wetland Club")
    [first] = suggesting.suggestions(made.edition, "WETLAND", at=in_the_month)[:1]
    with django_assert_max_num_queries(12), CaptureQueriesContext(connection) as asked:
        suggesting.suggestions(made.edition, "wetl", at=in_the_month)

    assert first == suggesting.Suggestion("Wetland Club", "单位")
    assert not [query for query in asked.captured_queries if "LIKE" in query["sql"].upper()]
    made.participations.update(name="Marsh Club")
    announce(made)
    assert suggesting.suggestions(made.edition, "wetland", at=in_the_month) == []
    assert "Marsh Club" in {
        one.value for one in suggesting.suggestions(made.edition, "marsh", at=in_the_month)
    }


def test_three_of_a_kind_at_most_in_the_order_of_their_signs(in_the_month: Any) -> None:
    made = [published(title=f"第{number}项", host=f"{number}号学会") for number in (5, 3, 1, 4)]

    names = [
        one.value
        for one in suggesting.suggestions(made[0].edition, "学会", at=in_the_month)
        if one.note == "单位"
    ]
    assert names == ["1号学会", "3号学会", "4号学会"]


@pytest.mark.parametrize("text", ["", " ", "\0", "咖啡", "%", "_", "'", "a" * 5_000, "\ud800"])
def test_nothing_is_suggested_that_finds_nothing(client: Client, text: str) -> None:
    published(title="湿地观鸟")

    assert values(client, text.encode("utf-8", "replace").decode()) == []


def test_what_is_not_public_is_not_suggested(client: Client, cast: Any) -> None:
    from tests.activities.acting import draft

    draft(cast, title="还没发布的观鸟")

    assert values(client, "观鸟") == []
