"""Importing at the desk: choose a file, look at what it will become, import, see the result."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core.tables import CONTENT_TYPES
from kepuyue.editions.request import DeskRequest
from kepuyue.imports import queries, reader
from kepuyue.imports import template as workbooks
from kepuyue.imports.actions import carrying, committing, staging
from kepuyue.imports.forms import UploadForm
from kepuyue.imports.models import ImportBatch
from kepuyue.imports.presentation import shown
from kepuyue.imports.tasks import commit_batch
from kepuyue.imports.views.previewing import SHOWN, crumbs, preview_of, tabs
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import organizations_where

ROWS_A_PAGE = 50
# So many rows are imported while one waits; more go to the background
AT_ONCE = 20


@require_safe
def batches(request: DeskRequest) -> HttpResponse:
    """The files sent for the person's units, newest first."""
    page = Paginator(queries.with_counts(queries.batches_of(request.user)), ROWS_A_PAGE)
    return render(request, "imports/list.html", {"page": page.get_page(request.GET.get("page"))})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """Choose a file. What cannot be read is refused with a sentence, and nothing is kept of it."""
    units: QuerySet[Organization] = organizations_where(request.user, "import.run")
    form = UploadForm(
        request.POST if request.method == "POST" else None, request.FILES or None, organizations=units
    )
    if request.edition and form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = staging.stage(
                file.read(),
                file_name=file.name or "",
                organization=form.cleaned_data["organization"],
                edition=request.edition,
                by=request.user,
            )
        except reader.Unreadable as reason:
            form.add_error("file", str(reason))
        else:
            if carried := carrying.carry_over(batch, by=request.user):
                told = ngettext(
                    "有%(n)s格和您以前改过的一样，已照样改好；不对的可以恢复原样。",
                    "有%(n)s格和您以前改过的一样，已照样改好；不对的可以恢复原样。",
                    carried,
                )
                messages.info(request, told % {"n": carried})
            return redirect("imports:batch", batch.pk)
    context = {"form": form, "units": units, "crumbs": crumbs(_("导入表格"))}
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


@require_safe
def batch(request: DeskRequest, pk: int) -> HttpResponse:
    """What the file will become, row by row; while importing its progress; afterwards what came of it."""
    found = get_object_or_404(queries.batches_of(request.user), pk=pk)
    counts = queries.counts(found)
    context = {
        "batch": found,
        "crumbs": crumbs(found.file_name),
        "counts": counts,
        "written": counts["created"] + counts["changed"] + counts["unchanged"] + counts["refused"],
        "to_write": counts["read"] - counts["skipped"],
        "to_undo": counts["created"] + counts["changed"] + counts["undone"],
        "drafts_of": f"?of=import-{pk}",
        "drafts": queries.drafts_of(found).count(),
    }
    if request.htmx and "progress" in request.GET:
        response = render(request, "imports/batch.html#progress", context)
        if found.state not in (ImportBatch.State.COMMITTING, ImportBatch.State.UNDOING):
            response["HX-Refresh"] = "true"
        return response
    which = request.GET.get("show", "")
    if which == "" and found.state == ImportBatch.State.STAGED and found.sheets.exists():
        asked, number = request.GET.get("sheet", ""), request.GET.get("page", "")
        context |= preview_of(request.user, found, asked=asked, number=number) | {"tabs": tabs(found, which)}
        template = "imports/batch.html#preview" if request.htmx else "imports/batch.html"
        return render(request, template, context)
    rows = found.rows.select_related("activity").filter(SHOWN.get(which, Q()))
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    zone = found.edition.zone if found.edition else None
    context |= {"page": page, "rows": [shown(row, zone) for row in page], "tabs": tabs(found, which)}
    return render(request, "imports/batch.html", context)


@require_POST
def commit(request: DeskRequest, pk: int) -> HttpResponse:
    """Import the rows that wait. Pressing twice imports once; `again` goes on where a worker was stopped."""
    found = get_object_or_404(queries.batches_of(request.user), pk=pk)
    if found.state in (ImportBatch.State.STAGED, ImportBatch.State.COMMITTING):
        if found.rows.waiting().count() <= AT_ONCE:
            committing.commit(found, by=request.user)
        elif committing.begin(found, by=request.user) or "again" in request.POST:
            commit_batch.enqueue(found.pk, request.user.pk)
    return redirect("imports:batch", found.pk)


@require_safe
def template(request: DeskRequest) -> HttpResponse:
    """An empty workbook for the edition, with lists to choose from; 404 where there is no edition."""
    if request.edition is None:
        raise Http404
    response = HttpResponse(workbooks.workbook(request.edition), content_type=CONTENT_TYPES["xlsx"])
    response["Content-Disposition"] = 'attachment; filename="kepuyue-template.xlsx"'
    return response
