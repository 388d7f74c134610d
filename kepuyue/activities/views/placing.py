"""Where the venues of an activity lie: an address, and a point picked on a map or typed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.activities import forms, queries
from kepuyue.activities.actions import placing
from kepuyue.activities.models import Activity, Venue
from kepuyue.editions.queries import outline_paths, outlines
from kepuyue.editions.request import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
def venues(request: DeskRequest, code: str) -> HttpResponse:
    """Every venue of the activity with what is known of it; a POST notes one of them."""
    activity = get_object_or_404(
        queries.editable_by(request.user).select_related("organization", "edition"), code=code
    )
    known = queries.venues_of(activity)
    typed: forms.VenueForm | None = None
    if request.method == "POST":
        typed = forms.VenueForm(request.POST, prefix=request.POST.get("venue", ""))
        venue = next((one for one in known if str(one.pk) == typed.prefix), None)
        if venue and typed.is_valid():
            try:
                placing.locate(
                    venue,
                    activity=activity,
                    by=request.user,
                    address=typed.cleaned_data["address"],
                    point=typed.point(),
                )
            except ValidationError as error:
                typed.add_error(None, error)
            else:
                messages.success(request, _("已记下：%(venue)s。") % {"venue": venue.name})
                return redirect("activities:venues", code)
    entries = [_entry(venue, activity, typed) for venue in known]
    context = {
        "activity": activity,
        "entries": entries,
        "approval_number": outline_paths(activity.edition).approval_number,
        "map": {"outlines": outlines(activity.edition), "others": _others(known)},
    }
    return render(request, "activities/venues.html", context, status=422 if request.method == "POST" else 200)


def _entry(venue: Venue, activity: Activity, typed: forms.VenueForm | None) -> dict[str, Any]:
    why_fixed = placing.why_fixed(venue, activity)
    form = forms.VenueForm(
        prefix=str(venue.pk), initial={"address": venue.address, "lng": venue.lng, "lat": venue.lat}
    )
    return {
        "venue": venue,
        "form": typed if typed and typed.prefix == str(venue.pk) else form,
        "why_fixed": why_fixed if venue.address and venue.lng is not None else "",
    }


def _others(known: list[Venue]) -> list[list[Any]]:
    """Other known places, by which one finds one's way on a map without streets: [longitude, latitude, name]."""
    others = Venue.objects.filter(city="", lng__isnull=False, lat__isnull=False)
    others = others.exclude(pk__in=[one.pk for one in known])
    return [list(row) for row in others.values_list("lng", "lat", "name")[:500]]
