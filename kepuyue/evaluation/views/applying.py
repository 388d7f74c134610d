"""The unit's side, and what everybody who may sees of a candidate."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.activities.models import Activity
from kepuyue.core import audit
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.evaluation import eligibility, queries, workflow
from kepuyue.evaluation.actions import applying
from kepuyue.evaluation.forms import BeginForm, DeedsForm
from kepuyue.evaluation.models import Candidate, Line, Round
from kepuyue.evaluation.permissions import can_recommend, check_can_apply, manages
from kepuyue.evaluation.views.desk import BOTH, get_candidate
from kepuyue.evaluation.views.steps import take
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may


@require_http_methods(BOTH)
def begin(request: DeskRequest, pk: int) -> HttpResponse:
    """Choose what to put forward in a round."""
    units = queries.units_to_apply(request.user)
    if not units:
        raise PermissionDenied(_("由各单位的填报人和负责人申报。"))
    round = get_object_or_404(
        Round.objects.select_related("edition__office"), pk=pk, state=Round.State.APPLYING
    )
    activities = {one.name: list(queries.activities_to_apply(round, one)) for one in units}
    form = BeginForm(
        request.POST if request.method == "POST" else None, round=round, units=units, activities=activities
    )
    if request.method == "POST" and form.is_valid():
        activity = (
            Activity.objects.filter(pk=form.cleaned_data.get("activity", 0))
            .select_related("organization")
            .first()
        )
        unit = (
            activity.organization
            if activity
            else Organization.objects.get(pk=form.cleaned_data["organization"])
        )
        try:
            made = applying.begin(round, unit, activity=activity, by=request.user)
        except ValidationError as error:
            take(form, error)
        else:
            return redirect("evaluation:candidate", made.pk)
    context = {"round": round, "form": form, "has_any": any(activities.values()) or round.line == Line.UNITS}
    return render(request, "evaluation/begin.html", context, status=422 if form.errors else 200)


@require_http_methods(BOTH)
def candidate(request: DeskRequest, pk: int) -> HttpResponse:
    """What is put forward: its deeds, what speaks against it, what each level says; the unit writes here."""
    found = get_candidate(request, pk)
    may_write = found.state in applying.OPEN_TO_UNIT and may(
        request.user, "evaluation.apply", found.organization
    )
    form = DeedsForm(request.POST if request.method == "POST" else None, candidate=found)
    status = 200
    if request.method == "POST":
        check_can_apply(request.user, found.organization)
        if form.is_valid():
            try:
                applying.write(
                    found,
                    deeds=form.cleaned_data["deeds"],
                    version=form.cleaned_data["version"] or 0,
                    by=request.user,
                )
            except Conflict as conflict:
                form.add_error(None, conflict)
                form.look_at(conflict.present.version)
                status = 409
            except ValidationError as error:
                take(form, error)
            else:
                messages.success(request, _("已保存。"))
                return redirect("evaluation:candidate", pk)
        status = 422 if form.errors and status == 200 else status
    context: dict[str, Any] = {
        "candidate": found, "round": found.round, "form": form if may_write else None,
        "faults": eligibility.faults([found])[found.pk],
        "opinions": found.opinions.select_related("organization", "by"),
        "may_sign": found.state in applying.OPEN_TO_UNIT and may(request.user, "evaluation.sign", found.organization),
        "may_withdraw": may(request.user, "evaluation.apply", found.organization)
        and "withdraw" in workflow.CANDIDATE.verbs(found.state),
        "may_recommend": found.state == Candidate.State.APPLIED and can_recommend(request.user, found),
        "manages": manages(request.user, found.round),
        "is_recommended": found.state == Candidate.State.RECOMMENDED,
        "is_admitted": found.state == Candidate.State.ADMITTED,
        "statement": found.statement or found.round.edition.rules.evaluation.statement,
        "honors": found.honors.all(),
        "trail": audit.trail(found)[:20],
    }  # fmt: skip
    return render(request, "evaluation/candidate.html", context, status=status)
