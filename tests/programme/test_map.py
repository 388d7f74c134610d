"""The map of a result: marks of places, clusters, districts, and what the browser may ask."""

import json
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from kepuyue.activities.models import Activity, Mode, Venue
from kepuyue.core.geo import Point, gcj02_from_wgs84
from kepuyue.editions.actions import loading
from kepuyue.programme.clusters import Place, Spot, clustered
from tests.factories import SessionFactory, VenueFactory
from tests.programme.given import announce, published
from tests.programme.test_three_views import main, moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
HERE = Point(114.0546, 22.5437)


def at(venue: Venue | None, *, day: int = 14, **facts: Any) -> Activity:
    weeks = facts.pop("weeks", 0)
    activity = published(sessions=0, **facts)
    ends = moment(day, 0).replace(month=10, day=weeks) if weeks else moment(day, 11)
    SessionFactory(
        activity=activity,
        venue=venue,
        starts_at=moment(day, 0 if weeks else 10),
        ends_at=ends,
        is_all_day=bool(weeks),
    )
    announce(activity)
    return activity


def marks(client: Client, query: str = "") -> list[dict[str, Any]]:
    response = client.get(f"/map/places/?{query}")
    assert response.status_code == 200
    found: list[dict[str, Any]] = json.loads(response.content)["marks"]
    return found


def test_place_is_one_mark_with_its_activities_each_once(client: Client) -> None:
    venue = VenueFactory(name="市民中心", lng=HERE.lng, lat=HERE.lat)
    first = at(venue, title="讲座")
    SessionFactory(activity=first, venue=venue, starts_at=moment(15, 10), ends_at=None)
    announce(first)
    at(venue, title="实验")

    [mark] = marks(client)
    assert (mark["lng"], mark["lat"], mark["count"], mark["kind"]) == (*HERE, 2, "dated")
    assert mark["label"] == "市民中心：2项活动"
    page = main(client, mark["href"])
    assert "市民中心" in page and page.count('class="card__title"') == 2 and "讲座" in page
    # The filter goes along, and one that leaves nothing there leaves no mark
    [mark] = marks(client, "q=讲座")
    assert mark["count"] == 1 and "q=%E8%AE%B2%E5%BA%A7" in mark["href"]
    assert marks(client, "date_from=2024-09-20") == []


def test_weeks_long_exhibitions_and_what_is_over_are_marks_of_their_own_kind(client: Client) -> None:
    at(VenueFactory(lng=114.0, lat=22.6), title="恐龙展", day=1, weeks=20)
    at(VenueFactory(lng=114.2, lat=22.6), title="昨天的课", day=1)
    both = VenueFactory(lng=114.4, lat=22.6)
    at(both, title="开放日")
    at(both, title="化石展", day=1, weeks=20)

    assert {(mark["lng"], mark["kind"], mark["count"]) for mark in marks(client, "zoom=14")} == {
        (114.0, "show", 1), (114.2, "past", 1), (114.4, "dated", 2),
    }  # fmt: skip


def test_one_with_a_show_and_an_hour_to_come_is_marked_as_dated(client: Client) -> None:
    activity = at(VenueFactory(lng=114.0, lat=22.6), title="恐龙展与讲座", day=1, weeks=20)
    SessionFactory(activity=activity, venue=activity.sessions.get().venue, starts_at=moment(20, 10))
    announce(activity)

    assert [mark["kind"] for mark in marks(client, "zoom=14")] == ["dated"]


def test_what_is_known_only_by_district_is_shown_there_and_online_nowhere(client: Client) -> None:
    district = at(None, title="在福田").district
    assert district
    district.lng, district.lat = 114.0459, 22.5437
    district.save()
    at(None, title="线上课", mode=Mode.ONLINE)
    at(None, title="广州", city="广州", district=None)

    [mark] = marks(client)
    assert (mark["kind"], mark["count"], mark["lng"]) == ("district", 1, 114.0459)
    assert mark["href"].endswith("district=futian") and "view" not in mark["href"]


