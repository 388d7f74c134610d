"""One submission with everything needed to decide, and the decision."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.middleware import take_kept_input
from kepuyue.activities import content, forms, queries
from kepuyue.activities.actions import assignment, desk, links
from kepuyue.activities.models import Assignment, Remark, Review, Submission
from kepuyue.activities.permissions import can_review
from kepuyue.activities.reviewing import checks, queue, reading
from kepuyue.activities.views.reviewing.queue import address, due_of, form_of, last_decision, numbers
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import REVIEWING, memberships


@require_safe
def review(request: DeskRequest, pk: int) -> HttpResponse:
    """One submission: what changed, what to look at, what it says, and the decision."""
    submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
    kept = take_kept_input(request, sent_to=reverse("activities:decision", args=[pk])) or {}
    typed = {name: values[0] for name, values in kept.items()}
    form = forms.DecisionForm(
        initial={"step": submission.step, "note": typed.get("note", ""), "queue": request.GET.urlencode()},
        remarks=usable_remarks(request),
    )
    return _show(request, submission, form=form, comments=_pinned(typed))


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: DeskRequest, pk: int) -> HttpResponse:
    """Pass, return or refuse; then on to the next one that waits.

    Opened by address (after signing in again, from the browser's history) it leads to the submission's page.
    """
    submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
    if request.method != "POST":
        return redirect("activities:review", pk)
    form = forms.DecisionForm(request.POST, remarks=usable_remarks(request))
    comments = _pinned(request.POST)
    if not form.is_valid():
        return _show(request, submission, form=form, comments=comments, status=422)
    decision, note, step = (form.cleaned_data[key] for key in ("decision", "note", "step"))
    chosen = form.cleaned_data["remarks"]
    if decision == Review.Decision.RETURNED:
        note, comments = reading.with_remarks(note, comments, chosen)
    if decision != Review.Decision.RETURNED and any(text.strip() for text in comments.values()):
        form.add_error(
            None, _("批注只在退回修改时发给单位。请把要说的写进“意见”并清空批注，或改选“退回修改”。")
        )
        return _show(request, submission, form=form, comments=comments, status=422)
    queue_form = form_of(form.cleaned_data["queue"])
    if reading.moved_on(submission, since_step=step):
        return _show_moved_on(request, submission, form, comments)
    before = numbers(request, queue_form)
    try:
        desk.decide(
            submission, decision, by=request.user, note=note, comments=comments, step=step,
            remarks=[remark.pk for remark in chosen],
            accepts=form.cleaned_data["accepts"],
        )  # fmt: skip
    except ValidationError as error:
        submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
        if reading.moved_on(submission, since_step=step):
            return _show_moved_on(request, submission, form, comments)
        form.add_error(None, error)
        return _show(request, submission, form=form, comments=comments, status=409)
    except PermissionDenied:
        # Decided by a colleague a moment ago, so that it is another unit's turn by now
        submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
        if not reading.moved_on(submission, since_step=step):
            raise
        return _show_moved_on(request, submission, form, comments)
    left = numbers(request, queue_form)
    following = _following(before, left, pk)
    if request.htmx and following:
        following_row = get_object_or_404(queries.reviewable_by(request.user), pk=following)
        next_form = forms.DecisionForm(
            initial={"step": following_row.step, "queue": queue_form.query()}, remarks=usable_remarks(request)
        )
        answer = _show(
            request, following_row, form=next_form, comments={}, query=queue_form.query(), in_order=left
        )
        answer["HX-Push-Url"] = _address(following, queue_form.query())
        return answer
    messages.success(
        request,
        {
            "approved": _("已通过：%(title)s"),
            "returned": _("已退回：%(title)s"),
            "rejected": _("未予通过：%(title)s"),
        }[decision]
        % {"title": submission.activity},
    )
    onward = _address(following, queue_form.query()) if following else address(queue_form.query())
    if request.htmx:
        answer = HttpResponse()
        answer["HX-Redirect"] = onward
        return answer
    return redirect(onward)


def _show_moved_on(
    request: DeskRequest, submission: Submission, form: forms.DecisionForm, comments: dict[str, str]
) -> HttpResponse:
    """Both texts side by side, with what was typed: in the form of what waits now, or at least to be copied."""
    moved = reading.moved_on(submission, since_step=form.cleaned_data["step"])
    shown = submission
    if moved and moved.newer and can_review(request.user, moved.newer):
        shown = get_object_or_404(queries.reviewable_by(request.user), pk=moved.newer.pk)
    again = forms.DecisionForm(
        initial={
            "step": shown.step, "note": form.cleaned_data["note"], "queue": form.cleaned_data["queue"],
            "remarks": form.cleaned_data["remarks"],
        },
        remarks=usable_remarks(request),
    )  # fmt: skip
    answer = _show(
        request,
        shown,
        form=again,
        comments=comments,
        status=409,
        query=form.cleaned_data["queue"],
        moved=moved,
    )
    if shown.pk != submission.pk and request.htmx:
        answer["HX-Push-Url"] = _address(shown.pk, form_of(form.cleaned_data["queue"]).query())
    return answer


@require_POST
def take_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Undo one's own approval before the next unit has seen it."""
    submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
    try:
        desk.take_back(submission, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("已收回，请重新决定。"))
    return redirect(with_queue(request, pk))


@require_safe
def presence(request: DeskRequest, pk: int) -> HttpResponse:
    """Who else is looking just now; asked again while the page is open."""
    submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
    others = assignment.look(submission, by=request.user) if can_review(request.user, submission) else []
    return render(request, "activities/_presence.html", {"others": others, "submission": submission})


def usable_remarks(request: DeskRequest) -> Any:
    """The remarks of the person's reviewing units, then those that the office shares."""
    own = [m.organization_id for m in memberships(request.user) if m.role in REVIEWING]
    return Remark.objects.filter(Q(organization__in=own) | Q(is_shared=True)).order_by(
        "is_shared", "position", "pk"
    )


def with_queue(request: DeskRequest, pk: int) -> str:
    """The submission's page, as part of the queue that came along."""
    return _address(pk, form_of(request.POST.get("queue", "")).query())


def _address(pk: int, query: str) -> str:
    return reverse("activities:review", args=[pk]) + (f"?{query}" if query else "")


def _following(before: list[int], now_there: list[int], pk: int) -> int | None:
    """The next in the order in which the person worked; at its end, what is left from the head."""
    left = set(now_there)
    place = before.index(pk) if pk in before else -1
    later = [number for number in before[place + 1 :] if number in left]
    return next(iter([*later, *(number for number in now_there if number != pk)]), None)


def _pinned(typed: Mapping[str, str]) -> dict[str, str]:
    return {field: typed.get(f"comment-{field}", "") for field in content.FIELDS}


def _unsent(form: forms.DecisionForm, comments: dict[str, str]) -> list[tuple[Any, str]]:
    """What was typed where there is no form any more to hold it: (label, text)."""
    names = content.labels()
    typed = [(form.fields["note"].label, form.initial.get("note") or "")]
    typed += [(names[field], text) for field, text in comments.items()]
    return [(label, text) for label, text in typed if text.strip()]


def _show(
    request: DeskRequest,
    submission: Submission,
    *,
    form: forms.DecisionForm,
    comments: dict[str, str],
    status: int = 200,
    query: str | None = None,
    in_order: list[int] | None = None,
    moved: reading.MovedOn | None = None,
) -> HttpResponse:
    can_decide = submission.state == Submission.State.PENDING and can_review(request.user, submission)
    others = assignment.look(submission, by=request.user) if can_decide else []
    if submission.state == Submission.State.PENDING:
        links.ask_for(submission)
    beside = checks.of(submission, reader=request.user)
    queue_form = form_of(query if query is not None else request.POST.get("queue", request.GET.urlencode()))
    if in_order is None:
        in_order = numbers(request, queue_form) if can_decide else []
    previous, following = queue.neighbors(in_order, submission.pk)
    seen_to = (
        Assignment.objects.filter(submission=submission, step=submission.step)
        .select_related("person")
        .first()
        if submission.state == Submission.State.PENDING
        else None
    )
    colleagues = queue.colleagues(submission.turn) if submission.turn and can_decide else []
    if seen_to and seen_to.person_id not in {person.pk for person in colleagues} | {request.user.pk}:
        seen_to = None  # somebody who has left keeps nothing
    query = queue_form.query()
    context = {
        "submission": submission,
        "activity": submission.activity,
        "due": due_of(submission),
        "rows": (rows := reading.rows(submission, comments, beside.hits)),
        "has_changes": any(row["change"] for row in rows),
        "asked": reading.asked_last_time(submission),
        "checks": beside.checks,
        "twins": beside.twins,
        "earlier": submission.activity.submissions.exclude(pk=submission.pk).prefetch_related(
            "reviews__comments", "reviews__organization", "reviews__by"
        ),
        "reviews": submission.reviews.select_related("organization", "by").prefetch_related("comments"),
        "form": form,
        "can_decide": can_decide,
        "to_accept": queries.to_accept(submission) if can_decide else {},
        "accepted": form["accepts"].value() or [],
        "remarks": list(form.fields["remarks"].queryset[:20]) if can_decide else [],  # type: ignore[attr-defined]
        "others": others,
        "seen_to": seen_to,
        "colleagues": colleagues,
        "query": query,
        "place": (in_order.index(submission.pk) + 1 if submission.pk in in_order else None, len(in_order)),
        "previous": _address(previous, query) if previous else "",
        "following": _address(following, query) if following else "",
        "back": address(query),
        "last": last_decision(request),
        "moved": moved,
        "unsent": _unsent(form, comments) if moved and not can_decide else [],
    }
    template = "activities/review.html#review" if request.htmx else "activities/review.html"
    return render(request, template, context, status=status)
