import json
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from kepuyue.core.geo import (
    Datum,
    Point,
    contains,
    drawn,
    drawn_geometry,
    gcj02_from_wgs84,
    in_china,
    locate,
    metres_between,
    pixel,
    wgs84_from_gcj02,
)

SQUARE = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]
HOLE = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("true", "drawn"),
    [
        # Check points of the public transform (coordtransform, eviltransform)
        (Point(116.404, 39.915), Point(116.41024449916938, 39.91640428150164)),
        (Point(121.47, 31.23), Point(121.474525, 31.228031)),
        (Point(113.9300, 22.5200), Point(113.934903, 22.516943)),
    ],
)
def test_gcj02_of_a_known_place_is_the_published_one(true: Point, drawn: Point) -> None:
    found = gcj02_from_wgs84(true)

    assert found == (pytest.approx(drawn.lng, abs=3e-4), pytest.approx(drawn.lat, abs=3e-4))


def test_gcj02_of_beijing_is_exact() -> None:
    found = gcj02_from_wgs84(Point(116.404, 39.915))

    assert found == (pytest.approx(116.41024449916938, abs=1e-9), pytest.approx(39.91640428150164, abs=1e-9))


@given(st.floats(73.0, 135.0), st.floats(18.0, 53.5))
def test_wgs84_there_and_back_is_the_same_to_a_millimetre(lng: float, lat: float) -> None:
    back = wgs84_from_gcj02(gcj02_from_wgs84(Point(lng, lat)))

    assert back == (pytest.approx(lng, abs=1e-8), pytest.approx(lat, abs=1e-8))


@pytest.mark.parametrize("place", [Point(2.35, 48.85), Point(139.7, 35.7), Point(103.8, 0.5)])
def test_place_abroad_is_not_shifted(place: Point) -> None:
    assert not in_china(place)
    assert gcj02_from_wgs84(place) == place
    assert wgs84_from_gcj02(place) == place


@pytest.mark.parametrize(
    ("point", "inside"),
    [
        (Point(0.5, 0.5), True), (Point(1.5, 1.5), False), (Point(3, 3), True),
        (Point(5, 1), False), (Point(-1, 1), False), (Point(2, 5), False),
    ],
)  # fmt: skip
def test_outline_with_a_hole_holds_what_lies_inside_it(point: Point, inside: bool) -> None:
    assert contains([[SQUARE, HOLE]], point) is inside


def test_locate_finds_the_first_feature_of_either_kind() -> None:
    features = [
        {"properties": {"code": "a"}, "geometry": {"type": "Polygon", "coordinates": [HOLE]}},
        {"properties": {"code": "b"}, "geometry": {"type": "MultiPolygon", "coordinates": [[SQUARE]]}},
    ]

    assert [locate(features, Point(*at)) for at in ((1.5, 1.5), (3, 3), (9, 9))] == [
        {"code": "a"}, {"code": "b"}, None,
    ]  # fmt: skip


EDITION = settings.EDITIONS_DIR / "shenzhen-2024"
CHECK_POINTS = json.loads((Path(__file__).parents[1] / "editions" / "check_points.json").read_text())[
    "points"
]
BOUNDARIES = json.loads((EDITION / "boundaries.geojson").read_text())["features"]


@pytest.mark.parametrize("datum", Datum)
def test_known_places_lie_in_their_districts_when_both_are_drawn_alike(datum: Datum) -> None:
    shapes = [one | {"geometry": drawn_geometry(one["geometry"], datum)} for one in BOUNDARIES]
    for known in CHECK_POINTS:
        found = locate(shapes, drawn(Point(known["lng"], known["lat"]), datum))
        assert (found and found["name"]) == known["district"], known["name"]


def test_places_drawn_unlike_the_districts_land_in_the_wrong_one() -> None:
    shapes = [one | {"geometry": drawn_geometry(one["geometry"], Datum.GCJ02)} for one in BOUNDARIES]
    wrong = [
        known["name"]
        for known in CHECK_POINTS
        if ((found := locate(shapes, Point(known["lng"], known["lat"]))) and found["name"])
        != known["district"]
    ]

    assert "香港落马洲站" in wrong


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        # One degree of a meridian; the airport and Shenzhen North station, 22.6 km by published coordinates
        (Point(114, 22), Point(114, 23), 111_195),
        (Point(113.8108, 22.6392), Point(114.0288, 22.61), 22_600),
        (Point(114, 22.5), Point(114, 22.5), 0),
        (Point(180, 0), Point(-180, 0), 0),
    ],
)
def test_way_between_two_places(one: Point, other: Point, metres: float) -> None:
    assert metres_between(one, other) == pytest.approx(metres, rel=0.005, abs=0.001)


@pytest.mark.parametrize(
    ("zoom", "point", "tile"),
    # Known tile numbers: the whole world; Shenzhen's city hall at zoom 12
    [
        (0, Point(114.05, 22.54), (0, 0)),
        (12, Point(114.0546, 22.5437), (3345, 1784)),
        (1, Point(-1, -89), (0, 1)),
    ],
)
def test_pixel_lies_in_the_tile_of_that_number(zoom: int, point: Point, tile: tuple[int, int]) -> None:
    x, y = pixel(point, zoom)

    assert (int(x // 256), int(y // 256)) == tile
