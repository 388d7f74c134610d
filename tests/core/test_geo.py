import pytest
from hypothesis import given
from hypothesis import strategies as st

from kepuyue.core.geo import Point, contains, gcj02_from_wgs84, in_china, locate, wgs84_from_gcj02

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
