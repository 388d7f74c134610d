"""The talk between two units: an answer, a counter-proposal, acceptance, refusal, and calling it off."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import holds_anywhere
from kepuyue.resources import matching, queries, telling
from kepuyue.resources.actions import agreeing
from kepuyue.resources.forms.fields import ReasonForm
from kepuyue.resources.forms.requests import AcceptanceForm, AnswerForm, WishForm, wish_initial
from kepuyue.resources.models import Offer, Proposal
from kepuyue.resources.permissions import check_can_call_off, check_can_decide
from kepuyue.resources.views.offers import posted
from kepuyue.resources.views.requests import get_seen


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: DeskRequest, code: str) -> HttpResponse:
    """Answer an open request with an own offer and a time."""
    found = get_seen(request, code)
    offers = (
        queries.offers_of(request.user)
        .open()
        .filter(edition=found.edition, kind=found.kind, organization__state=Organization.State.ACTIVE)
        .exclude(organization=found.organization)
    )
    fitting = matching.offers_for(found, offers.with_facts())
    initial = {"place": found.place, "is_online": found.is_online, "day": found.from_day}
    if fitting:
        initial |= {"offer": fitting[0].offer.pk, "starts": fitting[0].offer.hours_from}
    if wanted := request.GET.get("offer"):
        initial["offer"] = offers.filter(code=wanted).values_list("pk", flat=True).first()
    form = AnswerForm(posted(request), edition=found.edition, offers=offers, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            agreeing.answer(found, form.cleaned_data["offer"], by=request.user, wish=form.wish())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已答复，等对方确认。"))
            return redirect("resources:request", code)
    context = {
        "form": form, "found": found, "has_offers": offers.exists(), "fitting": fitting,
        "may_offer": holds_anywhere(request.user, "resource.offer"),
    }  # fmt: skip
    return render(request, "resources/answer.html", context, status=422 if form.errors else 200)


def get_proposal(request: DeskRequest, pk: int) -> Proposal:
    """The proposal, or 404 where the person may not know of it."""
    return get_object_or_404(queries.proposals_seen_by(request.user), pk=pk)


@require_POST
def accept(request: DeskRequest, pk: int) -> HttpResponse:
    """Agree; the joint draft opens."""
    proposal = get_proposal(request, pk)
    check_can_decide(request.user, proposal)
    form = AcceptanceForm(request.POST, proposal=proposal)
    if not form.is_valid():
        messages.warning(request, _("请选择由哪一方填报联合活动。"))
        return redirect("resources:request", proposal.request.code)
    try:
        agreeing.accept(proposal, by=request.user, registrar=form.cleaned_data["registrar"])
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已约定，联合活动草稿已经生成。"))
    return redirect("resources:request", proposal.request.code)


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: DeskRequest, pk: int) -> HttpResponse:
    """Say no, with a reason."""
    proposal = get_proposal(request, pk)
    check_can_decide(request.user, proposal)

    def press(reason: str) -> None:
        agreeing.decline(proposal, by=request.user, reason=reason)

    return _with_reason(
        request, proposal.request.code, press, title=_("谢绝"),
        lead=f"{proposal.request.title} · {telling.when(proposal)}",
        text=_("对方会收到您写的原因，可以另找。"), press_label=_("谢绝"), done=_("已谢绝，对方会收到消息。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: DeskRequest, code: str) -> HttpResponse:
    """Undo an agreement, with a reason."""
    found = get_seen(request, code)
    check_can_call_off(request.user, found)

    def press(reason: str) -> None:
        agreeing.call_off(found, by=request.user, reason=reason)

    return _with_reason(
        request, code, press, title=_("取消约定"), lead=found.title,
        text=_("日期会重新空出来，对方会收到原因。联合活动由填报单位自行取消或另行安排。"),
        press_label=_("确认取消约定"), done=_("已取消约定，对方会收到消息。"),
    )  # fmt: skip


def _with_reason(
    request: DeskRequest,
    code: str,
    press: Any,
    *,
    title: str,
    lead: str,
    text: str,
    press_label: str,
    done: str,
) -> HttpResponse:
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            press(form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, done)
            return redirect("resources:request", code)
    context = {
        "form": form, "title": title, "lead": lead, "text": text, "press": press_label,
        "back": reverse("resources:request", args=[code]),
    }  # fmt: skip
    return render(request, "resources/reason.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: DeskRequest, pk: int) -> HttpResponse:
    """Propose another time or place, once."""
    proposal = get_proposal(request, pk)
    check_can_decide(request.user, proposal)
    offer = Offer.objects.with_facts().get(pk=proposal.offer_id)
    form = WishForm(posted(request), edition=offer.edition, offer=offer, initial=wish_initial(proposal))
    if request.method == "POST" and form.is_valid():
        try:
            agreeing.counter(proposal, by=request.user, wish=form.wish())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已把新的时间告诉对方。"))
            return redirect("resources:request", proposal.request.code)
    context = {
        "form": form,
        "proposal": proposal,
        "found": proposal.request,
        "when": telling.when(proposal),
        "offer": offer,
    }
    return render(request, "resources/counter.html", context, status=422 if form.errors else 200)


@require_POST
def take_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Take one's own answer back."""
    proposal = get_proposal(request, pk)
    try:
        agreeing.take_back(proposal, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已收回。"))
    return redirect("resources:request", proposal.request.code)
