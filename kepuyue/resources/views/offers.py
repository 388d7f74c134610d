"""Offers at the desk: what others give, what one's own units give, one offer's page and its form."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core import audit
from kepuyue.core.versions import Conflict
from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import District, Organization
from kepuyue.organizations.permissions import holds_anywhere, may, organizations_where
from kepuyue.resources import availability, matching, queries
from kepuyue.resources.actions import offering
from kepuyue.resources.forms.fields import ReasonForm
from kepuyue.resources.forms.offers import KindForm, OfferForm
from kepuyue.resources.kinds import TRAITS, details_written_out
from kepuyue.resources.models import Kind, Offer, Request
from kepuyue.resources.permissions import check_can_close, check_takes_part

PAGE_SIZE = 24


def tabs(request: DeskRequest, current: str) -> list[dict[str, Any]]:
    """The ways through resources, as far as the person may go."""
    ways = [
        ("offers", _("找资源"), True),
        ("requests", _("看需求"), True),
        ("own", _("我的"), holds_anywhere(request.user, "resource.offer")),
        ("openings", _("基地开放安排"), True),
        ("overview", _("统筹"), holds_anywhere(request.user, "resource.oversee")),
    ]
    return [
        {"label": label, "href": reverse(f"resources:{name}"), "current": name == current}
        for name, label, is_shown in ways
        if is_shown
    ]


def edition_of(request: DeskRequest) -> Edition:
    """The current edition; without one there is nothing to see."""
    return get_object_or_404(Edition, pk=request.edition.pk if request.edition else 0)


def posted(request: DeskRequest) -> Any:
    """What was sent, an empty form included; None while a page is only looked at."""
    return request.POST if request.method == "POST" else None


@require_safe
def offer_list(request: DeskRequest) -> HttpResponse:
    """What units offer, by kind, district and a word."""
    check_takes_part(request.user)
    edition = edition_of(request)
    rows = queries.offers_seen_by(request.user).open().filter(edition=edition)
    kind, district, word = (request.GET.get(name, "").strip() for name in ("kind", "district", "q"))
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    if district:
        rows = rows.filter(districts__code=district) | rows.filter(districts=None)
    if word:
        rows = rows.filter(title__icontains=word) | rows.filter(summary__icontains=word) | rows.filter(
            organization__name__icontains=word
        ) | rows.filter(terms__name__icontains=word)  # fmt: skip
    page = Paginator(rows.distinct().with_facts().order_by("-updated_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "tabs": tabs(request, "offers"),
        "page": page,
        "cards": [card(offer) for offer in page.object_list],
        "kinds": Kind.choices,
        "kind": kind,
        "districts": District.objects.all(),
        "district": district,
        "q": word,
        "may_offer": holds_anywhere(request.user, "resource.offer"),
        "may_request": holds_anywhere(request.user, "resource.request"),
    }
    return render(request, "resources/offers.html", context)


def card(offer: Offer) -> dict[str, Any]:
    """An offer as lists show it."""
    return {
        "offer": offer,
        "icon": TRAITS[offer.kind].icon,
        "terms": list(offer.terms.all())[:5],
        "when": availability.when_text(offer),
        "where": place_text(offer),
        "ages": availability.ages_text(offer),
    }


def place_text(offer: Offer) -> str:
    """Where it can be had."""
    if not offer.travels:
        district = offer.organization.district
        return district.name_for_reader if district else ""
    names = [district.name_for_reader for district in offer.districts.all()]
    text = _("到%(districts)s") % {"districts": "、".join(names)} if names else _("全市可到")
    return f"{text} · {_('也可线上')}" if offer.is_online else text


@require_safe
def own(request: DeskRequest) -> HttpResponse:
    """What waits for an answer, and what one's own units offer and ask for."""
    edition = edition_of(request)
    units = [membership.organization_id for membership in request.user.memberships.all()]
    offers = queries.offers_of(request.user).filter(edition=edition, organization__in=units)
    asked = queries.requests_of(request.user).filter(edition=edition, organization__in=units)
    context = {
        "tabs": tabs(request, "own"),
        "waiting": queries.waiting_for(request.user, edition),
        "offers": offers.select_related("organization").order_by("-updated_at", "-pk"),
        "requests": asked.select_related("organization", "offer", "activity").order_by("-pk"),
        "may_offer": holds_anywhere(request.user, "resource.offer"),
    }
    return render(request, "resources/own.html", context)


