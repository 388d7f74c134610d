"""An earlier activity taken as the beginning of a new one."""

from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.activities import forms, queries
from kepuyue.activities.actions import cloning
from kepuyue.editions.request import DeskRequest

PAGE_SIZE = 30


@require_http_methods(["GET", "HEAD", "POST"])
def copies(request: DeskRequest) -> HttpResponse:
    """Find an earlier activity of one's unit; a POST makes a draft of it in the present edition."""
    form = forms.CopyForm(request.POST if request.method == "POST" else None)
    if request.edition and form.is_bound and form.is_valid():
        source = get_object_or_404(
            queries.editable_by(request.user).select_related("organization", "edition"),
            code=form.cleaned_data["source"],
        )
        made = cloning.clone(
            source, edition=request.edition, by=request.user, token=form.cleaned_data["token"]
        )
        messages.success(request, _("已复制。标着“请核对”的是上次的日期和人员，确认后才能提交。"))
        return redirect("activities:edit", made.code, "sessions")
    word = request.GET.get("q", "").strip()
    rows = queries.earlier_of(request.user, word, edition=request.edition)
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "q": word,
        "token": uuid4(),
        "form": form,
    }
    return render(request, "activities/copies.html", context, status=422 if form.errors else 200)
