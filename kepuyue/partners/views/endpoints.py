"""An address that is told of events: adding it, its log, pausing and resuming, sending once more."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.reauthentication import fresh_sign_in_required
from kepuyue.editions.request import DeskRequest
from kepuyue.partners import queries
from kepuyue.partners.actions import endpoints
from kepuyue.partners.events import EVENTS
from kepuyue.partners.forms import EndpointForm
from kepuyue.partners.models import Delivery
from kepuyue.partners.permissions import is_city
from kepuyue.partners.presentation import fault_shown
from kepuyue.partners.views.keys import FRESH, crumbs

A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def new(request: DeskRequest) -> HttpResponse:
    """Add an address."""
    units = queries.units_of(request.user)
    form = EndpointForm(
        request.POST if request.method == "POST" else None,
        organizations=units,
        may_city_wide=any(is_city(unit) for unit in units),
    )
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data
        try:
            endpoint, secret = endpoints.add(
                wanted["organization"],
                by=request.user,
                url=wanted["url"],
                events=wanted["events"],
                is_city_wide=wanted.get("is_city_wide", False),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            request.session[FRESH] = ["endpoint", endpoint.url, secret]
            return redirect("partners:home")
    context = {"form": form, "crumbs": crumbs(_("添加推送地址"))}
    return render(request, "partners/endpoint_new.html", context, status=422 if form.errors else 200)


@require_safe
def endpoint(request: DeskRequest, pk: int) -> HttpResponse:
    """What was sent to it, when, and what came back, newest first."""
    found = get_object_or_404(queries.endpoints_of(request.user), pk=pk)
    page = Paginator(found.deliveries.select_related("event"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "endpoint": found,
        "events": [EVENTS[code] for code in found.events if code in EVENTS],
        "page": page,
        "rows": [(one, EVENTS.get(one.event.kind, one.event.kind), fault_shown(one)) for one in page],
        "crumbs": crumbs(found.url),
    }
    return render(request, "partners/endpoint.html", context)


@require_POST
def state(request: DeskRequest, pk: int) -> HttpResponse:
    """Pause it, or resume it."""
    found = get_object_or_404(queries.endpoints_of(request.user), pk=pk)
    press = endpoints.resume if request.POST.get("act") == "resume" else endpoints.pause
    press(found, by=request.user)
    return redirect("partners:endpoint", pk)


@require_POST
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Away with it and its log."""
    endpoints.remove(get_object_or_404(queries.endpoints_of(request.user), pk=pk), by=request.user)
    messages.success(request, _("已删除。"))
    return redirect("partners:home")


@require_POST
def again(request: DeskRequest, pk: int, delivery: int) -> HttpResponse:
    """Send one event once more."""
    found = get_object_or_404(queries.endpoints_of(request.user), pk=pk)
    one = get_object_or_404(Delivery.objects.filter(endpoint=found), pk=delivery)
    try:
        endpoints.send_again(one, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("马上重新推送。"))
    return redirect("partners:endpoint", pk)
