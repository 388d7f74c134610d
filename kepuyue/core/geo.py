"""Coordinates. Inside the house everything is WGS-84; GCJ-02 exists only at the edges (Chinese tile maps,
picked points). The transform is the public one; its round trip is exact to well below a metre.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import asin, cos, log, pi, radians, sin, sqrt, tan
from typing import Any, NamedTuple

_SEMI_MAJOR = 6378245.0
_ECCENTRICITY = 0.00669342162296594323


class Point(NamedTuple):
    """A place: longitude and latitude in degrees."""

    lng: float
    lat: float


def in_china(point: Point) -> bool:
    """Whether the shift of GCJ-02 applies at all (the transform's own rough box)."""
    return 72.004 <= point.lng <= 137.8347 and 0.8293 <= point.lat <= 55.8271


def gcj02_from_wgs84(point: Point) -> Point:
    """Where a true position is drawn on a Chinese tile map."""
    if not in_china(point):
        return point
    x, y = point.lng - 105.0, point.lat - 35.0
    wave = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    d_lat += (wave + 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lng = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    d_lng += (wave + 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lng += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    angle = point.lat / 180.0 * pi
    magic = 1 - _ECCENTRICITY * sin(angle) ** 2
    d_lat = d_lat * 180.0 / ((_SEMI_MAJOR * (1 - _ECCENTRICITY)) / (magic * sqrt(magic)) * pi)
    d_lng = d_lng * 180.0 / (_SEMI_MAJOR / sqrt(magic) * cos(angle) * pi)
    return Point(point.lng + d_lng, point.lat + d_lat)


def wgs84_from_gcj02(point: Point) -> Point:
    """The true position of a point picked on a Chinese tile map (fixed-point iteration, < 1 mm)."""
    guess = point
    for _round in range(6):
        drawn = gcj02_from_wgs84(guess)
        guess = Point(guess.lng + point.lng - drawn.lng, guess.lat + point.lat - drawn.lat)
    return guess


def contains(multipolygon: Iterable[Sequence[Sequence[Sequence[float]]]], point: Point) -> bool:
    """Whether a GeoJSON MultiPolygon's coordinates hold the point (even-odd rule, holes respected)."""
    return any(
        _in_ring(polygon[0], point) and not any(_in_ring(hole, point) for hole in polygon[1:])
        for polygon in multipolygon
    )


def _in_ring(ring: Sequence[Sequence[float]], point: Point) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > point.lat) != (y2 > point.lat) and point.lng < (x2 - x1) * (point.lat - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def locate(features: Iterable[dict[str, Any]], point: Point) -> dict[str, Any] | None:
    """The properties of the first GeoJSON feature that holds the point."""
    return next(
        (feature["properties"] for feature in features if contains(_polygons(feature["geometry"]), point)),
        None,
    )


def _polygons(geometry: dict[str, Any]) -> Any:
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]


class Datum(StrEnum):
    """坐标系: in which system coordinates are drawn. Inside the house there is only WGS-84.

    Tianditu draws CGCS2000, which differs from WGS-84 by centimetres: it counts as WGS-84 here.
    """

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


def drawn(point: Point, datum: Datum) -> Point:
    """Where a true position (WGS-84) is drawn on a map of this datum."""
    return gcj02_from_wgs84(point) if datum is Datum.GCJ02 else point


def drawn_geometry(geometry: dict[str, Any], datum: Datum) -> dict[str, Any]:
    """A GeoJSON Polygon or MultiPolygon (WGS-84) as it is drawn on a map of this datum, to 0.1 m."""
    if datum is Datum.WGS84:
        return geometry
    return geometry | {"coordinates": _drawn_coordinates(geometry["coordinates"], datum)}


def _drawn_coordinates(found: Any, datum: Datum) -> Any:
    if isinstance(found[0], int | float):
        lng, lat = drawn(Point(found[0], found[1]), datum)
        return [round(lng, 6), round(lat, 6)]
    return [_drawn_coordinates(one, datum) for one in found]


def metres_between(one: Point, other: Point) -> float:
    """The way as the crow flies, on a sphere of 6,371,009 m radius (0.5 % off at most)."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lng - one.lng) / 2) ** 2
    return 2 * 6_371_009 * asin(min(1.0, sqrt(half)))


def pixel(point: Point, zoom: int) -> tuple[float, float]:
    """Where a point lies in the web's usual map (Web Mercator, 256 px a tile), in pixels from the north-west."""
    size = 256 * 2.0**zoom
    lat = radians(max(-85.0, min(85.0, point.lat)))
    return (point.lng + 180) / 360 * size, (1 - log(tan(lat) + 1 / cos(lat)) / pi) / 2 * size
