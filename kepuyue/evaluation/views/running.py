"""The office's side: a round and how far it is, its rules, judges, list, simulation, what it was made from."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.accounts.models import User
from kepuyue.core import tables
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.editions.scheme import Rules
from kepuyue.evaluation import package as packing
from kepuyue.evaluation import presentation, queries, ranking, workflow
from kepuyue.evaluation.actions import judging, rounds
from kepuyue.evaluation.forms import InviteForm, RulesForm, WeightsForm
from kepuyue.evaluation.models import Candidate, Notice, Round
from kepuyue.evaluation.permissions import check_manages
from kepuyue.evaluation.views.desk import BOTH, edition_of, get_managed
from kepuyue.evaluation.views.steps import take
from kepuyue.organizations.models import Membership, Role

PAGE_SIZE = 50


@require_safe
def show(request: DeskRequest, pk: int) -> HttpResponse:
    """Where a round stands, and what can be done with it now."""
    round = get_managed(request, pk)
    notice = round.notices.order_by("pk").last()
    candidates = (
        round.candidates.exclude(state=Candidate.State.DRAFT)
        .select_related("organization", "activity", "recommender")
        .order_by("number", "pk")
    )
    snapshot = queries.last_snapshot(round)
    context: dict[str, Any] = {
        "round": round,
        "steps": presentation.steps(round),
        "verbs": [
            one for one in presentation.VERBS if one["verb"] in workflow.ROUND.verbs(round.state)
        ] ,
        "page": Paginator(candidates, PAGE_SIZE).get_page(request.GET.get("page")),
        "judges": queries.judges_with_progress(round),
        "people": InviteForm(people=_people(round)) if round.state in judging.INVITING else None,
        "scheme": round.scheme,
        "may_change": round.state in rounds.CHANGEABLE,
        "snapshot": snapshot,
        "snapshots": round.snapshots.order_by("-pk"),
        "notice": notice,
        "objections": _objections(notice),
    }  # fmt: skip
    return render(request, "evaluation/round.html", context)


def _objections(notice: Notice | None) -> list[Any]:
    if notice is None:
        return []
    return list(
        notice.objections.select_related("candidate__organization", "candidate__activity").order_by("pk")
    )


def _people(round: Round) -> Any:
    """Who has a judge's role and is not at work in the round."""
    holders = Membership.objects.filter(role=Role.JUDGE).values("user")
    working = round.judges.filter(state__in=judging.AT_WORK).values("user")
    return User.objects.filter(pk__in=holders, is_active=True).exclude(pk__in=working).order_by("name", "pk")


