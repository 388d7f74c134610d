"""Whatever stands behind the question mark: an answer, nothing of it as markup, and no more work than for any other."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import DistrictFactory, VenueFactory
from tests.programme.given import announce, published
from tests.security.reading import faults

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]

ADDRESSES = (
    "/activities/", "/map/places/", "/suggestions/", "/highlights/", "/cloud/", "/handbook/", "/open-data/", "/widget/", "/embed/", "/press/",
    "/my-month/", "/feeds/activities.ics", "/feeds/activities.json", "/feeds/activities.csv", "/feeds/activities.xml",
    "/feeds/my-month.ics", "/api/v1/activities",
)  # fmt: skip
NAMES = (
    "q", "when", "date_from", "date_to", "district", "audience", "form", "mode", "booking", "free", "seats", "age", "access",
    "language", "near", "within", "city", "season", "view", "page", "page_size", "place", "zoom", "bbox", "kept", "edition",
    "lang", "layout", "key", "n", "accent", "theme", "kind", "unit", "show", "progress",
)  # fmt: skip
KNOWN = (
    "today", "weekend", "futian", "2024-09-14", "2024-02-30", "9999-12-31", "0001-01-01", "map", "calendar", "list", "1", "0",
    "-1", "5", "8", "999", "any", "sign", "22.54,114.05", "91,181", "-22.5,-114.05", "113,22,115,23", "own", "linked", "year",
    "online", "观鸟", "a5", "large", "ff0000", "dark", "en", "zh-hans", '"><kp-x>', "javascript:kpx()", "../..", "1e309", "NaN",
)  # fmt: skip
values = st.sampled_from(KNOWN) | st.text(max_size=40) | st.integers(-(10**20), 10**20).map(str)
queries = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=6)
# Neither what an answer costs nor how long it is hangs on what is asked: three activities fill no page
MOST_QUERIES, MOST_BYTES = 60, 250_000


@pytest.fixture
def city() -> None:
    futian = DistrictFactory(code="futian", lng=114.05, lat=22.54)
    for number in range(3):
        activity = published(title=f"湿地观鸟{number}", sessions=2, district=futian, age_min=6)
        activity.sessions.update(venue=VenueFactory(lng=114.05 + number / 100, lat=22.54))
        announce(activity)


@pytest.mark.parametrize("address", ADDRESSES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=queries)
def test_any_query_is_answered(city: None, address: str, asked: list[tuple[str, str]]) -> None:
    query = urlencode(asked, errors="replace")
    with CaptureQueriesContext(connection) as done:
        answer = Client().get(f"{address}?{query}")

    assert answer.status_code < 500, query
    assert len(done) <= MOST_QUERIES, (query, len(done))
    assert len(answer.getvalue()) <= MOST_BYTES, (query, len(answer.getvalue()))
    assert faults(answer) == [], query
