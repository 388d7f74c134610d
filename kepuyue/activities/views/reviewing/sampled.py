"""Reading afterwards what a trusted unit has published: a tab of the queue, decided by the same keys."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.accounts.middleware import take_kept_input
from kepuyue.activities import forms, queries
from kepuyue.activities.actions import sampling
from kepuyue.activities.models import Sampling, Takedown
from kepuyue.activities.reviewing import checks, queue, reading
from kepuyue.activities.views.reviewing.page import usable_remarks
from kepuyue.activities.views.reviewing.queue import address, check_reviews, form_of, sampled_numbers
from kepuyue.editions.request import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
def read_sampling(request: DeskRequest, pk: int) -> HttpResponse:
    """One publication that was drawn: read it and say what was found; then on to the next one."""
    check_reviews(request)
    found = get_object_or_404(queries.samplings_for(request.user), pk=pk)
    remarks = usable_remarks(request)
    if request.method != "POST":
        kept = take_kept_input(request, sent_to=request.path) or {}
        form = forms.SamplingForm(initial={name: values[0] for name, values in kept.items()}, remarks=remarks)
        return _show(request, found, form, query=request.GET.urlencode())
    form = forms.SamplingForm(request.POST, remarks=remarks)
    query = request.POST.get("queue", "")
    if not form.is_valid():
        return _show(request, found, form, query=query, status=422)
    typed = form.cleaned_data
    before = sampled_numbers(request, form_of(query))
    note = typed["note"]
    if typed["finding"] == "return":
        note, pinned = reading.with_remarks(note, {}, typed["remarks"])
        note = "\n".join(filter(None, [note, *pinned.values()]))
    try:
        if typed["finding"] == "fine":
            sampling.find_fine(found, by=request.user, note=note)
        else:
            sampling.ask_to_correct(found, by=request.user, note=note, revokes=typed["revokes"])
    except ValidationError as error:
        found = get_object_or_404(queries.samplings_for(request.user), pk=pk)
        form.add_error(None, error)
        return _show(request, found, form, query=query, status=409)
    messages.success(
        request,
        (_("抽查没有问题：%(title)s") if typed["finding"] == "fine" else _("已要求更正：%(title)s"))
        % {"title": found.submission.activity.title},
    )
    _before, following = queue.neighbors(before, pk)
    left = sampled_numbers(request, form_of(query))
    if following not in left:
        following = next(iter(left), None)
    return redirect(
        _address(following, query) if following else address(form_of(query).query(show="sampling"))
    )


def _address(pk: int | None, query: str) -> str:
    if pk is None:
        return ""
    kept = form_of(query).query(show="sampling")
    return reverse("activities:sampling", args=[pk]) + f"?{kept}"


def _show(
    request: DeskRequest, found: Sampling, form: forms.SamplingForm, *, query: str, status: int = 200
) -> HttpResponse:
    submission = found.submission
    activity = submission.activity
    is_waiting = found.state == Sampling.State.PENDING
    beside = checks.of(submission, reader=request.user)
    queue_form = form_of(query)
    in_order = sampled_numbers(request, queue_form) if is_waiting else []
    previous, following = queue.neighbors(in_order, found.pk) if is_waiting else (None, None)
    rows: list[dict[str, Any]] = reading.rows(submission, {}, beside.hits)
    context = {
        "form": form,
        "sampling": found,
        "submission": submission,
        "activity": activity,
        "rows": rows,
        "has_changes": any(row["change"] for row in rows),
        "checks": beside.checks,
        "twins": beside.twins,
        "is_waiting": is_waiting,
        "remarks": list(form.fields["remarks"].queryset[:20]) if is_waiting else [],  # type: ignore[attr-defined]
        "takedown": Takedown.objects.filter(activity=activity, restored_at__isnull=True).first(),
        "query": queue_form.query(show="sampling"),
        "place": (in_order.index(found.pk) + 1 if found.pk in in_order else None, len(in_order)),
        "previous": _address(previous, query),
        "following": _address(following, query),
        "back": address(queue_form.query(show="sampling")) if is_waiting else reverse("activities:samplings"),
    }
    return render(request, "activities/sampling.html", context, status=status)
