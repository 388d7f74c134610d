"""Who sees to what: one submission, or all that nobody has."""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.activities import queries
from kepuyue.activities.actions import assignment
from kepuyue.activities.models import Submission
from kepuyue.activities.reviewing import queue
from kepuyue.activities.reviewing.forms import AssignForm, ShownForm, UnitForm
from kepuyue.activities.views.reviewing.page import with_queue
from kepuyue.activities.views.reviewing.queue import check_reviews
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import reviewers


@require_POST
def assign(request: DeskRequest, pk: int) -> HttpResponse:
    """Let oneself or a colleague see to it; a colleague's is taken over."""
    submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
    own = Q(pk=request.user.pk)
    people = get_user_model().objects.filter(own | Q(pk__in=reviewers(submission.turn).values("user")))
    form = AssignForm(request.POST, people=people)
    if not form.is_valid():
        messages.error(request, _("请选择本单位的审核人。"))
        return redirect(with_queue(request, pk))
    try:
        assignment.assign(
            submission, to=form.cleaned_data["person"], by=request.user,
            step=form.cleaned_data["step"], seen=form.cleaned_data["seen"],
        )  # fmt: skip
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("已由%(name)s办理。") % {"name": form.cleaned_data["person"].name})
    return redirect(with_queue(request, pk))


@require_POST
def release(request: DeskRequest, pk: int) -> HttpResponse:
    """Give it back to the unit's common queue."""
    submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
    form = ShownForm(request.POST)
    shown = form.cleaned_data if form.is_valid() else {}
    try:
        assignment.release(submission, by=request.user, step=shown.get("step"), seen=shown.get("seen"))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("已退回待分办。"))
    return redirect(with_queue(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def spread(request: DeskRequest) -> HttpResponse:
    """Spread evenly what nobody has: first the proposal, then, as it was shown, the deed."""
    check_reviews(request)
    units = queue.reviewing_units(request.user)
    if not units:
        raise PermissionDenied(_("只有本单位的审核人可以分办。"))
    chosen = UnitForm(request.POST or request.GET, units=units)
    unit = chosen.cleaned_data["unit"] if chosen.is_valid() else units[0]
    if request.method == "POST":
        people = {person.pk: person for person in queue.colleagues(unit)}
        wanted = {}
        for pair in request.POST.getlist("pair")[:200]:
            row, _colon, person = pair.partition(":")
            if row.isdecimal() and person.isdecimal() and len(row) < 12 and int(person) in people:
                wanted[int(row)] = people[int(person)]
        rows = Submission.objects.filter(pk__in=wanted, turn=unit).select_related(
            "activity__organization", "turn"
        )
        done = assignment.spread([(row, wanted[row.pk]) for row in rows], by=request.user)
        messages.success(request, ngettext("已分办%(n)s项。", "已分办%(n)s项。", done) % {"n": done})
        return redirect("activities:reviews")
    proposal = queue.spread(unit)
    return render(
        request, "activities/reviews_spread.html",
        {"unit": unit, "units": units, "proposal": proposal, "desks": queue.loads(unit)},
    )  # fmt: skip
