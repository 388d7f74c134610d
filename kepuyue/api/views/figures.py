"""Figures that the office published, and what each of them means."""

from typing import Any

from django.http import HttpRequest
from django.utils import translation
from django.views.decorators.http import conditional_page
from ninja import Query
from ninja.decorators import decorate_view

from kepuyue.api.figure_schemas import FiguresAsked, IndicatorOut, ReleasesPage
from kepuyue.api.interface import api
from kepuyue.api.problems import Problem
from kepuyue.api.shown import edition_asked_for, page_of
from kepuyue.insight import queries
from kepuyue.insight.indicators import INDICATORS, Indicator
from kepuyue.insight.models import Release, ReleasedFigure

ERRORS: dict[Any, Any] = {404: Problem, 422: Problem}
WORDS = ("name", "unit", "definition")


@api.get(
    "/indicators", response={200: list[IndicatorOut]}, summary="Indicators", url_name="indicators",
    tags=["figures"],
)  # fmt: skip
@decorate_view(conditional_page)
def indicators(request: HttpRequest) -> list[dict[str, Any]]:
    """What the board counts, as it is counted today; each published figure carries the words that held then."""
    return [
        {"code": one.code, **_said(one, "zh-hans"), **_said(one, "en", "_en"), "splits": list(one.splits)}
        for one in INDICATORS.values()
    ]


@api.get(
    "/figures", response={200: ReleasesPage, **ERRORS}, summary="Published figures", url_name="figures",
    tags=["figures"],
)  # fmt: skip
@decorate_view(conditional_page)
def figures(request: HttpRequest, asked: Query[FiguresAsked]) -> dict[str, Any]:
    """What the office published, in the order of publishing: frozen with its date and its definitions.

    Nothing here changes later but `corrected_by`.
    """
    found = queries.public_releases()
    if asked.edition:
        found = found.filter(edition=edition_asked_for(request, asked.edition))
    page, cursor = page_of(found, asked)
    return {"results": [_release(one) for one in page], "cursor": cursor}


def _said(one: Indicator, language: str, suffix: str = "") -> dict[str, str]:
    with translation.override(language):
        return {f"{word}{suffix}": str(getattr(one, word)) for word in WORDS}


def _release(one: Release) -> dict[str, Any]:
    return {
        "number": one.pk, "edition": one.edition.code, "title": one.title, "note": one.note,
        "at": one.at.astimezone(one.edition.zone), "choice": one.choice, "reason": one.reason,
        "corrects": one.corrects_id, "corrected_by": one.correction.pk if hasattr(one, "correction") else None,
        "figures": [_figure(figure) for figure in one.figures.all()],
    }  # fmt: skip


def _figure(one: ReleasedFigure) -> dict[str, Any]:
    said = {word: one.words["zh"][word] for word in WORDS}
    said |= {f"{word}_en": one.words["en"][word] for word in WORDS}
    splits = [
        {
            "code": split["split"], "name": split["name"], "name_en": split["name_en"],
            "rows": [
                {"code": row["key"], **{name: row[name] for name in ("name", "name_en", "value")}}
                for row in split["rows"]
            ],
        }
        for split in one.splits
    ]  # fmt: skip
    return {"code": one.code, **said, "value": one.value, "splits": splits}
