"""The pages of a unit and of a venue: who and where, and what is on there."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from kepuyue.activities.models import Venue
from kepuyue.core.time import today
from kepuyue.organizations.models import Organization
from kepuyue.programme import catalogue, queries
from kepuyue.programme.cards import localized, unit_href
from kepuyue.programme.maps import placed
from kepuyue.programme.overview import programme_of
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.publicity.queries import coverage_of
from kepuyue.resources.queries import public_openings
from kepuyue.resources.timetable import span_on

SHOWN, ALL = 24, 2_000
REPORTS = 6


@public_page
def unit(request: PublicRequest, code: str) -> HttpResponse:
    """A confirmed unit: its facts, how it opens, and the activities that it holds or helps with.

    What it offers to other units is for units only and not on this page. The code of a unit that was merged
    leads to the one that stands for it.
    """
    found = get_object_or_404(
        Organization.objects.select_related("district", "parent", "merged_into"), code=code
    )
    if found.merged_into and found.merged_into.state == Organization.State.ACTIVE:
        return redirect("programme:unit", found.merged_into.code)
    if found.state != Organization.State.ACTIVE:
        raise Http404(_("没有找到这个单位。"))
    keys = queries.of_unit(request.edition, found)
    known = catalogue.load(request.edition)
    opening = public_openings(request.edition).filter(organization=found).first()
    name, language = localized(found.name, found.name_en)
    context = programme_of(request, known, known.among(keys), _most(request)) | {
        "unit": found,
        "name": name,
        "language": language,
        "superior": found.parent,
        "superior_href": unit_href(found.parent),
        "opening": opening,
        "coverage": coverage_of(found, request.edition)[:REPORTS],
        "open_today": span_on(opening.public, today()) if opening else None,
        "venues": found.venues.filter(pk__in=queries.venues_in_use(request.edition)),
        "locator": placed(request.edition, found.district, [found]),
        "more_href": "?show=all",
        "canonical": canonical(request),
    }
    return render(request, "programme/unit.html", context)


@public_page
def venue(request: PublicRequest, pk: int) -> HttpResponse:
    """A place where something public is on in the edition: its address, where that is, and what happens there."""
    found = get_object_or_404(Venue.objects.select_related("district", "organization"), pk=pk)
    keys = queries.at_venue(request.edition, found)
    if not keys:
        raise Http404(_("本届在这里没有活动。"))
    known = catalogue.load(request.edition)
    name, language = localized(found.name, found.name_en)
    context = programme_of(request, known, known.among(keys), _most(request)) | {
        "venue": found,
        "name": name,
        "language": language,
        "keeper": found.organization,
        "keeper_href": unit_href(found.organization),
        "locator": None if found.city else placed(request.edition, found.district, [found]),
        "more_href": "?show=all",
        "canonical": canonical(request),
    }
    return render(request, "programme/venue.html", context)


def _most(request: PublicRequest) -> int:
    """How many activities the page shows: the first ones, or all that were asked for."""
    return ALL if request.GET.get("show") == "all" else SHOWN
