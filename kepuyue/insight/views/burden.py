"""The page that shows how much units have to type, and the same as a file."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kepuyue.core import tables
from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.insight import burden, paper, presentation
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import holds_anywhere, may

# Whoever has to type, and whoever asks others to
OPEN_TO = ("activity.edit", "review.decide")
NOT_OPEN = gettext_lazy("填报负担只对填报、审核和统筹的人员开放。")
MOST_UNITS = 20  # on the page; the file holds all


def _edition(request: DeskRequest) -> Edition:
    if not any(holds_anywhere(request.user, what) for what in OPEN_TO):
        raise PermissionDenied(NOT_OPEN)
    if request.edition is None:
        raise Http404
    return request.edition


@require_safe
def overview(request: DeskRequest) -> HttpResponse:
    """All units that the person oversees or works in, and what the forms on paper would have asked of them."""
    found = burden.of(_edition(request), request.user)
    most = max((on_paper for _stage, on_paper, _typed in found.stages), default=0)
    context: dict[str, Any] = {
        "found": found,
        "most": max(most, found.whole.total),
        "share": presentation.percent(found.whole.share),
        "goal": presentation.percent(burden.GOAL),
        "why_not": presentation.why_not(found.whole),
        "fields": [(presentation.field_name(fact), times) for fact, times in found.by_field[:12]],
        "units": [(line, presentation.percent(line.share)) for line in found.units[:MOST_UNITS]],
        "left_out": max(len(found.units) - MOST_UNITS, 0),
        "forms": paper.forms(),
    }
    return render(request, "insight/burden.html", context)


@require_safe
def unit(request: DeskRequest, code: str) -> HttpResponse:
    """One unit, activity by activity."""
    edition = _edition(request)
    organization = get_object_or_404(Organization, code=code)
    if not any(may(request.user, what, organization) for what in OPEN_TO):
        raise PermissionDenied(NOT_OPEN)
    lines = burden.by_activity(edition, request.user, organization)
    context = {
        "unit": organization,
        "lines": lines,
        "most": max((line.typed for line in lines), default=1),
    }
    return render(request, "insight/burden_unit.html", context)


@require_safe
def export(request: DeskRequest) -> HttpResponse:
    """The table of units: CSV, or a workbook with `?form=xlsx`; cells never become formulas."""
    found = burden.of(_edition(request), request.user)
    form = "xlsx" if request.GET.get("form") == "xlsx" else "csv"
    head = [
        _("单位"),
        _("活动数"),
        _("填写项数"),
        _("其中重复填写"),
        _("单位资料"),
        _("现行表格项数"),
        _("占比"),
    ]
    rows = [
        [line.name, line.activities, line.total, line.again, line.own_facts, line.on_paper,
         "" if line.share is None else round(line.share, 3)]
        for line in found.units
    ]  # fmt: skip
    written = tables.to_xlsx(_("填报负担"), head, rows) if form == "xlsx" else tables.to_csv(head, rows)
    answer = HttpResponse(written, content_type=tables.CONTENT_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="burden.{form}"'
    return answer
