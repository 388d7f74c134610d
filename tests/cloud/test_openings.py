"""How often items are opened is counted, and nothing of who opened them."""

import pytest
from django.core.cache import cache
from django.test import Client

from kepuyue.activities.models import State
from kepuyue.cloud.models import Opening
from kepuyue.summaries import measuring
from tests.cast import Cast
from tests.factories import ActivityFactory, CloudItemFactory

CHROME = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"}
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"}


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def test_opening_is_counted_once_for_a_browser_and_fills_in_the_summary(cast: Cast, client: Client) -> None:
    activity = ActivityFactory(
        edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED, sessions=1
    )
    item = CloudItemFactory(
        edition=cast.edition, organization=cast.own_unit, state="published", activity=activity
    )

    answers = [client.post(f"/cloud/{item.code}/openings/", headers=one) for one in (CHROME, CHROME, FIREFOX)]

    assert {answer.status_code for answer in answers} == {204}
    assert [one.count for one in Opening.objects.all()] == [2]
    assert measuring.measured(activity)["views-opened"] == 2


def test_draft_is_not_counted(cast: Cast, client: Client) -> None:
    item = CloudItemFactory(edition=cast.edition, organization=cast.own_unit)

    assert client.post(f"/cloud/{item.code}/openings/").status_code == 404
    assert not Opening.objects.exists()
