"""The queue: what waits, how urgent it is, who sees to it."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kepuyue.activities.actions import desk, remarks
from kepuyue.activities.models import Review, Sampling, SavedFilter, Submission
from kepuyue.activities.reviewing import deadlines, queue
from kepuyue.activities.reviewing.forms import TABS, FilterForm, ManyForm, QueueForm
from kepuyue.core.time import now
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import holds_anywhere
from kepuyue.organizations.queries import found_by

ROWS_A_PAGE = 50
UNITS_OFFERED = 12
SAMPLING = "sampling"  # the tab whose rows are publications that were drawn


def check_reviews(request: DeskRequest) -> None:
    """The desk is for people who review somewhere."""
    if not holds_anywhere(request.user, "review.decide"):
        raise PermissionDenied(_("只有审核人可以打开这一页。"))


@require_safe
def reviews(request: DeskRequest) -> HttpResponse:
    """What waits for this person's decision, by tabs, search and saved filters."""
    check_reviews(request)
    form = QueueForm(request.GET)
    if word := request.GET.get("unit_name", "").strip()[:60]:
        return _pick_unit(request, form, word)
    return show(request, form)


def _pick_unit(request: DeskRequest, form: QueueForm, word: str) -> HttpResponse:
    """The unit that was typed: the one of that name, the only one that the word leads to, or a choice of them."""
    waiting = queue.units_waiting(request.user)
    found = list(waiting.filter(name=word)[:UNITS_OFFERED]) or list(found_by(waiting, word)[:UNITS_OFFERED])
    if len(found) == 1:
        return redirect(address(form.query(unit=found[0].code)))
    offered = [{"unit": one, "href": address(form.query(unit=one.code))} for one in found]
    return show(request, form, units=offered, unit_word=word)


@require_safe
def units(request: DeskRequest) -> HttpResponse:
    """For the field in which a unit is picked: the first few that the typed word leads to, as options."""
    check_reviews(request)
    word = request.GET.get("unit_name", "").strip()[:60]
    found = found_by(queue.units_waiting(request.user), word)[:UNITS_OFFERED]
    return render(request, "activities/_queue_units.html", {"units": found})


def unit_chosen(chosen: dict[str, str]) -> Organization | None:
    """The unit that the queue is narrowed to; a merged one is followed to the survivor."""
    if not chosen["unit"]:
        return None
    found = Organization.objects.filter(code=chosen["unit"]).select_related("merged_into").first()
    return found and (found.merged_into or found)


def sampled(request: DeskRequest, chosen: dict[str, str]) -> QuerySet[Sampling]:
    """What was drawn, as this person looks at it."""
    unit = unit_chosen(chosen)
    return queue.samplings(request.user, q=chosen["q"], unit=unit.path if unit else "", sort=chosen["sort"])


def sampled_numbers(request: DeskRequest, form: QueueForm) -> list[int]:
    """The numbers of what was drawn, in the order in which this person looks at it."""
    return list(sampled(request, form.chosen()).values_list("pk", flat=True))


def show(request: DeskRequest, form: QueueForm, *, status: int = 200, **more: Any) -> HttpResponse:
    """The queue's page; `more` is what a batch of decisions has to tell."""
    chosen = form.chosen()
    waiting = queue.with_urgency(queue.waiting_for(request.user))
    unit = unit_chosen(chosen)
    is_sampling = chosen["show"] == SAMPLING
    found: QuerySet[Any] = (
        sampled(request, chosen)
        if is_sampling
        else queue.ordered(
            queue.shown(
                queue.narrowed(
                    waiting, request.user, show=chosen["show"], q=chosen["q"], unit=unit.path if unit else ""
                )
            ),
            chosen["sort"],
        )
    )
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    listed: list[Any] = [] if is_sampling else list(page.object_list)
    people = get_user_model().objects.in_bulk({row.assignee for row in listed if row.assignee})
    for row in listed:
        row.seen_to_by = people.get(row.assignee)
        row.due = due_of(row)
    counts = queue.counts(request.user) | {SAMPLING: queue.samplings(request.user).count()}
    units = queue.reviewing_units(request.user)
    return render(
        request,
        "activities/queue.html",
        {
            "page": page,
            "form": form,
            "chosen": chosen,
            "query": form.query(),
            "tabs": [
                {
                    "label": label,
                    "href": address(form.query(show=name)),
                    "current": chosen["show"] == name,
                    "count": counts[name],
                }
                for name, label in TABS
            ],
            "filters": [
                {"row": row, "label": row.name, "href": address(row.query), "on": row.query == form.query()}
                for row in SavedFilter.objects.filter(person=request.user)
            ],
            "desks": [(unit, queue.loads(unit)) for unit in units],
            "many": more.pop("many", ManyForm()),
            "last": last_decision(request),
            "waiting": counts["all"] + counts[SAMPLING],
            "unit": unit,
            "units": more.pop("units", []),
            "without_unit": address(form.query(unit="")),
            "is_sampling": is_sampling,
            "counts_sampling": counts[SAMPLING],
        }
        | more,
        status=status,
    )


