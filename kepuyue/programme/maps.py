"""Districts on the page: a grid of tiles, outlines where the edition carries them, a result by district."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities.models import Activity, Mode, Venue
from kepuyue.core.geo import Datum, Point, drawn_geometry
from kepuyue.core.tiles import TileSource, source
from kepuyue.core.wording import is_english
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import outline_paths, outlines
from kepuyue.organizations.models import District, Organization
from kepuyue.programme.cards import localized
from kepuyue.programme.clusters import (
    FURTHEST,
    MOST_PLACES,
    NEAREST,
    Place,
    Spot,
    at,
    bounds,
    clustered,
    spots,
    without_place,
)
from kepuyue.programme.facets import LIST, MAP, seen
from kepuyue.programme.queries import Figures
from kepuyue.programme.search import Match, Result

LEVELS = 4


def tiles(
    districts: Iterable[District], figures: Mapping[int, Figures], current: int | None = None
) -> list[dict[str, Any]]:
    """Each district as a tile that leads to its page; the more activities, the higher its level."""
    most = max((one.activities for one in figures.values()), default=0)
    found = []
    for district in districts:
        count = figures[district.pk].activities if district.pk in figures else 0
        found.append(
            {
                "label": name(district),
                "count": count,
                "href": reverse("programme:district", args=[district.code]),
                "col": district.tile_column + 1,
                "row": district.tile_row + 1,
                "level": -(-count * LEVELS // most) if most else 0,
                "current": district.pk == current,
            }
        )
    return found


def name(district: District) -> str:
    """The district's name in the language of the page, short enough for a tile."""
    if is_english():
        return (
            district.name_en.replace(" Special Cooperation Zone", "")
            .replace(" New Area", "")
            .replace(" District", "")
        )
    return district.name.replace("特别合作区", "")


DOT = 18


def locator(activity: Activity) -> dict[str, Any] | None:
    """Where in the city it is: its district among the others, a dot where the place is known exactly."""
    if activity.city or activity.mode == Mode.ONLINE:
        return None
    venues = {one.venue.pk: one.venue for one in activity.sessions.all() if one.venue}.values()
    return placed(activity.edition, activity.district, venues)


def placed(
    edition: Edition, district: District | None, places: Iterable[Venue | Organization]
) -> dict[str, Any] | None:
    """The city's outline with a district and some places in it; None where nothing can be shown."""
    drawing = outline_paths(edition)
    points = [(one.lng, one.lat) for one in places if one.lng is not None and one.lat is not None]
    here = district.code if district else ""
    if not drawing or drawing.project is None or not (points or any(one.code == here for one in drawing)):
        return None
    return {
        "view_box": drawing.view_box,
        "outlines": [{"path": one.path, "is_here": one.code == here} for one in drawing],
        "dots": [drawing.project(lng, lat) for lng, lat in points],
        "radius": DOT,
        "label": name(district) if district else str(edition.city),
        "source": drawing.source,
        "approval_number": drawing.approval_number,
    }


def tile_source() -> TileSource | None:
    """Where the pictures under the map come from, in the language of the page; None: it goes without."""
    return source(**settings.MAP_TILES, english=is_english())


def datum() -> Datum:
    """In which coordinates the map in the browser is drawn."""
    found = tile_source()
    return found.datum if found else Datum.WGS84


def of_result(result: Result, districts: Iterable[District], address: QueryDict) -> dict[str, Any]:
    """A result by district, each leading to its part of the list, which is the map without scripts; and what the map
    in the browser asks for.
    """
    known, chosen = result.catalogue, result.chosen
    districts = [*districts]
    counts = {one.pk: (chosen & known.having("district", one.pk)).bit_count() for one in districts}
    rest, linked = chosen & known.having("district", None), known.having("city", "linked")
    elsewhere = (rest & linked).bit_count()
    online = (rest & ~linked & known.having("mode", Mode.ONLINE)).bit_count()
    tiles = tile_source()
    return {
        "by_district": [
            {"name": name(one), "count": counts[one.pk], "href": seen(address, LIST, district=one.code)}
            for one in districts
            if counts[one.pk]
        ],
        "linked": {"count": elsewhere, "href": seen(address, LIST, city="linked")},
        "online": {"count": online, "href": seen(address, LIST, mode=Mode.ONLINE.value, city="own")},
        "nowhere": rest.bit_count() - elsewhere - online,
        "list_href": seen(address, LIST),
        "is_demo": settings.DEMO,
        "tiles": tiles,
        "map_config": {
            "outline": reverse("programme:map-outline"),
            "places": reverse("programme:map-places") + seen(address, LIST),
            "tiles": tiles and {
                "layers": tiles.layers, "subdomains": tiles.subdomains, "maxZoom": tiles.max_zoom,
                "attribution": tiles.attribution, "isArchive": tiles.is_archive,
            },
            "zooms": [FURTHEST, NEAREST],
            "zoomIn": _("放大"),
            "zoomOut": _("缩小"),
        },
    }  # fmt: skip


