"""The board, the activities behind each of its numbers, and both as files."""

import json
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kepuyue.core import tables, wording
from kepuyue.core.time import now
from kepuyue.editions.request import DeskRequest
from kepuyue.insight import drawing, export
from kepuyue.insight.board import Board
from kepuyue.insight.comparing import Last
from kepuyue.insight.indicators import GROUPS, INDICATORS, LINKED, OWN, SPLITS, TERM_SPLITS, Indicator
from kepuyue.insight.permissions import can_publish
from kepuyue.insight.views.desk import Asked, asked, sent, tabs

PAGE_SIZE = 50
# What the splits may be of: each says something of every activity
MEASURES = (
    "activities",
    "scheduled",
    "seats",
    "taken",
    "arrivals",
    "walk-ins",
    "rating",
    "visits-count",
    "punctual",
)
# What stands beside each district
ACROSS = (
    "activities",
    "scheduled",
    "seats",
    "taken",
    "arrivals",
    "walk-ins",
    "visits-count",
    "rating",
    "punctual",
)


@require_safe
def board(request: DeskRequest) -> HttpResponse:
    """The whole month at a glance: the figures, then one of them by district, day, tier and so on."""
    page = asked(request)
    found, last = page.board(), page.last()
    outlines, tiles = drawing.districts(found, page.indicator, page.names, page.rows_of)
    context: dict[str, Any] = {
        "page": page, "tabs": tabs("board"), "board": found, "at": now(), "last": last,
        "has_last": last is not None and last.beside(page.indicator.code) is not None,
        "can_publish": can_publish(request.user, page.edition),
        "groups": _groups(page, found, last), "measures": _measures(page),
        "outlines": outlines, "tiles": tiles,
        "districts": _bars(page, found, last, "district"),
        "days": drawing.columns(found, page.indicator, page.names, page.rows_of)
        if "day" in page.indicator.splits else None,
        "splits": [
            {"name": SPLITS[split], "bars": _bars(page, found, last, split)}
            for split in TERM_SPLITS if page.names.has(split)
        ],
        "across": _across(page, found), "across_heads": [_head(INDICATORS[code]) for code in ACROSS],
        "linked": found.number("activities", "district", LINKED) if found.splits["district"].get(LINKED) else "",
        "own_city": f"?{page.query(district=OWN)}",
        "definitions": INDICATORS.values(),
    }  # fmt: skip
    return render(request, "insight/board.html", context)


def _head(one: Indicator) -> str:
    return wording.with_aside(one.name, one.unit if one.unit == "%" else "")


def _bars(page: Asked, found: Board, last: Last | None, split: str) -> list[drawing.Bar]:
    before = last.beside(page.indicator.code) if last else None
    return drawing.bars(found, before, page.indicator, split, page.names, page.rows_of)


def _groups(page: Asked, found: Board, last: Last | None) -> list[dict[str, Any]]:
    return [
        {
            "code": group, "name": name, "note": note,
            "lines": [
                {
                    "code": code, "name": one.name, "number": found.number(code), "unit": one.unit,
                    "change": drawing.change(one, found.value(code), last.value(code), is_cut=last.cuts(code))
                    if last else "",
                    "href": page.rows(code), "is_summed_up": bool(one.figure),
                }
                for code, one in INDICATORS.items() if one.group == group
            ],
        }
        for group, (name, note) in GROUPS.items()
    ]  # fmt: skip


def _measures(page: Asked) -> list[dict[str, Any]]:
    codes = MEASURES if page.indicator.code in MEASURES else (*MEASURES, page.indicator.code)
    return [
        {"label": INDICATORS[code].name, "href": f"?{page.query(of=code)}#splits",
         "current": code == page.indicator.code}
        for code in codes
    ]  # fmt: skip


def _across(page: Asked, found: Board) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "cells": [
                {"name": INDICATORS[code].name, "shown": found.number(code, "district", key),
                 "href": page.rows(code, district=key)}
                for code in ACROSS
            ],
        }
        for key, name in page.names.of("district")
        if found.splits["district"].get(key) or key in {one.code for one in page.names.districts}
    ]  # fmt: skip


@require_safe
def rows(request: DeskRequest) -> HttpResponse:
    """The activities that one number comes from, with what each contributes; as a table with `?form=xlsx` or csv."""
    page = asked(request)
    found, indicator = page.board(), page.indicator
    lines = found.lines(indicator.code)
    form = request.GET.get("form", "")
    if form in tables.CONTENT_TYPES:
        return sent(export.lines_table(found, indicator, page.names), form, f"insight-{indicator.code}")
    shown = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page, "indicator": indicator, "total": found.number(indicator.code), "lines": shown,
        "is_told": page.choice.counts(indicator.code),
        "rows": [(row, page.names.name("district", row.district), indicator.number(value)) for row, value in shown],
    }  # fmt: skip
    return render(request, "insight/rows.html", context)


@require_safe
def files(request: DeskRequest) -> HttpResponse:
    """Every indicator in all and by every split: `?form=xlsx` (usual), csv or json."""
    page = asked(request)
    found, form = page.board(), request.GET.get("form", "xlsx")
    if form == "json":
        data = json.dumps(export.as_data(found, page.names), ensure_ascii=False)
        return HttpResponse(data, content_type="application/json")
    return sent(export.whole_table(found, page.names), form if form == "csv" else "xlsx", "insight")
