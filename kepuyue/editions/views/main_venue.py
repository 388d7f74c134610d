"""The main venue at the desk: its facts, and the items, zones and booths, each on a page of its own."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.core.codes import new_code
from kepuyue.core.versions import Conflict
from kepuyue.editions.actions import editing, main_venue
from kepuyue.editions.forms.main_venue import BoothForm, MainVenueForm, StageItemForm, ZoneForm
from kepuyue.editions.models import Booth, Edition, MainVenue, StageItem, Zone
from kepuyue.editions.views.hub import BOTH
from kepuyue.editions.views.office import OfficeRequest, back, office_page, saved, shown, typed


@dataclass(frozen=True)
class Part:
    """One kind of thing that the main venue is made of."""

    model: Any
    form: Any
    new: Any


PARTS = {
    "items": Part(StageItem, StageItemForm, gettext_lazy("新增节目")),
    "zones": Part(Zone, ZoneForm, gettext_lazy("新增展区")),
    "booths": Part(Booth, BoothForm, gettext_lazy("新增展位")),
}


@require_http_methods(BOTH)
@office_page
def hub(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """The facts of the main venue, its plan, and what it is made of."""
    venue = MainVenue.objects.filter(edition=edition).first()
    form = MainVenueForm(*typed(request), venue=venue)

    def save(values: dict[str, Any], seen: str) -> None:
        thing = venue or MainVenue(edition=edition)
        try:
            main_venue.save(
                edition, thing, values, by=request.user, seen=seen, plan=form.cleaned_data["plan"]
            )
        except ValidationError as error:
            if isinstance(error, Conflict) or hasattr(error, "error_dict"):
                raise
            raise ValidationError({"plan": error}) from error

    if saved(request, form, save):
        return back("main-venue", edition.code)
    context = {
        "venue": venue,
        "items": edition.stage_items.all(),
        "zones": edition.zones.prefetch_related("booths"),
    }
    return shown(request, "editions/main_venue.html", edition, _("主场"), form=form, **context)


@require_http_methods(BOTH)
@office_page
def part(request: OfficeRequest, edition: Edition, part: str, code: str = "") -> HttpResponse:
    """One item, zone or booth, or a new one."""
    kind = _part(part)
    thing = get_object_or_404(kind.model, edition=edition, code=code) if code else None
    form = kind.form(typed(request)[0], edition=edition, thing=thing)

    def save(values: dict[str, Any], seen: str) -> None:
        row = thing or kind.model(edition=edition, code=f"x-{new_code(6).lower()}")
        editing.change(edition, row, values, by=request.user, seen=seen)

    if saved(request, form, save):
        return back("main-venue", edition.code)
    title = str(thing) if thing else str(kind.new)
    above = [(_("主场"), reverse("editions:main-venue", args=[edition.code]))]
    return shown(
        request,
        "editions/main_venue_part.html",
        edition,
        title,
        form=form,
        thing=thing,
        part=part,
        above=above,
    )


@require_POST
@office_page
def part_delete(request: OfficeRequest, edition: Edition, part: str, code: str) -> HttpResponse:
    """Take an item, a zone without booths, or a booth away."""
    thing = get_object_or_404(_part(part).model, edition=edition, code=code)
    try:
        editing.remove(edition, thing, by=request.user)
    except ValidationError:
        messages.error(request, _("这个展区还有展位，请先移走或删除展位。"))
        return back("main-venue-part", edition.code, part, code)
    messages.success(request, _("已删除。"))
    return back("main-venue", edition.code)


def _part(name: str) -> Part:
    if name not in PARTS:
        raise Http404
    return PARTS[name]
