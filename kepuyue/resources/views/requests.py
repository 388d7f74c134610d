"""Requests at the desk: what others ask for, a new one, one request's page with its talk."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.activities import content as contents
from kepuyue.activities import presentation
from kepuyue.activities.models import Activity
from kepuyue.activities.queries import visible_to
from kepuyue.core import audit, wording
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import District
from kepuyue.organizations.permissions import holds_anywhere, may
from kepuyue.resources import joint, matching, queries, telling
from kepuyue.resources.actions import requesting
from kepuyue.resources.availability import ages_text
from kepuyue.resources.forms.requests import AcceptanceForm, OfferRequestForm, OpenRequestForm
from kepuyue.resources.models import Kind, Offer, Proposal, Request
from kepuyue.resources.permissions import can_decide, check_takes_part, is_party
from kepuyue.resources.views.offers import card, edition_of, own_units, posted, tabs

PAGE_SIZE = 24


@require_safe
def request_list(request: DeskRequest) -> HttpResponse:
    """Open requests that any unit may answer, by kind, district and a word."""
    check_takes_part(request.user)
    edition = edition_of(request)
    rows = Request.objects.for_all().filter(edition=edition)
    kind, district, word = (request.GET.get(name, "").strip() for name in ("kind", "district", "q"))
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    if district:
        rows = rows.filter(district__code=district)
    if word:
        rows = (
            rows.filter(title__icontains=word)
            | rows.filter(wishes__icontains=word)
            | rows.filter(terms__name__icontains=word)
        )
    page = Paginator(rows.distinct().with_facts().order_by("until_day", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "tabs": tabs(request, "requests"),
        "page": page,
        "kinds": Kind.choices,
        "kind": kind,
        "districts": District.objects.all(),
        "district": district,
        "q": word,
        "may_request": holds_anywhere(request.user, "resource.request"),
    }
    return render(request, "resources/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """Ask for one offer (`?offer=`), or openly."""
    check_takes_part(request.user)
    edition, units = edition_of(request), own_units(request, "resource.request")
    wanted = request.GET.get("offer", "")
    offer: Offer | None = None
    if wanted:
        offer = get_object_or_404(queries.offers_seen_by(request.user).open().with_facts(), code=wanted)
    form: Any
    if offer:
        form = OfferRequestForm(posted(request), offer=offer, organizations=units)
    else:
        initial = {"kind": Kind.EXPERT, "from_day": edition.starts_on, "until_day": edition.ends_on}
        form = OpenRequestForm(posted(request), edition=edition, organizations=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        common = {
            "organization": form.cleaned_data["organization"], "by": request.user, "facts": form.facts(),
            "token": form.cleaned_data["token"] or uuid4(),
        }  # fmt: skip
        try:
            if offer:
                made = requesting.ask_for(offer, wish=form.wish(), **common)
            else:
                made = requesting.ask_openly(edition=edition, kind=form.cleaned_data["kind"], **common)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("已提出，对方会收到消息。") if offer else _("已公开征集，合适的单位可以来答复。")
            )
            return redirect("resources:request", made.code)
    context = {"form": form, "offer": offer, "card": card(offer) if offer else None, "units": units}
    return render(request, "resources/request_edit.html", context, status=422 if form.errors else 200)


def get_seen(request: DeskRequest, code: str) -> Request:
    """The request, or 404 where the person may not know of it."""
    return get_object_or_404(queries.requests_seen_by(request.user).with_facts(), code=code)


@require_safe
def request_page(request: DeskRequest, code: str) -> HttpResponse:
    """One request: what is asked, the talk about it, what would fit, and the joint activity it became."""
    found = get_seen(request, code)
    proposals = queries.proposals_of(found, request.user)
    agreed = next((one for one in proposals if one.state == Proposal.State.ACCEPTED), None)
    is_own = may(request.user, "resource.request", found.organization)
    oversees = may(request.user, "resource.oversee", found.organization)
    matches = []
    if (is_own or oversees) and found.is_waiting and found.offer_id is None:
        offers = Offer.objects.open().filter(edition=found.edition, kind=found.kind).with_facts()
        matches = matching.offers_for(found, offers)
    party = is_party(request.user, found, agreed)
    activity = (
        Activity.objects.filter(resource_requests=found).select_related("organization", "edition").first()
    )
    is_seen = (
        party or oversees or (agreed and may(request.user, "resource.oversee", agreed.offer.organization))
    )
    context = {
        "found": found,
        "rows": _written_out(found),
        "talk": [_spoken(one, request) for one in proposals],
        "agreed": agreed,
        "party": party and agreed is not None,
        "is_own": is_own,
        "can_edit": is_own and not requesting.why_closed(found),
        "can_withdraw": is_own and found.is_waiting,
        "can_open_up": is_own and found.state == Request.State.DECLINED,
        "can_answer": not is_own
        and found.offer_id is None
        and found.is_waiting
        and holds_anywhere(request.user, "resource.offer"),
        "can_call_off": party and found.state == Request.State.ACCEPTED,
        "matches": matches,
        "activity": activity if is_seen else None,
        "activity_rows": presentation.written_out(contents.of(activity), activity.edition)
        if activity and is_seen
        else [],
        "carried_over": joint.carried_over(contents.of(activity)) if activity and is_seen else 0,
        "may_open_activity": activity is not None
        and visible_to(request.user).filter(pk=activity.pk).exists(),
        "trail": audit.trail(found)[:30] if is_own or oversees or agreed else [],
    }
    return render(request, "resources/request.html", context)


def _spoken(proposal: Proposal, request: DeskRequest) -> dict[str, Any]:
    """One proposal of the talk, with what the person may do about it."""
    decides = can_decide(request.user, proposal)
    return {
        "proposal": proposal,
        "when": telling.when(proposal),
        "state": _state_text(proposal, decides=decides),
        "decides": decides,
        "can_counter": decides and proposal.counters_id is None,
        "can_take_back": proposal.state == Proposal.State.PENDING
        and proposal.is_from_offering_side
        and may(request.user, "resource.offer", proposal.offer.organization),
        "acceptance": AcceptanceForm(proposal=proposal, auto_id=f"id_{proposal.pk}_%s") if decides else None,
    }


def _state_text(proposal: Proposal, *, decides: bool) -> Any:
    """Where the proposal stands, as the reader on either side sees it."""
    if decides:
        return _("等您答复")
    if proposal.state == Proposal.State.COUNTERED:
        return _("已另提时间")
    return proposal.get_state_display()


def _written_out(found: Request) -> list[tuple[Any, Any]]:
    """What is asked, as (label, text)."""
    days = wording.days_text(found.from_day, found.until_day)
    district = found.district.name_for_reader if found.district else ""
    rows = [
        (_("种类"), found.get_kind_display()),
        (_("希望的日期"), wording.clauses(filter(None, [days, found.time_note]))),
        (_("地点"), _("线上") if found.is_online else " ".join(filter(None, [district, found.place]))),
        (_("预计人数"), _("%(count)s人") % {"count": found.head_count}),
        (_("参加的人"), found.audience_note),
        (_("年龄"), ages_text(found)),
        (_("主题和人群"), wording.listed(found.terms.all())),
        (_("具体愿望"), found.wishes),
        (_("其他需要"), found.needs),
    ]  # fmt: skip
    return [(label, text) for label, text in rows if text]


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Change an open request that nobody answered yet."""
    found = get_object_or_404(queries.requests_of(request.user).with_facts(), code=code)
    if request.method != "POST" and (why_not := requesting.why_closed(found)):
        messages.warning(request, why_not)
        return redirect("resources:request", code)
    units = own_units(request, "resource.request")
    form = OpenRequestForm(posted(request), edition=found.edition, organizations=units, request=found)
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            requesting.change(found, form.facts(), by=request.user, version=form.cleaned_data["version"] or 0)
        except Conflict as conflict:
            form.add_error(None, conflict)
            present = OpenRequestForm(edition=found.edition, organizations=units, request=conflict.present)
            theirs = form.differing_from(present)
            form.look_at(conflict.present.version)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("resources:request", code)
    context = {"form": form, "offer": None, "found": found, "theirs": theirs, "units": units}
    return render(
        request,
        "resources/request_edit.html",
        context,
        status=(409 if theirs is not None else 422) if form.errors else 200,
    )


@require_POST
def withdraw(request: DeskRequest, code: str) -> HttpResponse:
    """Take the request back."""
    return _pressed(request, code, requesting.withdraw, _("已撤回。"))


@require_POST
def open_up(request: DeskRequest, code: str) -> HttpResponse:
    """After a refusal, ask everybody."""
    return _pressed(request, code, requesting.open_up, _("已改为公开征集，合适的单位可以来答复。"))


def _pressed(request: DeskRequest, code: str, action: Any, done: str) -> HttpResponse:
    found = get_seen(request, code)
    try:
        action(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, done)
    return redirect("resources:request", code)


@require_safe
def of_activity(request: DeskRequest, code: str) -> HttpResponse:
    """For an activity's page at the desk: the agreement that it came from, if any."""
    found = (
        queries.requests_seen_by(request.user)
        .filter(activity__code=code)
        .select_related("organization")
        .first()
    )
    return render(request, "resources/_of_activity.html", {"found": found})
