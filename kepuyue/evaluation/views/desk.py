"""What every page of this room begins with, and the page that it begins at."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.evaluation import queries
from kepuyue.evaluation.models import Candidate, Judge, Round
from kepuyue.evaluation.permissions import check_manages, check_takes_part, judge_of
from kepuyue.organizations.permissions import holds_anywhere, organizations_where

BOTH = ("GET", "HEAD", "POST")
PAGE_SIZE = 50


def edition_of(request: DeskRequest) -> Edition:
    """The current edition; without one there is nothing to see."""
    found: Edition = get_object_or_404(
        Edition.objects.select_related("office"), pk=request.edition.pk if request.edition else 0
    )
    return found


def get_managed(request: DeskRequest, pk: int) -> Round:
    """A round, for those who run it."""
    check_manages(request.user)
    found: Round = get_object_or_404(Round.objects.select_related("edition__office"), pk=pk)
    check_manages(request.user, found)
    return found


def get_candidate(request: DeskRequest, pk: int) -> Candidate:
    """A candidate, or 404 where the person may not know of it."""
    return get_object_or_404(queries.candidates_seen(request.user), pk=pk)


def get_judge(request: DeskRequest, pk: int) -> Judge:
    """The person as a judge of a round; 404 for others."""
    if not holds_anywhere(request.user, "evaluation.score"):
        raise PermissionDenied
    round = get_object_or_404(Round.objects.select_related("edition__office"), pk=pk)
    judge = judge_of(request.user, round)
    return get_object_or_404(
        Judge.objects.select_related("round__edition__office", "user"), pk=judge.pk if judge else 0
    )


@require_safe
def home(request: DeskRequest) -> HttpResponse:
    """What the person has to do here: run, put forward, recommend, judge."""
    check_takes_part(request.user)
    edition = edition_of(request)
    is_office = holds_anywhere(request.user, "evaluation.manage")
    # The office finds all of them in the rounds
    units = [] if is_office else organizations_where(request.user, "evaluation.recommend")
    recommended = queries.recommended_by(units, edition)
    all_rounds = list(queries.rounds_of(edition))
    context: dict[str, Any] = {
        "is_office": is_office,
        "rounds": all_rounds if is_office else [],
        "has_settled": is_office and any(one.state == Round.State.SETTLED for one in all_rounds),
        "open_rounds": [one for one in all_rounds if one.state == Round.State.APPLYING],
        "may_apply": holds_anywhere(request.user, "evaluation.apply"),
        "own": list(queries.own_candidates(request.user, edition)),
        "to_recommend": list(queries.to_recommend(request.user, edition)),
        "recommended": Paginator(recommended, PAGE_SIZE).get_page(request.GET.get("page")),
        "recommends": holds_anywhere(request.user, "evaluation.recommend"),
        "judging": list(queries.judging_of(request.user)),
    }
    return render(request, "evaluation/home.html", context)