def due_of(row: Submission) -> dict[str, Any] | None:
    """By when the step should be decided, in words, and how it looks."""
    due = deadlines.due_day(row)
    if due is None:
        return None
    edition = row.activity.edition
    left = (due - edition.today).days
    return {
        "day": due,
        "words": deadlines.due_words(due, edition),
        "tone": "warn" if left < 0 else "moon" if left <= 1 else "idle",
    }


def address(query: str) -> str:
    """The queue's address with this query."""
    return reverse("activities:reviews") + (f"?{query}" if query else "")


def form_of(query: str) -> QueueForm:
    """A way of looking at the queue that came along in a form or a link; anything strange in it is dropped."""
    data = QueryDict(mutable=True)
    data.update(dict(parse_qsl(query[:400])))
    return QueueForm(data)


def numbers(request: DeskRequest, form: QueueForm) -> list[int]:
    """The numbers of the rows as this person looks at them, in their order."""
    chosen = form.chosen()
    rows = queue.with_urgency(queue.waiting_for(request.user))
    unit = unit_chosen(chosen)
    show = "all" if chosen["show"] == SAMPLING else chosen["show"]
    rows = queue.narrowed(rows, request.user, show=show, q=chosen["q"], unit=unit.path if unit else "")
    return list(queue.ordered(rows, chosen["sort"]).values_list("pk", flat=True))


def last_decision(request: DeskRequest) -> dict[str, Any] | None:
    """What the person decided a moment ago, and whether it can still be taken back."""
    last = (
        Review.objects.filter(by=request.user, at__gte=now() - desk.TAKE_BACK)
        .exclude(decision=Review.Decision.TAKEN_BACK)
        .select_related("submission__activity")
        .order_by("-pk")
        .first()
    )
    if last is None:
        return None
    return {"review": last, "can_take_back": desk.can_take_back(last.submission, by=request.user)}


@require_safe
def panel(request: DeskRequest) -> HttpResponse:
    """For the workbench: the head of the queue."""
    rows = queue.ordered(queue.shown(queue.with_urgency(queue.waiting_for(request.user))), "urgency")
    return render(request, "activities/_reviews_panel.html", {"rows": rows[:6], "count": rows.count()})


@require_safe
def help_page(request: DeskRequest) -> HttpResponse:
    """How the desk works, for somebody who has never seen it."""
    check_reviews(request)
    return render(
        request, "activities/reviews_help.html", {"back": int(desk.TAKE_BACK.total_seconds() // 60)}
    )


@require_safe
def figures(request: DeskRequest) -> HttpResponse:
    """Who is late with what in review; the office sees every unit, a district its own branch."""
    check_reviews(request)
    rows = queue.figures(request.user)
    totals = {"waiting": sum(row.waiting for row in rows), "late": sum(row.late for row in rows)}
    late: list[Any] = list(queue.shown(
        queue.with_urgency(Submission.objects.filter(deadlines.overdue_anywhere()).filter(
            pk__in=queue.overseen(request.user).values("pk")
        ))
    ).order_by("turn_since", "pk")[:30])  # fmt: skip
    people = get_user_model().objects.in_bulk({row.assignee for row in late if row.assignee})
    for row in late:
        row.seen_to_by, row.due = people.get(row.assignee), due_of(row)
    return render(request, "activities/reviews_figures.html", {"rows": rows, "totals": totals, "late": late})


@require_POST
def save_filter(request: DeskRequest) -> HttpResponse:
    """Keep the present way of looking at the queue under a name."""
    check_reviews(request)
    form = FilterForm(request.POST)
    queue_form = form_of(request.POST.get("query", ""))
    if not form.is_valid():
        return show(request, queue_form, status=422, filter_form=form)
    try:
        remarks.save_filter(by=request.user, name=form.cleaned_data["name"].strip(), query=queue_form.query())
    except ValidationError as error:
        form.add_error("name", error)
        return show(request, queue_form, status=422, filter_form=form)
    messages.success(request, _("已保存筛选“%(name)s”。") % {"name": form.cleaned_data["name"]})
    return redirect(address(queue_form.query()))


@require_POST
def remove_filter(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a filter from one's own list."""
    row = get_object_or_404(SavedFilter, pk=pk, person=request.user)
    remarks.drop_filter(row, by=request.user)
    messages.success(request, _("已删除筛选“%(name)s”。") % {"name": row.name})
    return redirect("activities:reviews")
