"""Figures that the office published, and what they mean, read by programs."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from kepuyue.activities.models import State
from kepuyue.insight.actions import publishing
from kepuyue.insight.board import Choice
from kepuyue.insight.indicators import INDICATORS
from kepuyue.insight.models import Release
from tests.cast import Cast
from tests.factories import ActivityFactory, ReleaseFactory

pytestmark = pytest.mark.usefixtures("in_the_month")
FIGURES = "/api/v1/figures"


def release(cast: Cast, **facts: Any) -> Release:
    usual: dict[str, Any] = {"codes": ["activities", "rating"], "splits": ["district"], "title": "第一周"}
    return publishing.publish(
        cast.edition, facts.pop("choice", Choice()), token=uuid4(), by=cast.office, **usual | facts
    )


def read(client: Client, **asked: Any) -> list[dict[str, Any]]:
    """All releases, page by page."""
    rows, cursor = [], ""
    while True:
        answer = client.get(FIGURES, {**asked, "cursor": cursor, "limit": 1})
        assert answer.status_code == 200, answer.content
        rows += answer.json()["results"]
        cursor = answer.json()["cursor"]
        if not cursor:
            return rows


def test_what_was_published_is_read_with_its_words_and_what_corrects_it(cast: Cast, client: Client) -> None:
    ActivityFactory(edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED, sessions=1)
    first = release(cast)
    second = release(cast, corrects=first, reason="漏算了一场", choice=Choice(district="futian"))

    was, holds = read(client)

    assert (was["number"], was["corrected_by"], holds["corrects"], holds["corrected_by"]) == (
        first.pk, second.pk, first.pk, None,
    )  # fmt: skip
    assert (holds["reason"], holds["choice"], was["choice"]) == ("漏算了一场", {"district": "futian"}, {})
    assert was["at"].endswith("+08:00") and was["edition"] == cast.edition.code
    counted, rating = was["figures"]
    assert (counted["code"], counted["value"], counted["unit_en"]) == ("activities", 1, "activities")
    assert rating["value"] is None
    [split] = counted["splits"]
    assert split["code"] == "district"
    assert {row["code"]: row["value"] for row in split["rows"]}["futian"] == 1


def test_what_did_not_change_is_not_sent_again(cast: Cast, client: Client) -> None:
    release(cast)
    tag = client.get(FIGURES).headers["ETag"]

    assert client.get(FIGURES, headers={"If-None-Match": tag}).status_code == 304
    release(cast)
    assert client.get(FIGURES, headers={"If-None-Match": tag}).status_code == 200


def test_of_one_edition_and_of_none_that_the_public_never_saw(cast: Cast, client: Client) -> None:
    release(cast)
    ReleaseFactory(edition__code="secret", edition__is_current=False, edition__was_current=False)
    ReleaseFactory(edition__code="earlier", edition__is_current=False, edition__was_current=True)

    assert [row["edition"] for row in read(client)] == [cast.edition.code, "earlier"]
    assert [row["edition"] for row in read(client, edition="earlier")] == ["earlier"]
    assert client.get(FIGURES, {"edition": "secret"}).status_code == 404
    assert client.get(FIGURES, {"cursor": "x"}).status_code == 422


@pytest.mark.django_db
def test_indicators_are_those_of_the_board_in_both_languages(client: Client) -> None:
    rows = client.get("/api/v1/indicators").json()

    assert [row["code"] for row in rows] == list(INDICATORS)
    first = rows[0]
    assert first["definition"] and first["definition_en"] and first["definition"] != first["definition_en"]
    assert set(first["splits"]) >= {"district"}
