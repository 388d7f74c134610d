"""The reviewer's side: what waits, and one submission with everything needed to decide."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.accounts.middleware import take_kept_input
from kepuyue.activities import content, forms, presentation, queries
from kepuyue.activities.actions import review as reviews
from kepuyue.activities.actions import submission as submissions
from kepuyue.activities.models import Review, Submission
from kepuyue.activities.permissions import can_review
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere


@require_safe
def queue(request: DeskRequest) -> HttpResponse:
    """What waits for this person's decision, the soonest activity first."""
    if not holds_anywhere(request.user, "review.decide"):
        raise PermissionDenied(_("只有审核人可以打开这一页。"))
    page = Paginator(queries.review_queue(request.user), 30).get_page(request.GET.get("page"))
    return render(request, "activities/queue.html", {"page": page})


@require_safe
def review(request: DeskRequest, pk: int) -> HttpResponse:
    """One submission: what changed, what to look at, what it says, and the decision."""
    submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
    kept = take_kept_input(request, sent_to=reverse("activities:decision", args=[pk])) or {}
    typed = {name: values[0] for name, values in kept.items()}
    form = forms.DecisionForm(initial={"step": submission.step, "note": typed.get("note", "")})
    return _show(request, submission, form=form, comments=_pinned(typed))


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: DeskRequest, pk: int) -> HttpResponse:
    """Pass, return or refuse; then on to the next one that waits.

    Opened by address (after signing in again, from the browser's history) it leads to the submission's page.
    """
    submission = get_object_or_404(queries.reviewable_by(request.user), pk=pk)
    if request.method != "POST":
        return redirect("activities:review", pk)
    form = forms.DecisionForm(request.POST)
    comments = _pinned(request.POST)
    if not form.is_valid():
        return _show(request, submission, form=form, comments=comments, status=422)
    decision, note, step = (form.cleaned_data[key] for key in ("decision", "note", "step"))
    if decision != Review.Decision.RETURNED and any(text.strip() for text in comments.values()):
        form.add_error(
            None, _("批注只在退回修改时发给单位。请把要说的写进“意见”并清空批注，或改选“退回修改”。")
        )
        return _show(request, submission, form=form, comments=comments, status=422)
    try:
        if decision == "approved":
            reviews.approve(submission, by=request.user, note=note, step=step)
        elif decision == "returned":
            reviews.return_for_changes(
                submission, by=request.user, note=note, comments=comments, step=step
            )  # fmt: skip
        else:
            reviews.reject(submission, by=request.user, note=note, step=step)
    except ValidationError as error:
        submission.refresh_from_db()
        form.add_error(None, error)
        return _show(request, submission, form=form, comments=comments, status=409)
    messages.success(
        request,
        {
            "approved": _("已通过：%(title)s"),
            "returned": _("已退回：%(title)s"),
            "rejected": _("未予通过：%(title)s"),
        }[decision]
        % {"title": submission.activity},
    )
    following = queries.review_queue(request.user).first()
    return redirect("activities:review", following.pk) if following else redirect("activities:reviews")


def _pinned(typed: Mapping[str, str]) -> dict[str, str]:
    return {field: typed.get(f"comment-{field}", "") for field in content.FIELDS}


def _show(
    request: DeskRequest,
    submission: Submission,
    *,
    form: forms.DecisionForm,
    comments: dict[str, str],
    status: int = 200,
) -> HttpResponse:
    edition = submission.activity.edition
    changes = {
        field: (old, new)
        for field, _label, old, new in presentation.changes_written_out(
            submissions.as_reader_would_compare(submission), edition
        )
    }
    rows = [
        {
            "field": field,
            "label": label,
            "text": text,
            "change": changes.pop(field, None),
            "comment": comments.get(field, ""),
            "internal": field in presentation.INTERNAL,
        }
        for field, label, text in presentation.written_out(submission.content, edition)
    ]
    # A field that was emptied stands in no row of its own
    names = content.labels()
    rows += [
        {
            "field": field,
            "label": names[field],
            "text": "",
            "change": change,
            "comment": comments.get(field, ""),
            "internal": field in presentation.INTERNAL,
        }
        for field, change in changes.items()
    ]
    return render(
        request,
        "activities/review.html",
        {
            "submission": submission,
            "activity": submission.activity,
            "rows": rows,
            "has_changes": any(row["change"] for row in rows),
            "checks": queries.review_checks(submission),
            "earlier": submission.activity.submissions.exclude(pk=submission.pk).prefetch_related(
                "reviews__comments", "reviews__organization", "reviews__by"
            ),
            "reviews": submission.reviews.select_related("organization", "by").prefetch_related("comments"),
            "form": form,
            "can_decide": submission.state == Submission.State.PENDING
            and can_review(request.user, submission),
        },
        status=status,
    )


@require_safe
def panel(request: DeskRequest) -> HttpResponse:
    """For the workbench: the head of the queue."""
    waiting = queries.review_queue(request.user)
    return render(request, "activities/_reviews_panel.html", {"rows": waiting[:6], "count": waiting.count()})
