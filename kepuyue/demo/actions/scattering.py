"""Points for the demonstration's venues: the sources name none, and a map without marks shows nothing.

They are made up, within the right district but anywhere there; the map says so.
"""

from hashlib import sha256

from kepuyue.activities.models import Venue
from kepuyue.core.geo import Point
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import district_at

TRIES = 200
# Degrees around the district's label point: about 12 km to each side
REACH = 0.12


def scatter(edition: Edition) -> int:
    """Give every venue of the edition's own city, where its district has a shape, a point; returns how many."""
    placed = []
    for venue in Venue.objects.filter(city="", district__lng__isnull=False, lng__isnull=True).select_related(
        "district"
    ):
        assert venue.district and venue.district.lng is not None and venue.district.lat is not None
        middle = Point(venue.district.lng, venue.district.lat)
        for number in range(TRIES):
            # The closer to the middle the likelier, as a city is built
            x, y, near = (_draw(f"{venue.name}:{number}:{axis}") for axis in "xyn")
            point = Point(
                round(middle.lng + (2 * x - 1) * REACH * near, 5),
                round(middle.lat + (2 * y - 1) * REACH * near, 5),
            )
            if district_at(edition, *point) == venue.district:
                venue.lng, venue.lat = point
                placed.append(venue)
                break
    Venue.objects.bulk_update(placed, ["lng", "lat"])
    return len(placed)


def _draw(text: str) -> float:
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big") / 2**32
