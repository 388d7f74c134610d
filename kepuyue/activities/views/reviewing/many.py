"""Many at once from the queue, with a result for each."""

from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kepuyue.activities import queries
from kepuyue.activities.actions import assignment, desk
from kepuyue.activities.models import Submission
from kepuyue.activities.reviewing.forms import AssignForm, ManyForm
from kepuyue.activities.views.reviewing.queue import check_reviews, form_of, show
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Membership
from kepuyue.organizations.permissions import REVIEWING


class Ticked(NamedTuple):
    """One ticked row as it was shown: its step, and who saw to it (0: nobody; None: not said)."""

    step: int
    seen: int | None


@require_POST
def decide(request: DeskRequest) -> HttpResponse:
    """Approve, return or assign the chosen rows; each says what became of it."""
    check_reviews(request)
    form = ManyForm(request.POST)
    queue_form = form_of(request.POST.get("queue", ""))
    chosen = _chosen(request)
    if not form.is_valid():
        return show(request, queue_form, status=422, many=form)
    known = queries.reviewable_by(request.user).in_bulk(list(chosen))
    pairs = [(known[pk], ticked.step) for pk, ticked in chosen.items() if pk in known]
    if not pairs:
        form.add_error(None, _("请先勾选要处理的活动。"))
        return show(request, queue_form, status=422, many=form)
    decision, note = form.cleaned_data["decision"], form.cleaned_data["note"]
    if decision == "returned" and not note.strip():
        form.add_error("note", _("请写明需要修改什么，单位才好改。"))
        return show(request, queue_form, status=422, many=form, ticked=chosen)
    if decision == "assign":
        outcomes = _assign(request, pairs, chosen)
        if outcomes is None:
            form.add_error(None, _("请选择分办给谁。"))
            return show(request, queue_form, status=422, many=form, ticked=chosen)
    else:
        sure = [
            int(text) for text in request.POST.getlist("confirmed") if text.isdecimal() and len(text) < 12
        ]
        outcomes = desk.decide_many(pairs, decision, by=request.user, note=note, confirmed=sure)
    return show(
        request,
        queue_form,
        outcomes=outcomes,
        to_confirm=[outcome for outcome in outcomes if outcome.code == "look"],
        left=[
            (outcome.submission.pk, *chosen[outcome.submission.pk])
            for outcome in outcomes
            if outcome.code == "left"
        ],
        decided=decision,
        most=desk.MOST_AT_ONCE,
        said={"note": note, "person": request.POST.get("person", "")},
        done=sum(outcome.code == "done" for outcome in outcomes),
    )


def _chosen(request: HttpRequest) -> dict[int, Ticked]:
    """The ticked rows in their order: "12:0:7" is submission 12 at step 0, seen to by person 7 (0: by nobody)."""
    found: dict[int, Ticked] = {}
    for text in request.POST.getlist("row"):
        row, _colon, rest = text.partition(":")
        step, _colon, seen = rest.partition(":")
        if row.isdecimal() and step.isdecimal() and len(row) < 12 and len(step) < 3:
            found[int(row)] = Ticked(int(step), int(seen) if seen.isdecimal() and len(seen) < 12 else None)
    return found


def _assign(
    request: DeskRequest, pairs: list[tuple[Submission, int]], chosen: dict[int, Ticked]
) -> list[desk.Outcome] | None:
    # Of other people not even the name is told
    turns = {row.turn_id for row, _step in pairs}
    theirs = Membership.objects.filter(organization__in=turns, role__in=REVIEWING).values("user")
    people = get_user_model().objects.filter(Q(pk=request.user.pk) | Q(pk__in=theirs), is_active=True)
    form = AssignForm(request.POST, people=people)
    if not form.is_valid():
        return None
    person = form.cleaned_data["person"]
    outcomes = []
    for row, step in pairs[: desk.MOST_AT_ONCE]:
        try:
            assignment.assign(row, to=person, by=request.user, step=step, seen=chosen[row.pk].seen)
        except (ValidationError, PermissionDenied) as error:
            text = error.messages[0] if isinstance(error, ValidationError) else str(error)
            outcomes.append(desk.Outcome(row, "blocked", text))
        else:
            outcomes.append(desk.Outcome(row, "done", _("由%(name)s办理") % {"name": person.name}))
    return outcomes + desk.left_over(pairs[desk.MOST_AT_ONCE :])