def places() -> dict[int, Place]:
    """The venues whose position is known, by their keys."""
    known = Venue.objects.filter(lng__isnull=False, lat__isnull=False)
    return {
        pk: Place(pk, localized(name, name_en)[0], Point(lng, lat))
        for pk, name, name_en, lng, lat in known.values_list("pk", "name", "name_en", "lng", "lat")
        if lng is not None and lat is not None  # the query says so; the types do not
    }


def marks(result: Result, districts: Iterable[District], zoom: int, address: QueryDict) -> dict[str, Any]:
    """What the map shows of a result at a zoom: marks in its own coordinates, and where all of them lie."""
    system, known = datum(), places()
    found = spots(result, known)
    unplaced = without_place(result, known)
    labels = [(one, point) for one in districts if one.pk in unplaced and (point := _point(one))]
    points = [spot.point for spot in found] + [point for _district, point in labels]
    return {
        "marks": [_mark(spot, zoom, system, address) for spot in clustered(found, zoom)]
        + [
            at(point, system) | {
                "kind": "district",
                "count": unplaced[one.pk],
                "label": _("%(district)s：%(count)s项只知道在本区，到列表里看") % {
                    "district": name(one), "count": unplaced[one.pk]
                },
                "href": reverse("programme:activities") + seen(address, LIST, district=one.code),
            }
            for one, point in labels
        ],
        "bounds": bounds(points, system),
    }  # fmt: skip


def _mark(spot: Spot, zoom: int, system: Datum, address: QueryDict) -> dict[str, Any]:
    count = len(spot.entries)
    mark = at(spot.point, system) | {"kind": spot.kind, "count": count}
    if spot.is_one_point or zoom >= NEAREST:
        keys = ",".join(str(place.pk) for place in spot.places[:MOST_PLACES])
        label = ngettext("%(place)s：%(count)s项活动", "%(place)s：%(count)s项活动", count)
        return mark | {
            "label": label % {"place": spot.places[0].name, "count": count},
            "href": reverse("programme:activities") + seen(address, MAP, place=keys),
        }
    label = ngettext("这一带%(count)s项活动，放大看", "这一带%(count)s项活动，放大看", count)
    return mark | {
        "label": label % {"count": count},
        "bounds": bounds((place.point for place in spot.places), system),
    }


def _point(district: District) -> Point | None:
    if district.lng is None or district.lat is None:
        return None
    return Point(district.lng, district.lat)


def chosen_places(address: QueryDict) -> list[int]:
    """The venues that an address names by `place`."""
    words = [word for text in address.getlist("place") for word in text.split(",")]
    return [
        int(word) for word in words[:MOST_PLACES] if word.isascii() and word.isdecimal() and len(word) < 10
    ]


def at_places(result: Result, keys: Iterable[int]) -> list[Match]:
    """The part of a result that is on at some venues."""
    wanted = set(keys)
    return [
        match
        for match in result.of(result.catalogue.at(*wanted))
        if any(slot.venue in wanted for slot in match.slots)
    ]


def outline(edition: Edition) -> dict[str, Any]:
    """The districts' shapes and names as the map draws them; a district without a shape is a name at its point."""
    system = datum()
    shapes: list[dict[str, Any]] = [
        {"type": "Feature", "properties": {"code": one["properties"]["code"]},
         "geometry": drawn_geometry(one["geometry"], system)}
        for one in outlines(edition)["features"]
    ]  # fmt: skip
    drawn_codes = {one["properties"]["code"] for one in shapes}
    return {
        "shapes": {"type": "FeatureCollection", "features": shapes},
        "names": [
            at(point, system) | {"name": name(one), "alone": one.code not in drawn_codes}
            for one in District.objects.all()
            if (point := _point(one))
        ],
    }
