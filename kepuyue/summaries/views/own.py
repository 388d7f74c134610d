"""The unit's side: what is due, one summary's page, filing one or all."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core import audit
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.summaries import measuring, queries
from kepuyue.summaries.actions import filing
from kepuyue.summaries.deadlines import days_of
from kepuyue.summaries.figures import MEANINGS
from kepuyue.summaries.forms import SummaryForm, field_label
from kepuyue.summaries.models import ACCEPTED, DUE, WAITING, WRITTEN, Filing, Summary
from kepuyue.summaries.permissions import (
    can_decide,
    can_file,
    check_can_file,
    check_files_for,
    check_files_somewhere,
)
from kepuyue.summaries.reporting import letter as reporting
from kepuyue.summaries.views.desk import BOTH, edition_of, get_seen, tabs

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DONE = ACCEPTED - WRITTEN


@require_safe
def own(request: DeskRequest) -> HttpResponse:
    """What the person's units have to file, what waits above, what was accepted."""
    check_files_somewhere(request.user)
    return show(request)


def show(request: DeskRequest, status: int = 200, **more: Any) -> HttpResponse:
    """The same page with what became of many (`outcome`) or with what was wrong (`many`)."""
    edition = edition_of(request)
    summaries = list(queries.own_summaries(request.user, edition).order_by("activity__title", "pk"))
    to_write = [one for one in summaries if one.state in WRITTEN]
    measured = measuring.measured_of(one.activity for one in to_write)
    rows = [_row(one, measured[one.activity_id]) for one in to_write]
    unit = summaries[0].activity.organization if summaries else None
    context = {
        "tabs": tabs(request, "own"),
        "days": days_of(edition, unit),
        "rows": rows,
        "ready": sum(row["is_ready"] for row in rows),
        "waiting": [one for one in summaries if one.state in WAITING],
        "done": [one for one in summaries if one.state in DONE],
        "count": len(summaries),
        "filed": sum(one.state not in DUE for one in summaries),
        "meanings": MEANINGS,
        "letters": list({one.activity.organization for one in summaries if one.state in WAITING | ACCEPTED}),
    } | more  # fmt: skip
    return render(request, "summaries/own.html", context, status=status)


@require_safe
def letter(request: DeskRequest, unit: str) -> HttpResponse:
    """The letter with which a unit sends what it has filed, as a Word file for its own number and seal."""
    organization = get_object_or_404(Organization, code=unit)
    check_files_for(request.user, organization)
    edition = edition_of(request)
    try:
        data = reporting.as_word(organization, edition)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("summaries:own")
    answer = HttpResponse(data, content_type=DOCX)
    name = quote(f"{organization.name}报送总结的函")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}.docx"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _row(summary: Summary, measured: measuring.Measured) -> dict[str, Any]:
    draft = queries.draft_of(summary)
    lines = queries.lines_of(draft, measured) if draft else []
    return {
        "summary": summary,
        "known": [line for line in lines if line.value is not None and not line.kind.is_fixed],
        "is_ready": not filing.problems_of(lines),
        "is_untouched": draft is not None and not draft.figures.all(),
    }


@require_http_methods(BOTH)
def summary(request: DeskRequest, code: str) -> HttpResponse:
    """One summary: a form while the unit writes, else what was filed; saved as it is typed."""
    found = get_seen(request, code)
    draft = queries.draft_of(found)
    is_written = can_file(request.user, found) and found.state in WRITTEN and draft is not None
    if request.method == "POST":
        check_can_file(request.user, found)
    if not is_written or draft is None:
        if request.method == "POST":
            messages.warning(
                request, _("这份总结现在是“%(state)s”，不能修改。") % {"state": found.get_state_display()}
            )
            return redirect("summaries:summary", code)
        return render(request, "summaries/summary.html", _context(request, found))
    lines = queries.lines_of(draft, measuring.measured(found.activity))
    options: dict[str, Any] = {"draft": draft, "lines": lines, "version": found.version}
    form = SummaryForm(request.POST if request.method == "POST" else None, **options)
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            found = _written(request, found, form)
        except Conflict as conflict:
            if not request.htmx:
                theirs = _theirs(form, conflict.present)
            else:
                told = _(
                    "刚刚有人改过这份总结，自动保存停了。您填的都还在：点“只保存”，会列出不同的地方，由您决定。"
                )
                return _saved(request, form, told)
        except filing.NotReady as error:
            form.take(error.message_dict)
            form.look_at(get_seen(request, code).version)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if request.htmx:
                return _saved(request, form, version=found.version)
            is_filed = request.POST.get("then") == "file"
            messages.success(request, _("已报送，上级单位会收到消息。") if is_filed else _("已保存。"))
            return redirect("summaries:own") if is_filed else redirect("summaries:summary", code)
    if request.htmx and request.method == "POST":
        return _saved(request, form, _("有的数字还要改，改好后再保存。"))
    context = _context(request, found) | {"form": form, "theirs": theirs, "lines": lines}
    return render(request, "summaries/edit.html", context, status=_status(form, theirs))