def test_near_places_are_one_from_afar_and_part_when_one_comes_nearer(client: Client) -> None:
    for number in range(3):
        at(VenueFactory(lng=114.05 + number / 1000, lat=22.54), title=f"课{number}")

    [mark] = marks(client, "zoom=9")
    assert mark["count"] == 3 and mark["bounds"] == [114.05, 22.54, 114.052, 22.54] and "href" not in mark
    assert len(marks(client, "zoom=17")) == 3
    window = marks(client, "zoom=17&bbox=114.0519,22.539,114.0521,22.541")
    assert {mark["lng"] for mark in window} == {114.052}


def test_places_at_one_point_are_one_mark_at_every_zoom(client: Client) -> None:
    for number in range(2):
        at(VenueFactory(name=f"{number}楼", lng=HERE.lng, lat=HERE.lat), title=f"课{number}")

    [mark] = marks(client, "zoom=18")
    assert mark["count"] == 2 and main(client, mark["href"]).count('class="card__title"') == 2


@pytest.mark.parametrize("zoom", range(7, 19))
def test_clusters_lose_nothing_and_do_not_touch_the_spots(zoom: int) -> None:
    spots = [
        Spot(
            [Place(n, str(n), Point(114 + (n * 37 % 101) / 300, 22.5 + (n * 53 % 89) / 300))],
            {n, n + 1000},
        )
        for n in range(400)
    ]
    found = clustered(spots, zoom)

    assert sorted(place.pk for spot in found for place in spot.places) == list(range(400))
    assert set().union(*(spot.entries for spot in found)) == {*range(400), *range(1000, 1400)}
    assert all(len(spot.places) == 1 for spot in spots)
    assert clustered(spots, zoom) == found
    assert len(found) <= len(clustered(spots, zoom + 1))


@pytest.mark.parametrize(
    "wrong", ["zoom=x&bbox=1", "zoom=99", "bbox=1,2,3", "bbox=nan,nan,nan,nan", "place=1e9,-3,,²"]
)
def test_wrong_window_is_the_whole_city(client: Client, wrong: str) -> None:
    at(VenueFactory(lng=HERE.lng, lat=HERE.lat), title="讲座")

    assert len(marks(client, wrong)) == 1
    main(client, f"/activities/?view=map&{wrong}")


def test_source_in_gcj02_gets_marks_and_districts_moved_and_only_its_page_opens_the_policy(
    client: Client, settings: Any
) -> None:
    at(VenueFactory(lng=HERE.lng, lat=HERE.lat), title="讲座")
    assert "autonavi" not in client.get("/activities/?view=map")["Content-Security-Policy"]
    settings.MAP_TILES = {"kind": "amap"}
    moved = gcj02_from_wgs84(HERE)

    [mark] = marks(client, "zoom=12")
    assert (mark["lng"], mark["lat"]) == (
        pytest.approx(moved.lng, abs=1e-6),
        pytest.approx(moved.lat, abs=1e-6),
    )
    policy = client.get("/activities/")["Content-Security-Policy"]
    pictures = next(one for one in policy.split("; ") if one.startswith("img-src"))
    assert pictures.split()[4:] == [f"https://webrd0{n}.is.autonavi.com" for n in range(1, 5)]
    assert policy.count("autonavi") == 4 and "autonavi" not in client.get("/")["Content-Security-Policy"]


def test_city_is_drawn_from_its_own_outlines_and_a_district_without_one_is_a_point(client: Client) -> None:
    loading.load(django_settings.EDITIONS_DIR / "shenzhen-2024")
    response = client.get("/map/outline/")
    found = response.json()

    assert len(found["shapes"]["features"]) == 10 and len(response.content) < 40_000
    assert [one["name"] for one in found["names"] if one["alone"]] == ["深汕"]
    assert client.get("/map/outline/", headers={"if-none-match": response["ETag"]}).status_code == 304