@require_http_methods(["POST"])
def invite(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask a judge."""
    round = get_managed(request, pk)
    form = InviteForm(request.POST, people=_people(round))
    if form.is_valid():
        try:
            judging.invite(round, form.cleaned_data["user"], by=request.user)
        except ValidationError as error:
            messages.warning(request, error.messages[0])
        else:
            messages.success(request, _("已邀请，对方会收到消息。"))
    else:
        messages.warning(request, _("请先选一位评委。"))
    return redirect("evaluation:round", pk)


@require_http_methods(BOTH)
def rules(request: DeskRequest, pk: int) -> HttpResponse:
    """Weights, shares, full marks, caps of the round."""
    round = get_managed(request, pk)
    form = RulesForm(
        request.POST if request.method == "POST" else None,
        rules=round.scheme,
        initial={"version": round.version},
    )
    if "version" not in (form.data or {}):
        form.initial["version"] = round.version
    if request.method == "POST" and form.is_valid():
        try:
            rounds.change_rules(
                round, form.rules(), by=request.user, version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Conflict as conflict:
            form.add_error(None, conflict)
        except ValidationError as error:
            take(form, error)
        else:
            messages.success(request, _("规则已保存。"))
            return redirect("evaluation:round", pk)
    context = {"round": round, "form": form,
               "may_change": round.state in rounds.CHANGEABLE}  # fmt: skip
    return render(request, "evaluation/rules.html", context, status=422 if form.errors else 200)


@require_safe
def listing(request: DeskRequest, pk: int) -> HttpResponse:
    """The list: as frozen, or as it would be now."""
    round = get_managed(request, pk)
    board = queries.board(round)
    data, ranked = board.data, board.ranked
    page = Paginator(ranked, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "round": round, "page": page, "rows": presentation.lines(data, list(page.object_list)),
        "criteria": presentation.criteria(round.scheme),
        "is_frozen": queries.last_snapshot(round) is not None, "as_of": board.as_of,
        "chosen": sum(one.outcome == "chosen" for one in ranked),
        "unmarked": sum(bool(one.unmarked) for one in ranked),
        "tied": sum(one.outcome == "tied" for one in ranked),
    }  # fmt: skip
    return render(request, "evaluation/listing.html", context)


@require_safe
def entry(request: DeskRequest, pk: int, number: int) -> HttpResponse:
    """One candidate's numbers, each down to the activities and marks that it comes from."""
    round = get_managed(request, pk)
    board = queries.board(round)
    data, ranked = board.data, board.ranked
    one = next((one for one in ranked if one.number == number), None)
    if one is None:
        raise Http404
    candidate = round.candidates.select_related("organization", "activity").filter(number=number).first()
    context = {
        "round": round, "candidate": candidate, "one": presentation.line(data, one),
        "results": presentation.opened(data, one, round), "as_of": board.as_of,
    }  # fmt: skip
    return render(request, "evaluation/entry.html", context)


@require_safe
def simulation(request: DeskRequest, pk: int) -> HttpResponse:
    """What the list would be by other weights, beside what it is. Nothing is kept: the address holds it all."""
    round = get_managed(request, pk)
    asked = bool(set(request.GET) - {"page"})
    form = WeightsForm(request.GET if asked else None, rules=round.scheme)
    board, moves = queries.board(round), list[Any]()
    if asked and form.is_valid():
        given = Rules.model_validate(form.rules()).model_dump(mode="json")
        moves = presentation.moves(board.data, board.ranked, board.tried(given))
    changed = [one for one in moves if one["is_moved"]]
    context = {
        "round": round, "form": form, "asked": asked and not form.errors,
        "enter": [one for one in moves if one["enters"]], "leave": [one for one in moves if one["leaves"]],
        "page": Paginator(changed, PAGE_SIZE).get_page(request.GET.get("page")), "query": _without_page(request),
        "as_of": board.as_of,
    }  # fmt: skip
    return render(request, "evaluation/simulation.html", context, status=422 if form.errors else 200)


def _without_page(request: DeskRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@require_safe
def snapshot(request: DeskRequest, pk: int) -> HttpResponse:
    """What the list was made from, for `kepuyue evaluation rank`."""
    found = queries.last_snapshot(get_managed(request, pk))
    if found is None:
        raise Http404
    answer = HttpResponse(ranking.canonical(found.content), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="snapshot-{found.digest[:12]}.json"'
    return answer


@require_safe
def package(request: DeskRequest) -> HttpResponse:
    """What goes to the province: letter, lists, forms, evidence of the edition's settled rounds."""
    check_manages(request.user)
    edition = edition_of(request)
    answer = HttpResponse(packing.packed(edition), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="recommendation-{edition.code}.zip"'
    return answer


@require_safe
def export(request: DeskRequest, pk: int) -> HttpResponse:
    """The list with every criterion's points; cells never become formulas."""
    round = get_managed(request, pk)
    board = queries.board(round)
    head, body = presentation.table(board.data, board.ranked)
    answer = HttpResponse(tables.to_xlsx(round.name, head, body), content_type=tables.CONTENT_TYPES["xlsx"])
    answer["Content-Disposition"] = f'attachment; filename="evaluation-{round.pk}.xlsx"'
    return answer
