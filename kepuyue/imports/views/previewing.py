"""The file beside what becomes of it: looked at, mended cell by cell, and its columns named by hand."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kepuyue.editions.request import DeskRequest
from kepuyue.imports import headers, queries, sent, sheet_view
from kepuyue.imports.actions import mending
from kepuyue.imports.cells import Sheet, as_text, column_letters
from kepuyue.imports.models import ImportBatch, ImportRow, SentSheet
from kepuyue.imports.places import Places
from kepuyue.imports.presentation import shown, with_mends
from kepuyue.imports.wording import meaning_labels

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

SHOWN = {
    "": Q(),
    "errors": Q(severity="error"),
    "warnings": Q(severity="warning"),
    "left": Q(state__in=(ImportRow.State.SKIPPED, ImportRow.State.REFUSED)),
}


def preview_of(user: "Person", batch: ImportBatch, *, asked: str, number: str) -> dict[str, Any]:
    """What the two sides show: a page of one sheet (`asked` is its position), and what becomes of the rows on it."""
    sheets = list(batch.sheets.defer("cells"))
    chosen = next((one for one in sheets if str(one.position) == asked), None) or _first_with_rows(
        batch, sheets
    )
    sheet = _as_it_stands(batch, chosen)
    tables = [table for table in batch.found_tables if table["sheet"] == chosen.name]
    place = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    first = min(place, max(1, -(-len(sheet.rows) // sheet_view.ROWS_A_PAGE)))
    low = (first - 1) * sheet_view.ROWS_A_PAGE
    here = batch.rows.filter(sheet=chosen.name, number__gt=low, number__lte=low + sheet_view.ROWS_A_PAGE)
    rows = sorted(here.select_related("activity"), key=lambda row: row.number)
    mends = {one.cell: one for one in batch.mends.filter(sheet=chosen.name).select_related("by")}
    page = sheet_view.page_of(sheet, first, rows=rows, tables=tables, mended=mends)
    zone = batch.edition.zone if batch.edition else ZoneInfo(settings.TIME_ZONE)
    twins = queries.twins(batch, rows, user)
    places = Places.of(batch.edition)
    year = batch.edition.year if batch.edition else 0
    texts = {cell.address: cell.text for row in page.rows for cell in row.cells}
    cards = []
    for row in rows:
        if row.state == row.State.SKIPPED and not row.problems:
            continue
        card = shown(row, zone)
        cards.append(
            {
                "shown": card,
                "problems": with_mends(row, texts, year=year, zone=zone, places=places),
                "twins": twins.get(row.pk, []),
                "mends": [mends[cell] for cell in sorted(set(row.cells.values()) & set(mends))],
            }
        )
    return {
        "sheets": sheets,
        "sheet": chosen,
        "sheet_page": page,
        "cards": cards,
        "skipped": [row for row in rows if row.state == row.State.SKIPPED and not row.problems],
        "columns": _columns(sheet, tables),
        "meanings": meaning_labels(),
        "known": batch.organization.known_headings.all(),
        "unused": mending.UNUSED,
        "here": urlencode({"sheet": chosen.position, "page": page.number}),
    }


def _first_with_rows(batch: ImportBatch, sheets: list[SentSheet]) -> SentSheet:
    names = {table["sheet"] for table in batch.found_tables}
    return next((one for one in sheets if one.name in names), sheets[0])


def _as_it_stands(batch: ImportBatch, chosen: SentSheet) -> Sheet:
    mends = dict(batch.mends.filter(sheet=chosen.name).values_list("cell", "value"))
    return sent.mended(sent.unpacked(chosen.name, bytes(chosen.cells)), mends)


def _columns(sheet: Sheet, tables: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The headings of the sheet's tables with what they are read as; of a sheet without one its first full row."""
    # Where the columns were guessed by what stands in them, the first row may be headings that nobody knows
    rows = [
        (table["headings"][-1] if table["headings"] else table["first"], table["columns"])
        for table in tables
        if not table["is_form"]
    ]
    if not tables and (first := sheet_view.first_headings(sheet)) is not None:
        rows = [(first, {})]
    found: dict[str, dict[str, str]] = {}
    for row, columns in rows:
        means = {column: meaning for meaning, column in columns.items()}
        for column in range(len(sheet.rows[row])):
            text = as_text(sheet.cell(row, column))
            if text and headers.plain(text):
                found.setdefault(
                    headers.plain(text),
                    {
                        "letter": column_letters(column),
                        "heading": text,
                        "meaning": means.get(column, mending.UNUSED),
                    },
                )
    return list(found.values())


