"""The judge's side: what there is to mark, and the sheet, on a phone as on a desk. Names of units are masked."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.evaluation import masking, presentation, queries
from kepuyue.evaluation.actions import judging
from kepuyue.evaluation.forms import ReasonForm, SheetForm
from kepuyue.evaluation.models import Judge, Round, Sheet
from kepuyue.evaluation.views.desk import BOTH, get_judge
from kepuyue.evaluation.views.steps import take
from kepuyue.organizations.permissions import holds_anywhere


@require_safe
def scoring(request: DeskRequest, pk: int) -> HttpResponse:
    """What a judge has to mark in a round, and how far they are."""
    judge = get_judge(request, pk)
    sheets = list(queries.sheets_of(judge)) if judge.state == Judge.State.ACCEPTED else []
    context = {
        "judge": judge, "round": judge.round,
        "rows": [{"sheet": one, "title": masking.title_of(one.candidate)} for one in sheets],
        "done": sum(one.submitted_at is not None for one in sheets), "count": len(sheets),
        "is_open": judge.round.state == Round.State.SCORING,
        "changes": presentation.rule_changes(judge.round),
    }  # fmt: skip
    return render(request, "evaluation/scoring.html", context)


@require_POST
def answer(request: DeskRequest, pk: int) -> HttpResponse:
    """Accept to judge, or decline."""
    judge = get_judge(request, pk)
    said = request.POST.get("answer")
    if said not in ("accept", "decline"):
        messages.warning(request, _("请选接受或谢绝。"))
        return redirect("evaluation:scoring", pk)
    accepts = said == "accept"
    try:
        judging.answer(judge, accepts=accepts, note=request.POST.get("note", "")[:300], by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("谢谢，已接受。") if accepts else _("已谢绝。"))
        if not accepts:
            return redirect("evaluation:home")
    return redirect("evaluation:scoring", pk)


def _get_sheet(request: DeskRequest, pk: int) -> Sheet:
    owner = request.user.pk if holds_anywhere(request.user, "evaluation.score") else 0
    related = (
        "judge__round__edition__office", "judge__user", "candidate__organization__parent", "candidate__activity",
        "candidate__recommender", "candidate__round__edition",
    )  # fmt: skip
    rows = Sheet.objects.filter(judge__user_id=owner, judge__state=Judge.State.ACCEPTED).select_related(
        *related
    )
    return get_object_or_404(rows, pk=pk)


@require_http_methods(BOTH)
def sheet(request: DeskRequest, pk: int) -> HttpResponse:
    """Mark one candidate: saved as a draft, or handed in."""
    found = _get_sheet(request, pk)
    form = SheetForm(request.POST if request.method == "POST" else None, sheet=found)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            submits = request.POST.get("then") == "submit"
            try:
                judging.mark(
                    found, form.marks(), remark=form.cleaned_data["remark"],
                    version=form.cleaned_data["version"] or 0, submits=submits, by=request.user,
                )  # fmt: skip
            except Conflict as conflict:
                form.add_error(None, conflict)
                form.look_at(conflict.present.version)
                status = 409
            except ValidationError as error:
                take(form, error)
            else:
                messages.success(request, _("已提交。") if submits else _("已存为草稿。"))
                following = queries.sheets_of(found.judge).filter(submitted_at=None).exclude(pk=pk).first()
                if submits and following is not None:
                    return redirect("evaluation:sheet", following.pk)
                return redirect("evaluation:scoring", found.judge.round_id)
        status = 422 if form.errors and status == 200 else status
    context = {
        "sheet": found, "round": found.judge.round, "form": form, "title": masking.title_of(found.candidate),
        "deeds": masking.masked(found.candidate, found.candidate.deeds),
        "figures": presentation.figures_for_judges(found.candidate),
        "is_open": found.judge.round.state == Round.State.SCORING and not found.void,
    }  # fmt: skip
    return render(request, "evaluation/sheet.html", context, status=status)


@require_http_methods(BOTH)
def conflict(request: DeskRequest, pk: int) -> HttpResponse:
    """Say to be close to a candidate."""
    found = _get_sheet(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            judging.declare(found.judge, found.candidate, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            take(form, error)
        else:
            messages.success(request, _("已回避，这一份会由别的评委评分。"))
            return redirect("evaluation:scoring", found.judge.round_id)
    context = {"sheet": found, "form": form, "title": masking.title_of(found.candidate)}
    return render(request, "evaluation/conflict.html", context, status=422 if form.errors else 200)
