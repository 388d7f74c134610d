"""The grid of what is covered, and the page of one of its gaps."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kepuyue.core import tables
from kepuyue.core.time import now, today
from kepuyue.editions.request import DeskRequest
from kepuyue.insight import coverage
from kepuyue.insight.forms import AxesForm
from kepuyue.insight.indicators import SPLITS
from kepuyue.insight.permissions import within
from kepuyue.insight.views.desk import Asked, asked, sent, tabs

SHADES = 4
MOST = 60  # of each kind on the page of a gap


@require_safe
def grid(request: DeskRequest) -> HttpResponse:
    """Two axes against each other; `?form=xlsx` or csv is the table."""
    page = asked(request, AxesForm)
    rows, columns = page.form.axes
    found = coverage.grid(page.edition, page.names, rows, columns, page.choice, within(request.user))
    form = request.GET.get("form", "")
    if form in tables.CONTENT_TYPES:
        head = [str(SPLITS[rows]), *(name for _key, name in found.columns)]
        lines = [[name, *(cell.public for _key, _name, cell in cells)] for _row, name, cells in found.lines]
        return sent((head, lines), form, "coverage")
    most = found.most
    context: dict[str, Any] = {
        "page": page, "tabs": tabs("coverage"), "grid": found, "rows_name": SPLITS[rows],
        "columns_name": SPLITS[columns], "at": now(), "is_by_district": "district" in (rows, columns),
        "lines": [
            (name, [
                {"cell": cell, "name": label, "level": -(-cell.public * SHADES // most) if most else 0,
                 "href": _address(page, (rows, key), (columns, column))}
                for column, label, cell in cells
            ])
            for key, name, cells in found.lines
        ],
        "blank_rows": found.blank(columns=False), "blank_columns": found.blank(columns=True),
    }  # fmt: skip
    return render(request, "insight/coverage.html", context)


def _address(page: Asked, row: tuple[str, str], column: tuple[str, str]) -> str:
    changes: dict[str, str] = {"rows": "", "columns": ""}
    for axis, key in (row, column):
        changes |= {"first": key, "last": key} if axis == "day" else {axis: key}
    return f"{reverse('insight:gap')}?{page.query(**changes)}"


@require_safe
def gap(request: DeskRequest) -> HttpResponse:
    """One cell: what is public there, and what would fill it."""
    page = asked(request, AxesForm)
    found = coverage.filling(request.user, page.edition, page.choice)
    context = {
        "page": page, "tabs": tabs("coverage"), "found": found, "most": MOST,
        "is_past": page.choice.last is not None and page.choice.last < today(),
        "public": coverage.public_in(page.edition, page.choice, within(request.user)),
        "nothing": not any((found.coming, found.undated, found.offers, found.requests, found.units)),
    }  # fmt: skip
    return render(request, "insight/gap.html", context)