@require_POST
def mend(request: DeskRequest, pk: int) -> HttpResponse:
    """Read one cell otherwise; or, with `undo`, as it was sent."""
    found = get_object_or_404(queries.batches_of(request.user), pk=pk)
    undo = request.POST.get("undo", "")
    try:
        if undo.isascii() and undo.isdecimal() and len(undo) < 12:
            mending.unmend(found, pk=int(undo), by=request.user)
        else:
            mending.mend(
                found,
                sheet=request.POST.get("sheet", ""),
                cell=request.POST.get("cell", ""),
                value=request.POST.get("value", ""),
                by=request.user,
            )
    except ValidationError as error:
        refused = {
            "cell": request.POST.get("cell", ""),
            "value": request.POST.get("value", ""),
            "why": error.messages[0],
        }
        return _back(request, found, refused=refused)
    return _back(request, found)


@require_POST
def columns(request: DeskRequest, pk: int) -> HttpResponse:
    """Read the columns as the person says, now and in the unit's later files."""
    found = get_object_or_404(queries.batches_of(request.user), pk=pk)
    said = dict(zip(request.POST.getlist("heading"), request.POST.getlist("meaning"), strict=False))
    try:
        mending.choose(found, said, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已按您选的栏目重新读取；这个单位以后的表格也按这样读。"))
    return redirect(_address(request, found))


def _back(request: DeskRequest, batch: ImportBatch, *, refused: dict[str, str] | None = None) -> HttpResponse:
    """The preview as it is now; a refused mend stays in its field, with the reason beside it."""
    batch.refresh_from_db()
    is_open = batch.state == ImportBatch.State.STAGED and batch.sheets.exists()
    if not is_open or not (request.htmx or refused):
        if refused:
            messages.warning(request, refused["why"])
        if not request.htmx:
            return redirect(_address(request, batch))
        answer = HttpResponse()
        answer["HX-Redirect"] = _address(request, batch)
        return answer
    now_shown = preview_of(
        request.user, batch, asked=request.POST.get("sheet_at", ""), number=request.POST.get("page", "")
    )
    context: dict[str, Any] = now_shown | {
        "batch": batch,
        "crumbs": crumbs(batch.file_name),
        "counts": queries.counts(batch),
        "tabs": tabs(batch, ""),
        "refused": refused,
    }
    fields = {
        problem["cell"] for card in now_shown["cards"] for problem in card["problems"] if problem["can_mend"]
    }
    if refused and refused["cell"] not in fields:
        context["trouble"] = refused["why"]  # its cell stands on another page, or nowhere
    if request.htmx:
        return render(request, "imports/batch.html#preview", context)
    return render(request, "imports/batch.html", context, status=422)


def _address(request: DeskRequest, batch: ImportBatch) -> str:
    kept = {name: request.POST.get(name, "")[:6] for name in ("sheet_at", "page")}
    query = urlencode({"sheet": kept["sheet_at"], "page": kept["page"]})
    return f"{reverse('imports:batch', args=[batch.pk])}?{query}"


def tabs(found: ImportBatch, which: str) -> list[dict[str, object]]:
    """The batch's rows by what is to be looked at."""
    names = {"": _("全部"), "errors": _("有错误"), "warnings": _("请核对"), "left": _("没有导入")}
    if found.state == ImportBatch.State.STAGED:
        names[""] = _("对照原表")
    return [
        {
            "label": names[code],
            "href": f"?show={code}" if code else "?",
            "current": code == which,
            "count": found.rows.filter(condition).count(),
        }
        for code, condition in SHOWN.items()
    ]


def crumbs(here: str, address: str = "") -> list[tuple[str, str]]:
    """The way to a page of an import."""
    return [(_("表格导入"), reverse("imports:list")), (here, address)]
