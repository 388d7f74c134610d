"""Units from a spreadsheet at the desk: choose a file, look at it, make the units, see what came of each."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core import tables
from kepuyue.imports import reader, unit_rows
from kepuyue.imports.actions import units as actions
from kepuyue.imports.forms import UnitUploadForm
from kepuyue.imports.models import UnitBatch, UnitRow
from kepuyue.imports.tasks import commit_units
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import reach

ROWS_A_PAGE = 50
AT_ONCE = 30


@require_http_methods(["GET", "HEAD", "POST"])
def units(request: SignedInRequest) -> HttpResponse:
    """Choose a file and the superior below which its units come; below, the files sent before."""
    parents = _superiors(request)
    if not parents.exists():
        raise PermissionDenied(_("只有区科协、主管部门和市科协可以新建下级单位。"))
    form = UnitUploadForm(
        request.POST if request.method == "POST" else None, request.FILES or None, organizations=parents
    )
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = actions.stage(
                file.read(),
                file_name=file.name or "",
                superior=form.cleaned_data["organization"],
                by=request.user,
            )
        except (reader.Unreadable, unit_rows.NoTable) as reason:
            form.add_error("file", str(reason))
        else:
            return redirect("imports:unit-batch", batch.pk)
    batches = _batches(request).annotate(
        made=Count("rows", filter=Q(rows__state=UnitRow.State.CREATED)), read=Count("rows")
    )
    context = {
        "form": form,
        "page": Paginator(batches.order_by("-pk"), ROWS_A_PAGE).get_page(request.GET.get("page")),
        "crumbs": [(_("单位"), reverse("organizations:units")), (_("用表格新建单位"), "")],
    }
    return render(request, "imports/units.html", context, status=422 if form.errors else 200)


@require_safe
def batch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Each row: what it will become, what is doubtful in it, what looks like it; afterwards what came of it."""
    found = get_object_or_404(_batches(request), pk=pk)
    counts = dict(found.rows.order_by().values_list("state").annotate(Count("pk")))
    rows = found.rows.select_related("organization").order_by("pk")
    context = {
        "batch": found,
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "tally": [
            {"label": state.label, "count": counts[state]} for state in UnitRow.State if counts.get(state)
        ],
        "open": sum(counts.get(state, 0) for state in (*actions.OPEN, UnitRow.State.HELD)),
        "crumbs": [(_("用表格新建单位"), reverse("imports:units")), (found.file_name, "")],
    }
    return render(request, "imports/unit_batch.html", context)


@require_POST
def commit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make the units that wait; those ticked as distinct are made although they look like others."""
    found = get_object_or_404(_batches(request), pk=pk)
    ticked = [int(text) for text in request.POST.getlist("distinct") if text.isdecimal()]
    if actions.begin(found, by=request.user, distinct=ticked) <= AT_ONCE:
        actions.commit(found, by=request.user)
    else:
        commit_units.enqueue(found.pk, request.user.pk)
    return redirect("imports:unit-batch", found.pk)


@require_safe
def template(request: SignedInRequest) -> HttpResponse:
    """An empty workbook with the usual headings."""
    head = [unit_rows.HEADINGS[column][0] for column in unit_rows.TEMPLATE]
    response = HttpResponse(tables.to_xlsx("单位", head, []), content_type=tables.CONTENT_TYPES["xlsx"])
    response["Content-Disposition"] = 'attachment; filename="kepuyue-units.xlsx"'
    return response


def _superiors(request: SignedInRequest) -> QuerySet[Organization]:
    return (
        Organization.objects.active()
        .filter(reach(request.user, "unit.create"))
        .exclude(level=Organization.Level.UNIT)
    )


def _batches(request: SignedInRequest) -> QuerySet[UnitBatch]:
    return UnitBatch.objects.filter(reach(request.user, "unit.create", "organization__path")).select_related(
        "organization", "by"
    )