@require_safe
def panel(request: DeskRequest) -> HttpResponse:
    """For the workbench: proposals that wait for the person's units."""
    waiting = queries.waiting_for(request.user, request.edition) if request.edition else []
    return render(request, "resources/_panel.html", {"waiting": waiting[:6], "count": len(waiting)})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """First the unit and the kind, then the offer itself."""
    check_takes_part(request.user)
    edition = edition_of(request)
    units = own_units(request, "resource.offer")
    asked = request.POST if request.method == "POST" else request.GET
    first = KindForm(asked if "kind" in asked else None, organizations=units)
    if not first.is_valid():
        status = 422 if request.method == "POST" else 200
        context = {"form": first, "units": units, "kinds": Kind.choices, "tabs": tabs(request, "own")}
        return render(request, "resources/offer_kind.html", context, status=status)
    unit, kind = first.cleaned_data["organization"], first.cleaned_data["kind"]
    initial = _last_facts(unit)
    form = OfferForm(posted(request), edition=edition, kind=kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        offer = offering.create(
            edition=edition, organization=unit, kind=kind, by=request.user, facts=form.facts(),
            token=form.cleaned_data["token"] or uuid4(),
        )  # fmt: skip
        if request.POST.get("then") == "open" and offer.state == Offer.State.DRAFT:
            offering.open_to_units(offer, by=request.user)
            messages.success(request, _("已开放，其他单位现在可以来约。"))
        return redirect("resources:offer", offer.code)
    context = {"form": form, "unit": unit, "kind": kind, "kind_label": Kind(kind).label}
    return render(request, "resources/offer_edit.html", context, status=422 if form.errors else 200)


def own_units(request: DeskRequest, permission: str) -> Any:
    """The person's own confirmed units; for somebody from above without one, those of the branch."""
    units = organizations_where(request.user, permission).filter(state=Organization.State.ACTIVE)
    mine = units.filter(memberships__user=request.user).distinct()
    return mine or units


def _last_facts(unit: Organization) -> dict[str, Any]:
    """Who is responsible and who is called: as in the unit's last offer, so that it is not typed again."""
    last = Offer.objects.filter(organization=unit).order_by("-pk").first()
    kept = ("content_lead", "content_signoff", "contact_name", "contact_phone")
    return {name: getattr(last, name) for name in kept} if last else {}


def get_seen(request: DeskRequest, code: str) -> Offer:
    """The offer, or 404 where the person may not know of it."""
    return get_object_or_404(queries.offers_seen_by(request.user).with_facts(), code=code)


@require_safe
def offer(request: DeskRequest, code: str) -> HttpResponse:
    """One offer as other units see it; its own unit also sees who asked, and what it could answer."""
    found = get_seen(request, code)
    is_own = may(request.user, "resource.offer", found.organization)
    oversees = may(request.user, "resource.oversee", found.organization)
    matches = []
    if is_own and found.state == Offer.State.OPEN:
        open_requests = Request.objects.for_all().filter(edition=found.edition, kind=found.kind).with_facts()
        matches = matching.requests_for(found, open_requests)
    context = {
        "offer": found,
        "card": card(found),
        "details": details_written_out(found.kind, found.details),
        "is_own": is_own,
        "oversees": oversees,
        "can_request": found.state == Offer.State.OPEN
        and not is_own
        and found.times_left != 0
        and holds_anywhere(request.user, "resource.request"),
        "requests": found.requests.select_related("organization").order_by("-pk")
        if is_own or oversees
        else [],
        "matches": matches,
        "closing": ReasonForm(),
        "trail": audit.trail(found)[:20] if is_own or oversees else [],
    }
    return render(request, "resources/offer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Change what the offer says."""
    found = get_object_or_404(queries.offers_of(request.user).with_facts(), code=code)
    form = OfferForm(posted(request), edition=found.edition, kind=found.kind, offer=found)
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            offering.change(found, form.facts(), by=request.user, version=form.cleaned_data["version"] or 0)
        except Conflict as conflict:
            form.add_error(None, conflict)
            theirs = conflict.present
            form.look_at(theirs.version)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("resources:offer", code)
    shown = None
    if theirs is not None:
        present = OfferForm(edition=found.edition, kind=found.kind, offer=theirs)
        shown = form.differing_from(present)
    context = {
        "form": form, "unit": found.organization, "kind": found.kind, "kind_label": found.get_kind_display(),
        "offer": found, "theirs": shown,
    }  # fmt: skip
    return render(
        request, "resources/offer_edit.html", context, status=(409 if shown else 422) if form.errors else 200
    )


@require_POST
def release(request: DeskRequest, code: str) -> HttpResponse:
    """Open the offer to other units."""
    return _pressed(request, code, offering.open_to_units, _("已开放，其他单位现在可以来约。"))


@require_POST
def pause(request: DeskRequest, code: str) -> HttpResponse:
    """Take no new requests for a while."""
    return _pressed(request, code, offering.pause, _("已暂停，不再接受新的预约。"))


def _pressed(request: DeskRequest, code: str, action: Any, done: str) -> HttpResponse:
    found = get_seen(request, code)
    try:
        action(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, done)
    return redirect("resources:offer", code)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: DeskRequest, code: str) -> HttpResponse:
    """Stop the offer for good, with a reason."""
    found = get_seen(request, code)
    check_can_close(request.user, found)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            offering.close(found, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已停止，等待答复的单位会收到消息。"))
            return (
                redirect("resources:offer", code)
                if may(request.user, "resource.oversee", found.organization)
                or may(request.user, "resource.offer", found.organization)
                else redirect("resources:offers")
            )
    context = {
        "form": form,
        "title": _("停止这项资源"),
        "lead": found.title,
        "text": _("停止后不能恢复；已经约定的照常进行，等待答复的单位会收到原因。"),
        "press": _("停止"),
        "back": reverse("resources:offer", args=[code]),
    }
    return render(request, "resources/reason.html", context, status=422 if form.errors else 200)
