"""Handing one's work in a unit over to a colleague."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.reauthentication import fresh_sign_in_required
from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations import forms, queries
from kepuyue.organizations.actions import handovers
from kepuyue.organizations.models import Handover
from kepuyue.organizations.views.finding import sent, visible


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def offer(request: SignedInRequest, code: str) -> HttpResponse:
    """Offer all of one's roles in the unit to somebody."""
    organization = visible(request, code)
    people = queries.members(organization)
    roles = [m.get_role_display() for m in people if m.user_id == request.user.pk]
    if not roles:
        raise PermissionDenied(_("您在这个单位没有角色可以交接。"))
    form = forms.HandoverForm(
        sent(request), colleagues={m.user for m in people if m.user_id != request.user.pk}
    )
    if request.method == "POST" and form.is_valid():
        try:
            handover = handovers.offer(organization, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已告知对方。对方接受以前，您的角色不变。"))
            return redirect("organizations:handover", handover.pk)
    under_way = Handover.objects.filter(
        organization=organization, giver=request.user, state=Handover.State.OFFERED
    )
    context = {"organization": organization, "roles": roles, "form": form, "under_way": under_way.first()}
    return render(
        request, "organizations/handover_new.html", context, status=422 if request.method == "POST" else 200
    )


@require_safe
def handover(request: SignedInRequest, pk: int) -> HttpResponse:
    """One handover, for the two people whom it concerns."""
    found = _own(request, pk)
    roles = [m.get_role_display() for m in queries.members(found.organization) if m.user_id == found.giver_id]
    return render(request, "organizations/handover.html", {"handover": found, "roles": roles})


@require_POST
def acceptance(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the work over."""
    return _answer(request, pk, handovers.accept, _("您已接手，请到工作台继续。"), "organizations:desk")


@require_POST
def refusal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Do not take the work over."""
    return _answer(request, pk, handovers.decline, _("已告知对方您没有接手。"), "organizations:desk")


@require_POST
def withdrawal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the offer back."""
    return _answer(request, pk, handovers.withdraw, _("已撤回交接。"), "organizations:desk")


def _answer(
    request: SignedInRequest, pk: int, action: Callable[..., Handover], said: str, then: str
) -> HttpResponse:
    found = _own(request, pk)
    try:
        action(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("organizations:handover", pk)
    messages.success(request, said)
    return redirect(then)


def _own(request: SignedInRequest, pk: int) -> Handover:
    mine = Handover.objects.filter(Q(giver=request.user) | Q(taker=request.user))
    return get_object_or_404(mine.select_related("organization", "giver", "taker", "invitation"), pk=pk)
