"""The superior's side: how far the branch has come, accepting, giving back, chasing, the table."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core import tables
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.summaries import progress, queries
from kepuyue.summaries.actions import chasing, deciding
from kepuyue.summaries.deadlines import days_of
from kepuyue.summaries.figures import KINDS, MEANINGS
from kepuyue.summaries.forms import BranchFilter, ReturnForm
from kepuyue.summaries.models import WAITING, Filing, Summary
from kepuyue.summaries.permissions import check_can_decide, check_oversees
from kepuyue.summaries.views.desk import BOTH, edition_of, get_seen, tabs

PAGE_SIZE = 40
IN_THE_PANEL = 6


@require_safe
def branch(request: DeskRequest) -> HttpResponse:
    """Each unit's progress, and the summaries with a box to accept many at once."""
    check_oversees(request.user)
    return show(request)


def show(request: DeskRequest, status: int = 200, **more: Any) -> HttpResponse:
    """The same page with what became of many (`outcome`) or with what was wrong (`many`)."""
    edition = edition_of(request)
    form = BranchFilter(request.GET)
    everything = list(queries.branch_summaries(request.user, edition))
    units = progress.by_unit(everything)
    rows = form.limited(queries.branch_summaries(request.user, edition)).in_turn()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    listed = [_listed(one) for one in page.object_list]
    context = {
        "tabs": tabs(request, "branch"),
        "form": form,
        "days": days_of(edition),
        "units": units,
        "totals": {
            name: sum(getattr(one, name) for one in units)
            for name in ("total", "filed", "waiting", "accepted", "missing")
        },
        "late_units": sum(one.is_late and one.missing > 0 for one in units),
        "page": page,
        "rows": listed,
        "has_waiting": any(row["is_waiting"] for row in listed),
        "sums": queries.sums(filed for one in everything if (filed := queries.standing_of(one))),
        "query": request.GET.urlencode(),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "meanings": MEANINGS,
    } | more  # fmt: skip
    return render(request, "summaries/branch.html", context, status=status)


def _listed(summary: Summary) -> dict[str, Any]:
    filed = queries.last_filed(summary)
    lines = queries.lines_of(filed) if filed else []
    return {
        "summary": summary,
        "filed": filed,
        "known": [line for line in lines if line.value is not None and line.kind.is_people],
        "corrected": sum(line.origin == "corrected" for line in lines),
        "is_waiting": summary.state in WAITING,
    }


@require_safe
def panel(request: DeskRequest) -> HttpResponse:
    """For the workbench: what waits until the person accepts it, and what the person has to file."""
    edition = edition_of(request)
    waiting = queries.branch_summaries(request.user, edition).waiting()
    due = queries.own_summaries(request.user, edition).due()
    context = {
        "waiting": list(waiting.order_by("pk")[:IN_THE_PANEL]),
        "waiting_count": waiting.count(),
        "due_count": due.count(),
        "days": days_of(edition),
    }
    return render(request, "summaries/_panel.html", context)


@require_POST
def accept(request: DeskRequest, code: str) -> HttpResponse:
    """Accept one as it was read."""
    found = get_seen(request, code)
    version = request.POST.get("version", "")
    try:
        deciding.accept(found, by=request.user, version=int(version) if version.isdecimal() else 0)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("summaries:summary", code)
    messages.success(request, _("已采纳，单位会收到消息。"))
    return redirect("summaries:branch")


@require_http_methods(BOTH)
def return_for_changes(request: DeskRequest, code: str) -> HttpResponse:
    """Give one back, with remarks at the figures."""
    found = get_seen(request, code)
    check_can_decide(request.user, found)
    filed = queries.last_filed(found)
    if filed is None or found.state not in WAITING:
        messages.warning(
            request, _("这份总结现在是“%(state)s”，不用处理。") % {"state": found.get_state_display()}
        )
        return redirect("summaries:summary", code)
    lines = queries.lines_of(filed)
    form = ReturnForm(
        request.POST if request.method == "POST" else None,
        lines=lines, more=_more(found, filed), initial={"version": found.version},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = {"note": form.cleaned_data["note"], "remarks": form.remarks()}
        try:
            deciding.return_for_changes(
                found, by=request.user, version=form.cleaned_data["version"] or 0, **said
            )
        except Conflict as conflict:
            form.add_error(None, conflict)
            form.look_at(conflict.present.version)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已退回，单位会收到消息。"))
            return redirect("summaries:branch")
    places = [(form[line.kind.key], line.shown) for line in lines if line.kind.key in form.places]
    context = {"form": form, "summary": found, "activity": found.activity, "places": places}
    return render(request, "summaries/return.html", context, status=422 if form.errors else 200)


def _more(summary: Summary, filed: Filing) -> list[str]:
    """What can be remarked on besides figures, as far as there is any."""
    return ["words"] * bool(filed.words) + ["photo"] * summary.photos.exists()


@require_http_methods(BOTH)
def chase(request: DeskRequest) -> HttpResponse:
    """Whom a press of the button would tell of what; then the press."""
    check_oversees(request.user)
    rows = queries.branch_summaries(request.user, edition_of(request)).due()
    if request.method == "POST":
        told = chasing.chase(rows, by=request.user)
        if told:
            done = ngettext("已催报%(n)s个单位。", "已催报%(n)s个单位。", len(told)) % {"n": len(told)}
            messages.success(request, done)
        else:
            messages.warning(request, _("没有要催的单位：今天都催过了，或没有过期的。"))
        return redirect("summaries:branch")
    found = chasing.late(rows)
    context = {
        "chases": found,
        "sends": sum(one.is_sent for one in found),
        "back": reverse("summaries:branch"),
    }
    return render(request, "summaries/chase.html", context)


@require_safe
def export(request: DeskRequest) -> HttpResponse:
    """One line an activity, one column a figure; cells never become formulas."""
    check_oversees(request.user)
    rows = BranchFilter(request.GET).limited(queries.branch_summaries(request.user, edition_of(request)))
    head = [_("活动编号"), _("活动名称"), _("填报单位"), _("状态"), _("种类"), _("是否迟报"),
            *(f"{kind.label}（{kind.unit}）" for kind in KINDS),
            _("改过的数字和原因"), _("几句话")]  # fmt: skip
    body = [_table_row(one) for one in rows.order_by("activity__organization__path", "activity__title", "pk")]
    answer = HttpResponse(tables.to_xlsx(_("总结"), head, body), content_type=tables.CONTENT_TYPES["xlsx"])
    answer["Content-Disposition"] = 'attachment; filename="summaries.xlsx"'
    return answer


def _table_row(summary: Summary) -> list[Any]:
    filed: Filing | None = queries.standing_of(summary) or queries.last_filed(summary)
    lines = queries.lines_of(filed) if filed else [queries.Line(kind, None) for kind in KINDS]
    values = [
        line.value / 100 if line.kind.is_share and line.value is not None else line.value for line in lines
    ]
    reasons = [
        f"{line.kind.label} {line.shown_measured} → {line.shown}：{line.reason}"
        for line in lines
        if line.reason
    ]
    activity = summary.activity
    return [
        activity.code, activity.title, activity.organization.name, summary.get_state_display(),
        filed.get_kind_display() if filed else "", (_("是") if filed.is_late else _("否")) if filed else "", *values,
        "；".join(reasons), filed.words if filed else "",
    ]  # fmt: skip
