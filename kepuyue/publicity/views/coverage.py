"""The register of media coverage at the desk: the list with its totals, one row, recording and deciding."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core import audit, tables, wording
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import holds_anywhere, organizations_where
from kepuyue.publicity import queries
from kepuyue.publicity.actions import recording
from kepuyue.publicity.desk import edition_of
from kepuyue.publicity.forms.coverage import CoverageFilter, CoverageForm
from kepuyue.publicity.models import Coverage
from kepuyue.publicity.permissions import can_change, can_confirm, check_can_confirm, check_reads_coverage
from kepuyue.publicity.views.desk import posted, tabs, theirs_written_out
from kepuyue.resources.forms.fields import ReasonForm

PAGE_SIZE = 30
IN_THE_PANEL = 6
MOST_DAYS = 62  # of the chart by day; earlier ones are in the file
BOTH = ("GET", "HEAD", "POST")


@require_safe
def coverage_list(request: DeskRequest) -> HttpResponse:
    """What was recorded, filtered, with totals by day, outlet kind, form and district."""
    check_reads_coverage(request.user)
    edition = edition_of(request)
    form = CoverageFilter(request.GET)
    seen = queries.coverage_seen_by(request.user, edition)
    rows = form.limited(seen)
    page = Paginator(
        rows.select_related("organization__district").prefetch_related("activities", "units"), PAGE_SIZE
    ).get_page(request.GET.get("page"))
    listed = list(page.object_list)
    checks = queries.link_checks(listed)
    found = queries.totals(rows, beyond=_("市级单位"))
    context = {
        "tabs": tabs(request, "coverage"),
        "form": form,
        "page": page,
        "rows": [(one, checks.get(one.link)) for one in listed],
        "found": found,
        "days": day_columns(found.by_day),
        "most": max([count for _label, count in (*found.by_level, *found.by_medium, *found.by_district)], default=0),
        "waiting": queries.coverage_to_confirm(request.user, edition).count(),
        "query": request.GET.urlencode(),
        "may_record": holds_anywhere(request.user, "coverage.record"),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }  # fmt: skip
    return render(request, "publicity/coverage_list.html", context)


@require_safe
def panel(request: DeskRequest) -> HttpResponse:
    """For the workbench: reports that wait until the person confirms them."""
    waiting = queries.coverage_to_confirm(request.user, edition_of(request)).select_related("organization")
    rows = list(waiting.order_by("published_on", "pk")[:IN_THE_PANEL])
    return render(request, "publicity/_panel.html", {"rows": rows, "count": waiting.count()})


def day_columns(by_day: list[tuple[Any, int]]) -> dict[str, Any]:
    """The days as columns of a drawing 100 high; empty where nothing was published."""
    if not by_day:
        return {}
    counts, last = dict(by_day), by_day[-1][0]
    first = max(by_day[0][0], last - timedelta(days=MOST_DAYS - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    most = max(counts.get(day, 0) for day in days)
    columns = [
        {"x": 12 * place, "y": 100 - (height := round(100 * counts[day] / most, 1)), "height": height,
         "title": wording.labelled(wording.day_text(day), counts[day])}
        for place, day in enumerate(days) if counts.get(day)
    ]  # fmt: skip
    busiest = max(days, key=lambda day: (counts.get(day, 0), day))
    return {
        "width": 12 * max(len(days), 20),
        "columns": columns,
        "first": wording.day_text(first, weekday=False),
        "last": wording.day_text(last, weekday=False),
        "busiest": wording.day_text(busiest),
        "most": most,
    }


@require_safe
def export(request: DeskRequest, form: str) -> HttpResponse:
    """The rows of the filter as a workbook or as CSV; cells never become formulas."""
    check_reads_coverage(request.user)
    if form not in tables.CONTENT_TYPES:
        raise Http404
    seen = queries.coverage_seen_by(request.user, edition_of(request))
    rows = CoverageFilter(request.GET).limited(seen)
    rows = rows.select_related("organization__district").prefetch_related("activities", "units")
    head = [
        _("报道日期"), _("媒体名称"), _("媒体级别"), _("报道形式"), _("报道标题"), _("报道网址"), _("阅读或收看量"),
        _("报道的活动"), _("报道的单位"), _("登记单位"), _("所属区"), _("状态"),
    ]  # fmt: skip
    body = [
        [
            one.published_on.isoformat(), one.outlet, one.get_level_display(), one.get_medium_display(), one.title,
            one.link, one.reads, wording.clauses(f"{it.code} {it.title}" for it in one.activities.all()),
            wording.clauses(it.name for it in one.units.all()), one.organization.name,
            one.organization.district.name_for_reader if one.organization.district else _("市级单位"),
            one.get_state_display(),
        ]
        for one in rows
    ]  # fmt: skip
    written = tables.to_xlsx(_("媒体报道"), head, body) if form == "xlsx" else tables.to_csv(head, body)
    answer = HttpResponse(written, content_type=tables.CONTENT_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="coverage.{form}"'
    return answer


@require_http_methods(BOTH)
def new(request: DeskRequest) -> HttpResponse:
    """Record a report; whoever may confirm it can do both at once."""
    organizations = recording_units(request)
    edition = edition_of(request)
    form = CoverageForm(
        posted(request), edition=edition, organizations=organizations, initial=_about(request)
    )
    if request.method == "POST" and form.is_valid():
        unit = form.cleaned_data["organization"]
        try:
            made = recording.record(
                edition=edition, organization=unit, by=request.user, facts=form.facts(),
                token=form.cleaned_data["token"] or uuid4(),
            )  # fmt: skip
        except recording.AlreadyRecorded as twice:
            form.add_error(None if twice.known is None else "link", twice.messages[0])
            form.known = twice.known  # type: ignore[attr-defined]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if request.POST.get("then") == "confirm" and can_confirm(request.user, made):
                if made.state == Coverage.State.RECORDED:
                    recording.confirm(made, by=request.user, version=made.version)
                messages.success(request, _("已登记并确认，公众现在可以看到。"))
            else:
                messages.success(request, _("已登记，上级单位确认后公开。"))
            return redirect("publicity:coverage", made.pk)
    return _form_page(request, form, has_unit=organizations.exists())


def recording_units(request: DeskRequest) -> QuerySet[Organization]:
    """The person's confirmed units for which they record; none yet where all of theirs still wait to be confirmed."""
    units = (
        organizations_where(request.user, "coverage.record").filter(memberships__user=request.user).distinct()
    )
    if not units:
        raise PermissionDenied(_("媒体报道由已确认单位的填报人和负责人登记。"))
    return units.filter(state=Organization.State.ACTIVE)


