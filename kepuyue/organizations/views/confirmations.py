"""The superior confirms units or gives them back, one by one or many at once."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core.time import now
from kepuyue.organizations import queries
from kepuyue.organizations.actions import facts
from kepuyue.organizations.actions import units as unit_actions
from kepuyue.organizations.models import FactsChange, Organization
from kepuyue.organizations.permissions import holds_anywhere
from kepuyue.organizations.views.finding import visible

LATE_DAYS = 3


@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: SignedInRequest) -> HttpResponse:
    """All that wait, the longest first; those ticked are confirmed or given back, with what came of each."""
    if not holds_anywhere(request.user, "unit.confirm"):
        raise PermissionDenied(_("只有上级单位可以确认新单位。"))
    outcomes: list[unit_actions.Outcome] = []
    fault = ""
    status = 200
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip() if request.POST.get("decision") == "refuse" else None
        chosen = list(queries.waiting(request.user).filter(code__in=request.POST.getlist("unit")))
        if not chosen:
            fault = _("请先勾选单位。它们可能已被同事处理，请看下面的列表。")
        elif reason == "":
            fault = _("请写明不能确认的原因，单位会看到。")
        else:
            outcomes = unit_actions.decide_each(chosen, by=request.user, reason=reason)
        status = 422 if fault else 200
    page = Paginator(queries.waiting(request.user), 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "changes": queries.waiting_facts(request.user)[:50],
        "rows": [_row(unit) for unit in page],
        "outcomes": outcomes,
        "fault": fault,
        "ticked": request.POST.getlist("unit") if fault else [],
        "reason": request.POST.get("reason", "") if fault else "",
    }
    return render(request, "organizations/waiting.html", context, status=status)


def _row(unit: Organization) -> dict[str, object]:
    days = max((now() - unit.asked_at).days, 0)
    age = ngettext("等了%(days)s天", "等了%(days)s天", days) % {"days": days} if days else _("今天")
    return {"unit": unit, "age": age, "is_late": days >= LATE_DAYS}


@require_POST
def confirmation(request: SignedInRequest, code: str) -> HttpResponse:
    """The superior confirms the unit."""
    organization = visible(request, code)
    try:
        unit_actions.confirm(organization, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已确认：%(unit)s") % {"unit": organization})
    return redirect("organizations:unit", code)


@require_POST
def refusal(request: SignedInRequest, code: str) -> HttpResponse:
    """The superior does not confirm the unit and says why."""
    organization = visible(request, code)
    try:
        unit_actions.refuse(organization, by=request.user, reason=request.POST.get("reason", ""))
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已把原因告知%(unit)s") % {"unit": organization})
    return redirect("organizations:unit", code)


@require_POST
def facts_confirmation(request: SignedInRequest, code: str) -> HttpResponse:
    """The superior confirms another name, credit code or type."""
    change = _change(request, code)
    return _decided(request, code, lambda: facts.confirm(change, by=request.user), _("已确认新的资料。"))


@require_POST
def facts_refusal(request: SignedInRequest, code: str) -> HttpResponse:
    """The superior does not confirm them and says why."""
    change, reason = _change(request, code), request.POST.get("reason", "")
    return _decided(
        request, code, lambda: facts.refuse(change, by=request.user, reason=reason), _("已把原因告知单位。")
    )


@require_POST
def facts_withdrawal(request: SignedInRequest, code: str) -> HttpResponse:
    """The unit takes its wish back."""
    change = _change(request, code)
    return _decided(request, code, lambda: facts.withdraw(change, by=request.user), _("已撤回，资料没有变。"))


def _change(request: SignedInRequest, code: str) -> FactsChange:
    """What the unit waits for; one that was just decided is found too, so that the action can say so."""
    return get_object_or_404(FactsChange.objects.filter(organization=visible(request, code))[:1])


def _decided(request: SignedInRequest, code: str, act: Callable[[], FactsChange], said: str) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, said)
    return redirect("organizations:unit", code)
