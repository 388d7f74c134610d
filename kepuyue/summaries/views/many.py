"""Many summaries at once: filed by the unit, accepted or given back from above; each says what became of it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kepuyue.editions.request import DeskRequest
from kepuyue.summaries import queries
from kepuyue.summaries.actions import deciding, filing
from kepuyue.summaries.forms import ManyForm, ReturnManyForm
from kepuyue.summaries.permissions import check_files_somewhere, check_oversees
from kepuyue.summaries.views import branch, own
from kepuyue.summaries.views.desk import edition_of


@require_POST
def file(request: DeskRequest) -> HttpResponse:
    """File all that were ticked, as they stood on the page."""
    check_files_somewhere(request.user)
    form = ManyForm(request.POST, rows=queries.own_summaries(request.user, edition_of(request)))
    if not form.is_valid():
        return own.show(request, status=422, many=form)
    outcome = filing.file_many(form.cleaned_data["code"], by=request.user)
    return own.show(request, outcome=outcome, done_as=_("已报送"))


@require_POST
def accept(request: DeskRequest) -> HttpResponse:
    """Accept all that were ticked, as they stood on the page."""
    check_oversees(request.user)
    form = ManyForm(request.POST, rows=queries.branch_summaries(request.user, edition_of(request)))
    if not form.is_valid():
        return branch.show(request, status=422, many=form)
    outcome = deciding.accept_many(form.cleaned_data["code"], by=request.user)
    return branch.show(request, outcome=outcome, done_as=_("已采纳"))


@require_POST
def return_for_changes(request: DeskRequest) -> HttpResponse:
    """First the page that lists what was ticked and takes the note; with the note they are given back."""
    check_oversees(request.user)
    rows = queries.branch_summaries(request.user, edition_of(request))
    ticked = ManyForm(request.POST, rows=rows)
    if not ticked.is_valid():
        return branch.show(request, status=422, many=ticked)
    form = ReturnManyForm(request.POST if "note" in request.POST else None, rows=rows)
    if form.is_valid():
        seen, note = form.cleaned_data["code"], form.cleaned_data["note"]
        outcome = deciding.return_many(seen, by=request.user, note=note)
        return branch.show(request, outcome=outcome, done_as=_("已退回"))
    context = {"form": form, "seen": ticked.cleaned_data["code"], "query": request.GET.urlencode()}
    return render(request, "summaries/return_many.html", context, status=422 if form.errors else 200)
