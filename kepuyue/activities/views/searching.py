"""What the form suggests while one types: units and places that are known already. Typing freely stays possible."""

from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kepuyue.activities import queries
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import holds_anywhere
from kepuyue.organizations.queries import found_by

MOST = 8


def _check(request: DeskRequest) -> None:
    if not holds_anywhere(request.user, "activity.edit"):
        raise PermissionDenied(_("填报活动的人才能查找单位和场地。"))


@require_safe
def units(request: DeskRequest) -> JsonResponse:
    """Units that a word leads to: part of a name, of a former or short name, initials of the pinyin."""
    _check(request)
    word = request.GET.get("q", "").strip()[:120]
    found = found_by(Organization.objects.active(), word).select_related("district") if word else ()
    results = [
        {"value": unit.name, "note": unit.district.name_for_reader if unit.district else ""}
        for unit in found[:MOST]
    ]
    return JsonResponse({"results": results})


@require_safe
def venues(request: DeskRequest) -> JsonResponse:
    """Known places of the city by a part of their name or address."""
    _check(request)
    word = request.GET.get("q", "").strip()[:120]
    results = [
        {
            "value": venue.name,
            "note": venue.address or (venue.district.name_for_reader if venue.district else ""),
        }
        for venue in (queries.venues_found(word)[:MOST] if word else ())
    ]
    return JsonResponse({"results": results})
