"""Year-round publicity (主题宣传贯穿全年, notice 一) stands apart from the month and is not counted as its sessions."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.models import Activity, State
from kepuyue.core.time import shifted
from kepuyue.programme import catalogue, queries
from tests.factories import ActivityFactory, DistrictFactory, EditionFactory, SessionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2024, 9, 14, 2, tzinfo=UTC)


def published(title: str, *starts: datetime, **values: Any) -> Activity:
    activity = ActivityFactory(
        title=title, state=State.PUBLISHED, sessions=0, district=DistrictFactory(), **values
    )
    for start in starts:
        SessionFactory(activity=activity, starts_at=start, ends_at=start.replace(hour=start.hour + 1))
    return activity


@pytest.fixture(autouse=True)
def three_kinds() -> Any:
    """One of the month, one that goes on all year with a session in the month, one of November."""
    EditionFactory()
    published("月内活动", AT.replace(hour=6))
    published("全年课堂", AT.replace(hour=7), is_year_round=True)
    published("冬季讲座", datetime(2024, 11, 2, 2, tzinfo=UTC))
    with shifted(AT - datetime.now(UTC)):
        yield


def test_figures_count_the_month_and_tell_the_rest_apart() -> None:
    known = catalogue.load(EditionFactory())
    found = queries.figures(known, known.own)

    assert (found.activities, found.sessions, found.year_round) == (1, 1, 2)


def test_list_has_a_section_of_its_own(client: Client) -> None:
    page = client.get("/activities/").content.decode()

    assert page.index("月内活动") < page.index("全年科普（不计入本月场次）") < page.index("全年课堂")
    assert "冬季讲座" in page


def test_list_can_be_narrowed_to_either(client: Client) -> None:
    year = client.get("/activities/?season=year").content.decode()
    month = client.get("/activities/?season=month").content.decode()

    assert [title in year for title in ("月内活动", "全年课堂", "冬季讲座")] == [False, True, True]
    assert [title in month for title in ("月内活动", "全年课堂", "冬季讲座")] == [True, False, False]


def test_calendar_counts_only_the_month(client: Client) -> None:
    page = client.get("/calendar/").content.decode()

    assert "本市1项活动" in page
    assert "1场次" in page
    assert "全年课堂" not in page
    assert "season=year" in page


def test_day_shows_it_in_a_section_of_its_own(client: Client) -> None:
    page = client.get("/calendar/2024-09-14/").content.decode()

    assert "本市1场" in page
    assert page.index("月内活动") < page.index("贯穿全年，不计入本月场次") < page.index("全年课堂")


@pytest.mark.parametrize("address", ["/", "/districts/futian/"])
def test_home_and_district_show_it_apart(client: Client, address: str) -> None:
    page = client.get(address).content.decode()

    assert page.index("月内活动") < page.index("全年科普") < page.index("全年课堂")
    assert "不计入本月场次" in page