def _theirs(form: SummaryForm, present: Summary) -> list[tuple[str, str, str]]:
    """What the person typed and somebody else typed otherwise; what only the other changed is taken over."""
    draft = queries.draft_of(present)
    assert draft is not None  # a conflict is told of what is being written only
    lines = queries.lines_of(draft, measuring.measured(present.activity))
    theirs = SummaryForm(draft=draft, lines=lines, version=present.version)
    form.leave_to(theirs, queries.before(present, form.cleaned_data["version"] or 0))
    form.add_error(None, Conflict(present))
    form.look_at(present.version)
    return form.differing_from(theirs)


def _status(form: SummaryForm, theirs: Any) -> int:
    return (409 if theirs is not None else 422) if form.is_bound and form.errors else 200


def _written(request: DeskRequest, found: Summary, form: SummaryForm) -> Summary:
    files = request.POST.get("then") == "file" and not request.htmx
    act = filing.write_and_file if files else filing.write
    return act(found, form.typed(), by=request.user, version=form.cleaned_data["version"] or 0)


def _saved(
    request: DeskRequest, form: SummaryForm, not_saved: str = "", version: int | None = None
) -> HttpResponse:
    context = {
        "version": version if version is not None else form["version"].value(),
        "not_saved": not_saved,
        "saved_at": timezone.localtime(),
    }
    answer = render(request, "summaries/edit.html#save_state", context)
    if not not_saved:
        answer["HX-Trigger"] = "saved"
    return answer


def _context(request: DeskRequest, found: Summary) -> dict[str, Any]:
    filed = queries.last_filed(found)
    writes = can_file(request.user, found)
    sides = [one for one in found.filings.all() if one.filed_at is not None]
    days = days_of(found.activity.edition, found.activity.organization)
    return {
        "summary": found,
        "activity": found.activity,
        "days": days,
        "filed": filed,
        "lines": queries.lines_of(filed) if filed else [],
        "remarks": [(field_label(one.field), one.text) for one in filed.annotations.all()] if filed else [],
        "returned": filed if filed and filed.decision == Filing.Decision.RETURNED else None,
        "compared": compared(sides),
        "may_file": writes,
        "may_take_back": writes and found.state in WAITING,
        "may_supplement": writes and not days.is_closed and found.state in DONE,
        "may_decide": found.state in WAITING and can_decide(request.user, found),
        "meanings": MEANINGS,
        "trail": audit.trail(found)[:20],
    }  # fmt: skip


def compared(filings: list[Filing]) -> list[tuple[Any, queries.Line, queries.Line]]:
    """(kind, provisional, supplement) of what was filed first and last; nothing where there is no supplement."""
    firsts = [one for one in filings if one.kind == Filing.Kind.PROVISIONAL]
    supplements = [one for one in filings if one.kind == Filing.Kind.SUPPLEMENT]
    if not firsts or not supplements:
        return []
    pairs = zip(queries.lines_of(firsts[-1]), queries.lines_of(supplements[-1]), strict=True)
    return [(old.kind, old, new) for old, new in pairs if old.value is not None or new.value is not None]


@require_POST
def take_back(request: DeskRequest, code: str) -> HttpResponse:
    """Take back what was filed and not decided about."""
    return _pressed(request, code, filing.take_back, _("已取回，可以修改后再报送。"))


@require_POST
def supplement(request: DeskRequest, code: str) -> HttpResponse:
    """Begin a supplement of what was accepted."""
    return _pressed(
        request, code, filing.supplement, _("可以补报了。原来的数字仍然有效，补报采纳后以新的为准。")
    )


def _pressed(request: DeskRequest, code: str, press: Any, done: str) -> HttpResponse:
    found = get_seen(request, code)
    try:
        press(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, done)
    return redirect("summaries:summary", code)
