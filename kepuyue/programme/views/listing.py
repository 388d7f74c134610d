"""One result with its filters, seen as a list, on the map or in the calendar."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from csp.decorators import csp_update
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import outline_paths
from kepuyue.programme import agenda, catalogue, facets, maps, queries
from kepuyue.programme.cards import Card, card
from kepuyue.programme.forms import FilterForm, Vocabulary, vocabulary
from kepuyue.programme.fragments import kept
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.programme.search import Match, Query, Result, search

PER_PAGE = 24
HEADINGS = {
    "upcoming": gettext_lazy("即将举行"),
    "exhibition": gettext_lazy("长期展览"),
    "undated": gettext_lazy("时间待定"),
    "year_round": gettext_lazy("全年科普（不计入本月场次）"),
    "past": gettext_lazy("已经结束"),
}
# Filters that stand in the open; the others wait behind "more"
IN_THE_OPEN = ("when", "near", "source", "age", "district", "audience")


@public_page
def activities(request: PublicRequest) -> HttpResponse:
    """All that matches the filters in the address, a page at a time."""
    at = now().astimezone(request.edition.zone)
    known = catalogue.load(request.edition)
    address = request.GET.urlencode()
    page = kept("activities", request.edition, known, at, address, build=lambda: _results(request, at))
    # A fragment takes the place of the results; a page asked for by the back button is whole
    if request.htmx and not request.htmx.history_restore_request:
        response = HttpResponse(page["results"])
    else:
        response = render(request, "programme/activities.html", page | {"canonical": canonical(request)})
    patch_vary_headers(response, ["HX-Request"])
    # The map comes and goes within the page, so all of it may ask the tiles' servers, and no other page may
    tiles = maps.tile_source()
    if tiles and tiles.origins:
        return csp_update(tiles.policy)(lambda _request: response)(request)  # type: ignore[return-value]
    return response


def _results(request: PublicRequest, at: datetime) -> dict[str, Any]:
    """The filters and the results below the search field, rendered; the same for everybody."""
    address, words = request.GET, vocabulary(request.edition)
    form = FilterForm(address, vocabulary=words)
    query = form.query()
    result = search(request.edition, query, at=at, taxonomy_of=words.taxonomy_of)
    view = facets.view_of(address)
    offered = facets.facets(address, words, query, result)
    more = [facet for facet in offered if facet.name not in (*IN_THE_OPEN, "within") and not facet.is_switch]
    carried = [
        (key, value)
        for key in address
        if key not in ("q", *facets.DATES, "page", "place")
        for value in address.getlist(key)
    ]
    context = {
        "request": request,
        "edition": request.edition,
        "form": form,
        "query": query,
        "result": result,
        "view": view,
        "tabs": facets.tabs(address),
        "facets": sorted(
            (facet for facet in offered if facet.name in IN_THE_OPEN),
            key=lambda facet: IN_THE_OPEN.index(facet.name),
        ),
        "switches": [choice for facet in offered if facet.is_switch for choice in facet.choices]
        + [one for one in [facets.online(address, result)] if one.on or one.count],
        "radii": next((facet for facet in offered if facet.name == "within"), None),
        "more": more,
        "more_on": sum(facet.on for facet in more),
        "chosen": facets.chosen(address, query, offered),
        "cleared": facets.seen(QueryDict(), view),
        "carried": carried,
        "searched": [*carried, *((key, address[key]) for key in facets.DATES if key in address)],
    }
    context |= SHOWN[view](request.edition, result, query, words, at, address)
    return {
        "q": query.q,
        "count": result.activities,
        "results": render_to_string("programme/_listing.html", context),
    }


def _as_list(
    edition: Edition, result: Result, query: Query, words: Vocabulary, at: datetime, address: QueryDict
) -> dict[str, Any]:
    page: Page[Match] = Paginator(result.matches, PER_PAGE).get_page(address.get("page"))
    return {"page": page, "groups": list(_groups(page, query, at))}


def _as_calendar(
    edition: Edition, result: Result, query: Query, words: Vocabulary, at: datetime, address: QueryDict
) -> dict[str, Any]:
    return agenda.of_result(edition, result, query, at, address)


def _as_map(
    edition: Edition, result: Result, query: Query, words: Vocabulary, at: datetime, address: QueryDict
) -> dict[str, Any]:
    context = maps.of_result(result, words.districts, address) | {"drawing": outline_paths(edition)}
    keys = maps.chosen_places(address)
    if not keys:
        return context
    matches = maps.at_places(result, keys)
    read = queries.rows(match.entry.pk for match in matches[:PER_PAGE])
    names = [place.name for key, place in maps.places().items() if key in keys]
    return context | {
        "here": {
            "name": wording.listed(names[:3]),
            "count": len(matches),
            "cards": [
                card(read[one.entry.pk], at=at, match=one, asks_age=bool(query.ages))
                for one in matches
                if one.entry.pk in read
            ],
        }
    }


SHOWN: dict[str, Callable[..., dict[str, Any]]] = {
    facets.LIST: _as_list, facets.CALENDAR: _as_calendar, facets.MAP: _as_map,
}  # fmt: skip


def _groups(page: Page[Match], query: Query, at: datetime) -> Iterator[tuple[str, list[Card]]]:
    """The page's cards under their headings; a search keeps its own order and has none."""
    read = queries.rows(match.entry.pk for match in page)
    matches = [match for match in page if match.entry.pk in read]

    def drawn(some: list[Match]) -> list[Card]:
        return [card(read[one.entry.pk], at=at, match=one, asks_age=bool(query.ages)) for one in some]

    if query.q:
        yield from [("", drawn(matches))] if matches else []
        return
    for group, members in groupby(matches, key=lambda match: match.group):
        yield str(HEADINGS[group]), drawn(list(members))