def _about(request: DeskRequest) -> dict[str, Any]:
    """Where one comes from an activity's page, that activity is named already."""
    code = request.GET.get("activity", "")
    return {"activities": code} if code.isalnum() else {}


def _form_page(request: DeskRequest, form: CoverageForm, coverage: Coverage | None = None,
               theirs: Any = None, has_unit: bool = True) -> HttpResponse:  # fmt: skip
    edition = edition_of(request)
    known = getattr(form, "known", None)
    seen = known and queries.coverage_seen_by(request.user, edition).filter(pk=known.pk).exists()
    context = {
        "form": form,
        "coverage": coverage,
        "theirs": theirs,
        "has_unit": has_unit,
        "known": known if seen else None,
        "outlets": list(queries.outlets(edition)[:300]),
        "may_confirm": holds_anywhere(request.user, "coverage.confirm"),
    }
    status = (409 if theirs is not None else 422) if form.errors else 200
    return render(request, "publicity/coverage_edit.html", context, status=status)


def get_seen(request: DeskRequest, pk: int) -> Coverage:
    """The row, or 404 where the person may not know of it."""
    rows = queries.coverage_seen_by(request.user, edition_of(request))
    return get_object_or_404(rows.select_related("organization", "edition", "recorded_by"), pk=pk)


@require_safe
def coverage(request: DeskRequest, pk: int) -> HttpResponse:
    """One row: what was recorded, what its address answered, and what the person may do with it."""
    found = get_seen(request, pk)
    may_decide, may_change = can_confirm(request.user, found), can_change(request.user, found)
    is_there = found.state != Coverage.State.WITHDRAWN
    context = {
        "coverage": found,
        "check": queries.link_checks([found]).get(found.link),
        "activities": found.activities.all(),
        "units": found.units.all(),
        "may_change": may_change and is_there,
        "may_confirm": may_decide and found.state in (Coverage.State.RECORDED, Coverage.State.DECLINED),
        "may_decline": may_decide and found.state in (Coverage.State.RECORDED, Coverage.State.CONFIRMED),
        "trail": audit.trail(found)[:20] if may_change else [],
    }
    return render(request, "publicity/coverage.html", context)


def only(row: Coverage) -> QuerySet[Organization]:
    """The row's own unit, which does not change."""
    return Organization.objects.filter(pk=row.organization_id)


@require_http_methods(BOTH)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change what was recorded."""
    found = get_seen(request, pk)
    if not can_change(request.user, found) or found.state == Coverage.State.WITHDRAWN:
        raise Http404
    options: dict[str, Any] = {"edition": found.edition, "organizations": only(found)}
    form = CoverageForm(posted(request), coverage=found, **options)
    form.fields.pop("organization")
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            recording.change(found, form.facts(), by=request.user, version=form.cleaned_data["version"] or 0)
        except Conflict as conflict:
            form.add_error(None, conflict)
            form.look_at(conflict.present.version)
            theirs = theirs_written_out(form, CoverageForm(coverage=conflict.present, **options))
        except recording.AlreadyRecorded as twice:
            form.add_error("link", twice.messages[0])
            form.known = twice.known  # type: ignore[attr-defined]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("publicity:coverage", pk)
    return _form_page(request, form, found, theirs)


@require_POST
def confirm(request: DeskRequest, pk: int) -> HttpResponse:
    """Confirm it as it was read."""
    found = get_seen(request, pk)
    version = request.POST.get("version", "")
    try:
        recording.confirm(found, by=request.user, version=int(version) if version.isdecimal() else 0)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已确认，公众现在可以看到。"))
    return redirect("publicity:coverage", pk)


@require_http_methods(BOTH)
def decline(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep it out, with a reason."""
    found = get_seen(request, pk)
    check_can_confirm(request.user, found)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            recording.decline(found, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("没有采用，登记的人会收到消息。"))
            return redirect("publicity:coverage", pk)
    context = {
        "form": form,
        "title": _("不采用这条报道"),
        "lead": str(found),
        "text": _("不采用的报道不公开，也不计入统计。"),
        "press": _("不采用"),
        "back": reverse("publicity:coverage", args=[pk]),
    }
    return render(request, "resources/reason.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take it back."""
    found = get_seen(request, pk)
    try:
        recording.withdraw(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已撤回。"))
    return redirect("publicity:coverages")
