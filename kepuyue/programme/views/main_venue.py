"""The main venue for everybody: when and where, the ceremony, the stage, zones and booths, plan, the way there."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition, MainVenue, StageItem
from kepuyue.editions.permissions import can_manage
from kepuyue.editions.queries import taxonomies
from kepuyue.programme import catalogue, queries
from kepuyue.programme.cards import unit_href
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.overview import programme_of
from kepuyue.programme.request import PublicRequest, canonical, public_page

SHOWN = 12


@public_page
def main_venue(request: PublicRequest) -> HttpResponse:
    """The main venue of the edition; before it is published only its office sees more than that it is on its way."""
    edition = request.edition
    found = MainVenue.objects.filter(edition=edition).first()
    if found and not found.is_published and not can_manage(request.user, edition):
        found = None
    known = catalogue.load(edition)
    context: dict[str, Any] = programme_of(request, known, _of_the_tier(edition, known), SHOWN) | {
        "venue": found,
        "canonical": canonical(request),
    }
    if found:
        zones = edition.zones.prefetch_related("booths__organization")
        context |= {
            "days": wording.days_text(found.first_day, found.last_day, year=True),
            "ceremony": _by_day(edition, StageItem.Part.CEREMONY),
            "stage": _by_day(edition, StageItem.Part.STAGE),
            "zones": [
                (zone, [(booth, unit_href(booth.organization)) for booth in zone.booths.all()])
                for zone in zones
            ],
        }
    return render(request, "programme/main_venue.html", context)


def _by_day(edition: Edition, part: str) -> list[tuple[str, list[tuple[StageItem, bool]]]]:
    """The items of a part by day, each with whether it is under way now."""
    at = now().astimezone(edition.zone)
    items = edition.stage_items.filter(part=part)
    return [
        (wording.day_text(day), [(item, item.is_on(at)) for item in found])
        for day, found in groupby(items, lambda item: item.day)
    ]


def _of_the_tier(edition: Edition, known: Catalogue) -> int:
    """The own city's activities that are classified as the main venue's (notice 三(一))."""
    tier = next((one for one in taxonomies(edition) if one.code == "tier"), None)
    terms = [term.pk for term in tier.terms.all() if term.code == "main_venue"] if tier else []
    return queries.with_term(known, known.having("city", "own"), terms)
