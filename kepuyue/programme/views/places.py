"""One district, one department: sub-theme, figures, what comes next; all departments, all cities."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.editions.models import Plan
from kepuyue.organizations.models import District, Organization
from kepuyue.programme import catalogue, queries
from kepuyue.programme.cards import localized
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.forms import vocabulary
from kepuyue.programme.maps import tiles
from kepuyue.programme.overview import programme_of
from kepuyue.programme.permissions import approved
from kepuyue.programme.request import PublicRequest, canonical, public_page

Level = Organization.Level
SHOWN = 12


@public_page
def district(request: PublicRequest, code: str) -> HttpResponse:
    """One district: its sub-theme, its figures, what comes next, and its neighbours."""
    found = get_object_or_404(District, code=code)
    known = catalogue.load(request.edition)
    here = known.having("district", found.pk) & known.having("city", "own")
    branch = Organization.objects.filter(level=Level.DISTRICT, district=found).first()
    context = _page(request, known, here, branch) | {
        "eyebrow": _("分会场"),
        "name": localized(found.name, found.name_en)[0],
        "district": found,
        "tiles": tiles(District.objects.all(), queries.by_district(known), current=found.pk),
    }
    return render(request, "programme/district.html", context)


@public_page
def department(request: PublicRequest, code: str) -> HttpResponse:
    """One member unit of the city: its sub-theme and the activities of its branch."""
    found = get_object_or_404(Organization.objects.active(), level=Level.DEPARTMENT, code=code)
    known = catalogue.load(request.edition)
    public = approved().filter(edition=request.edition, organization__path__startswith=found.path)
    keys = set(public.values_list("pk", flat=True))
    here = known.among(keys) & known.having("city", "own")
    context = _page(request, known, here, found) | {
        "eyebrow": _("部门特色活动"),
        "name": localized(found.name, found.name_en)[0],
    }
    return render(request, "programme/district.html", context)


@public_page
def departments(request: PublicRequest) -> HttpResponse:
    """All member units, those with a sub-theme or activities first."""
    themes = {found.organization_id: found for found in request.edition.sub_themes.all()}
    public = approved().filter(edition=request.edition, city="")
    paths = list(public.values_list("organization__path", flat=True))
    rows: list[dict[str, Any]] = []
    for unit in Organization.objects.active().filter(level=Level.DEPARTMENT):
        theme = themes.get(unit.pk)
        rows.append(
            {
                "unit": unit,
                "name": localized(unit.name, unit.name_en)[0],
                "theme": localized(theme.theme, theme.theme_en)[0] if theme else "",
                "count": sum(path.startswith(unit.path) for path in paths),
            }
        )
    rows.sort(key=lambda row: (not (row["theme"] or row["count"]), -row["count"]))
    return render(request, "programme/departments.html", {"rows": rows, "canonical": canonical(request)})


@public_page
def cities(request: PublicRequest) -> HttpResponse:
    """Every city that activities are gathered from, with ours, those with most first."""
    known = catalogue.load(request.edition)
    names = vocabulary(request.edition).sources
    found = [(name, queries.figures(known, known.having("source", key))) for name, key in names.items()]
    found = [(name, figures) for name, figures in found if figures != queries.Figures(0, 0)]
    found.sort(key=lambda pair: (-pair[1].activities, pair[0]))
    context = {
        "rows": [
            {
                "name": name,
                "figures": figures,
                "href": f"{reverse('programme:activities')}?{urlencode({'source': name})}",
            }
            for name, figures in found
        ],
        "activities": sum(figures.activities for _name, figures in found),
        "sessions": sum(figures.sessions for _name, figures in found),
        "canonical": canonical(request),
    }
    return render(request, "programme/cities.html", context)


def _page(request: PublicRequest, known: Catalogue, here: int, branch: Organization | None) -> dict[str, Any]:
    """What a district's and a department's page have in common."""
    theme = request.edition.sub_themes.filter(organization=branch).first() if branch else None
    plan = (
        request.edition.plans.filter(organization=branch, is_public=True, state=Plan.State.ACCEPTED).first()
        if branch
        else None
    )
    return programme_of(request, known, here, SHOWN) | {
        "sub_theme": theme,
        "theme": localized(theme.theme, theme.theme_en) if theme else None,
        "introduction": localized(theme.introduction, theme.introduction_en) if theme else None,
        "focus": theme.focus.all() if theme else [],
        "plan": plan,
        "canonical": canonical(request),
    }
