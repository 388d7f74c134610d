"""What a program needs to name things rightly: editions, districts, classifications, units."""

from typing import Any

from django.http import HttpRequest
from django.views.decorators.http import conditional_page
from ninja import Query
from ninja.decorators import decorate_view

from kepuyue.api.interface import api
from kepuyue.api.problems import Problem
from kepuyue.api.schemas import (
    DistrictOut,
    EditionOut,
    Listed,
    TaxonomyOut,
    UnitOut,
    UnitsPage,
)
from kepuyue.api.shown import edition_asked_for, page_of
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import District, Organization

ERRORS: dict[Any, Any] = {404: Problem, 422: Problem}


@api.get(
    "/editions",
    response={200: list[EditionOut]},
    summary="Editions",
    url_name="editions",
    tags=["vocabulary"],
)
@decorate_view(conditional_page)
def editions(request: HttpRequest) -> list[dict[str, Any]]:
    """The editions that are or were the current one, newest first; the current one is marked."""
    return [
        {
            "code": one.code,
            "name": one.name,
            "name_en": one.name_en,
            "city": one.city,
            "time_zone": one.time_zone,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "is_current": one.is_current,
        }
        for one in Edition.objects.live().filter(was_current=True).order_by("-starts_on")
    ]


@api.get(
    "/districts",
    response={200: list[DistrictOut]},
    summary="Districts",
    url_name="districts",
    tags=["vocabulary"],
)
@decorate_view(conditional_page)
def districts(request: HttpRequest) -> list[dict[str, Any]]:
    """The city's districts. Their codes are what activities name."""
    return [
        {"code": one.code, "name": one.name, "name_en": one.name_en}
        for one in District.objects.order_by("pk")
    ]


@api.get(
    "/terms", response={200: list[TaxonomyOut], **ERRORS}, summary="Classifications", url_name="terms",
    tags=["vocabulary"],
)  # fmt: skip
@decorate_view(conditional_page)
def terms(request: HttpRequest, edition: str = "") -> list[dict[str, Any]]:
    """Each taxonomy of an edition (the current one unless named) with its terms in their order."""
    found = edition_asked_for(request, edition)
    known = found.taxonomies.prefetch_related("terms") if found else ()
    return [
        {
            "code": taxonomy.code,
            "name": taxonomy.name,
            "name_en": taxonomy.name_en,
            "is_required": taxonomy.required,
            "is_multiple": taxonomy.multiple,
            "terms": [
                {"code": t.code, "name": t.name, "name_en": t.name_en, "is_retired": t.is_retired}
                for t in taxonomy.terms.all()
            ],
        }
        for taxonomy in known
    ]


@api.get(
    "/units", response={200: UnitsPage, **ERRORS}, summary="Units", url_name="units", tags=["vocabulary"]
)
@decorate_view(conditional_page)
def units(request: HttpRequest, asked: Query[Listed]) -> dict[str, Any]:
    """The confirmed units of the month by a cursor, in the order in which they came."""
    active = Organization.objects.filter(state=Organization.State.ACTIVE)
    page, cursor = page_of(active.select_related("district", "parent"), asked)
    results = [
        UnitOut(
            code=one.code,
            name=one.name,
            name_en=one.name_en,
            level=one.level,
            type=one.type,
            district=one.district.code if one.district else "",
            superior=one.parent.code if one.parent else "",
        )
        for one in page
    ]
    return {"results": results, "cursor": cursor}
