"""What everybody may see: the public notice of a list with its objections form, and the honors."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.accounts import network
from kepuyue.editions.request import DeskRequest
from kepuyue.evaluation import queries
from kepuyue.evaluation.actions import noticing
from kepuyue.evaluation.forms import ObjectionForm
from kepuyue.evaluation.models import Round
from kepuyue.evaluation.permissions import check_manages
from kepuyue.evaluation.views.desk import BOTH
from kepuyue.evaluation.views.steps import take


@login_not_required
@never_cache
@require_http_methods(BOTH)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The list while it is shown to all, and the form for objections; afterwards the list that was settled."""
    round = get_object_or_404(Round.objects.select_related("edition__office"), pk=pk)
    shown = queries.public_notice(round)
    if shown is None:
        raise Http404
    candidates = queries.chosen(round)
    form = ObjectionForm(request.POST if request.method == "POST" else None, candidates=candidates)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("name", "contact", "text")}
        candidate = next(one for one in candidates if one.pk == form.cleaned_data["candidate"])
        try:
            noticing.object_to(candidate, by=None, origin=network.origin(request), **facts)
        except ValidationError as error:
            take(form, error)
        else:
            return redirect(f"{reverse('evaluation:notice', args=[pk])}?received=1")
    context = {
        "round": round, "notice": shown, "candidates": candidates, "is_received": "received" in request.GET,
        # What was typed stays when the notice has ended meanwhile
        "form": form if shown.is_running or form.is_bound else None,
    }  # fmt: skip
    return render(request, "evaluation/notice.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def honors(request: HttpRequest) -> HttpResponse:
    """Who was honored, the newest first; what was taken back is said to be."""
    return render(request, "evaluation/honors.html", {"honors": queries.honors()})


@require_safe
def desk_honors(request: DeskRequest) -> HttpResponse:
    """The office's register of honors and breaches."""
    check_manages(request.user)
    context = {"honors": queries.honors(), "breaches": queries.breaches()}
    return render(request, "evaluation/desk_honors.html", context)
