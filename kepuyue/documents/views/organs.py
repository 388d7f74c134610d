"""In whose name a unit issues."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.accounts.request import SignedInRequest
from kepuyue.documents import queries
from kepuyue.documents.actions import organs as actions
from kepuyue.documents.forms import OrganForm
from kepuyue.documents.models import IssuingOrgan
from kepuyue.documents.permissions import check_can_issue, check_issues_somewhere
from kepuyue.documents.views.finding import BOTH
from kepuyue.organizations.permissions import organizations_where


@require_http_methods(BOTH)
def new(request: SignedInRequest) -> HttpResponse:
    """A further organ of a unit for which the person issues."""
    check_issues_somewhere(request.user)
    units = organizations_where(request.user, "document.issue")
    form = OrganForm(request.POST if request.method == "POST" else None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(form.cleaned_data["organization"], by=request.user, facts=form.facts())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已设立发文机关。"))
            return redirect(f"{reverse('documents:register')}?organ={made.pk}")
    return _shown(request, form, None)


@require_http_methods(BOTH)
def organ(request: SignedInRequest, pk: int) -> HttpResponse:
    """What an organ is called."""
    found: IssuingOrgan = get_object_or_404(queries.organs_seen(request.user), pk=pk)
    check_can_issue(request.user, found)
    units = organizations_where(request.user, "document.issue")
    form = OrganForm(request.POST if request.method == "POST" else None, instance=found, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(found, by=request.user, facts=form.facts())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect(f"{reverse('documents:register')}?organ={pk}")
    return _shown(request, form, found)


def _shown(request: SignedInRequest, form: OrganForm, found: IssuingOrgan | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "organ": found}
    return render(request, "documents/organ.html", context, status=422 if form.errors else 200)
