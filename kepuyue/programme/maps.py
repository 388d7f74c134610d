"""Districts on the page: a grid of tiles, outlines where the edition carries them, a result by district."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from kepuyue.activities.models import Activity, Mode, Venue
from kepuyue.core.wording import is_english
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import outline_paths
from kepuyue.organizations.models import District, Organization
from kepuyue.programme.facets import LIST, seen
from kepuyue.programme.queries import Figures
from kepuyue.programme.search import Result

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
        return district.name_en.replace(" District", "").replace(" New District", "")
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


def of_result(result: Result, districts: Iterable[District], address: QueryDict) -> dict[str, Any]:
    """A result by district, each leading to its part of the list: what the map says without a map."""
    counts = Counter(match.entry.district for match in result.matches if match.entry.district)
    rest = [match.entry for match in result.matches if not match.entry.district]
    elsewhere = sum(bool(entry.city) for entry in rest)
    online = sum(not entry.city and entry.mode == Mode.ONLINE for entry in rest)
    return {
        "by_district": [
            {"name": name(one), "count": counts[one.pk], "href": seen(address, LIST, district=one.code)}
            for one in districts
            if counts[one.pk]
        ],
        "linked": {"count": elsewhere, "href": seen(address, LIST, city="linked")},
        "online": {"count": online, "href": seen(address, LIST, mode=Mode.ONLINE.value, city="own")},
        "nowhere": len(rest) - elsewhere - online,
        "list_href": seen(address, LIST),
    }
