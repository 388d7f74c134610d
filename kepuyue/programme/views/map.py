"""What the map in the browser asks for: the districts' shapes, and the marks of a result within a window."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.http import conditional_page

from kepuyue.core.time import now
from kepuyue.programme import catalogue, maps
from kepuyue.programme.forms import FilterForm, WindowForm, vocabulary
from kepuyue.programme.fragments import kept
from kepuyue.programme.request import PublicRequest, public_page
from kepuyue.programme.search import search


@public_page
@conditional_page
def outline(request: PublicRequest) -> HttpResponse:
    """The city's districts in the coordinates of the map's tiles, or WGS-84 without any."""
    return JsonResponse(maps.outline(request.edition), headers={"Content-Language": get_language() or ""})


@public_page
@conditional_page
def places(request: PublicRequest) -> HttpResponse:
    """The marks of a result; `zoom` and `bbox` (west,south,east,north as drawn) tell what the reader looks at."""
    edition, at = request.edition, now().astimezone(request.edition.zone)
    window = WindowForm(request.GET)
    zoom = window.zoom_asked
    address = request.GET.copy()
    for name in ("zoom", "bbox"):
        address.pop(name, None)

    def build() -> dict[str, Any]:
        words = vocabulary(edition)
        query = FilterForm(address, vocabulary=words).query()
        result = search(edition, query, at=at, taxonomy_of=words.taxonomy_of)
        return maps.marks(result, words.districts, zoom, address)

    found = kept("marks", edition, catalogue.load(edition), at, address.urlencode(), zoom, build=build)
    return JsonResponse(
        found | {"marks": [one for one in found["marks"] if window.holds(one["lng"], one["lat"])]}
    )
