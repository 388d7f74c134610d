"""The list with its filters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import BookingMode, Mode
from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.programme import catalogue, queries
from kepuyue.programme.cards import Card, card, localized
from kepuyue.programme.forms import CITIES, DAYS, SEASONS, FilterForm, Vocabulary, vocabulary
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
IN_THE_OPEN = ("when", "district", "audience", "form")


@dataclass(frozen=True)
class Choice:
    """One value of a filter: a link that turns it on or off."""

    label: str
    href: str
    count: int | None
    on: bool


@dataclass(frozen=True)
class Facet:
    """One filter with its values; `on` tells how many are chosen."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def on(self) -> int:
        return sum(choice.on for choice in self.choices)


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
    return response


def _results(request: PublicRequest, at: datetime) -> dict[str, Any]:
    """The filters and the results below the search field, rendered; the same for everybody."""
    words = vocabulary(request.edition)
    form = FilterForm(request.GET, vocabulary=words)
    query = form.query()
    result = search(request.edition, query, at=at, taxonomy_of=words.taxonomy_of)
    page: Page[Match] = Paginator(result.matches, PER_PAGE).get_page(request.GET.get("page"))
    facets = _facets(request.GET, words, result)
    more = [facet for facet in facets if facet.name not in IN_THE_OPEN]
    carried = [
        (key, value)
        for key in request.GET
        if key not in ("q", "date_from", "date_to", "when", "page")
        for value in request.GET.getlist(key)
    ]
    context = {
        "request": request,
        "edition": request.edition,
        "form": form,
        "query": query,
        "result": result,
        "page": page,
        "groups": list(_groups(page, query, at)),
        "facets": [facet for facet in facets if facet.name in IN_THE_OPEN],
        "more": more,
        "more_on": sum(facet.on for facet in more),
        "chosen": _chosen(request.GET, query, facets),
        "carried": carried,
        "searched": [
            *carried,
            *((key, request.GET[key]) for key in ("date_from", "date_to", "when") if key in request.GET),
        ],
    }
    return {
        "q": query.q,
        "count": result.activities,
        "results": render_to_string("programme/_listing.html", context),
    }


def _groups(page: Page[Match], query: Query, at: datetime) -> Iterator[tuple[str, list[Card]]]:
    """The page's cards under their headings; a search keeps its own order and has none."""
    read = queries.rows(match.entry.pk for match in page)
    matches = [match for match in page if match.entry.pk in read]

    def drawn(some: list[Match]) -> list[Card]:
        return [card(read[one.entry.pk], at=at, first=query.first, last=query.last) for one in some]

    if query.q:
        yield from [("", drawn(matches))] if matches else []
        return
    for group, members in groupby(matches, key=lambda match: match.group):
        yield str(HEADINGS[group]), drawn(list(members))


def _facets(address: QueryDict, words: Vocabulary, result: Result) -> list[Facet]:
    counts = result.counts
    facets = [
        Facet("when", _("日期"), [_toggle(address, "when", key, str(label), only=True) for key, label in DAYS.items()]),
        Facet("district", _("地区"), [
            _toggle(address, "district", one.code, localized(one.name, one.name_en)[0], counts["district"][one.pk])
            for one in words.districts
        ]),
    ]  # fmt: skip
    for taxonomy in words.taxonomies:
        terms = [
            _toggle(address, taxonomy.code, term.code, str(term), counts[taxonomy.code][term.pk])
            for term in taxonomy.terms.all()
        ]
        facets.append(Facet(taxonomy.code, str(taxonomy), terms))
    facets += [
        Facet("mode", _("参与方式"), [
            _toggle(address, "mode", mode.value, str(mode.label), counts["mode"][mode.value]) for mode in Mode
        ]),
        Facet("free", _("收费情况"), [_toggle(address, "free", "1", _("免费"), counts["free"][True])]),
        Facet("booking", _("预约方式"), [
            _toggle(address, "booking", mode.value, str(mode.label), counts["booking"][mode.value])
            for mode in BookingMode if mode != BookingMode.UNKNOWN
        ]),
        Facet("season", _("时段"), [
            _toggle(address, "season", key, str(label), counts["season"][key], only=True)
            for key, label in SEASONS.items()
        ]),
        Facet("city", _("城市"), [
            _toggle(address, "city", key, str(label), counts["city"][key], only=True) for key, label in CITIES.items()
        ]),
    ]  # fmt: skip
    # Values that lead to nothing are left out, unless they are chosen and can be taken back
    kept = [
        Facet(
            facet.name,
            facet.label,
            [one for one in facet.choices if one.on or one.count is None or one.count],
        )
        for facet in facets
    ]
    return [facet for facet in kept if facet.choices]


def _toggle(
    address: QueryDict, name: str, value: str, label: str, count: int | None = None, *, only: bool = False
) -> Choice:
    """A link to the same address with this value turned on or off; `only` one of its kind can be on."""
    changed = address.copy()
    changed.pop("page", None)
    values = address.getlist(name)
    on = value in values
    if only or name == "free":
        changed.setlist(name, [] if on else [value])
    else:
        changed.setlist(name, [one for one in values if one != value] if on else [*values, value])
    if name == "when":
        changed.pop("date_from", None)
        changed.pop("date_to", None)
    return Choice(label, f"?{changed.urlencode()}", count, on)


def _chosen(address: QueryDict, query: Query, facets: list[Facet]) -> list[Choice]:
    """What is chosen, each to be taken back by a touch."""
    chosen = [choice for facet in facets for choice in facet.choices if choice.on]
    if query.has_dates and not address.get("when"):
        without = address.copy()
        for name in ("date_from", "date_to", "page"):
            without.pop(name, None)
        first, last = query.first or query.last, query.last or query.first
        assert first and last
        text = wording.days_text(first, last)
        if query.first is None or query.last is None:
            text = (_("%(day)s起") if query.last is None else _("至%(day)s")) % {
                "day": wording.day_text(first)
            }
        chosen.append(Choice(text, f"?{without.urlencode()}", None, True))
    return [Choice(choice.label, choice.href, None, True) for choice in chosen]
