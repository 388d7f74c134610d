"""For the office and the districts: what lies idle, what was brought together, and both as files."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kepuyue.core import tables, wording
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere
from kepuyue.resources import queries, telling
from kepuyue.resources.views.offers import edition_of, tabs

SHADES = 4  # of the district tiles


def _check(request: DeskRequest) -> None:
    if not holds_anywhere(request.user, "resource.oversee"):
        raise PermissionDenied(_("资源统筹只对区级科协、成员单位和市科协开放。"))


@require_safe
def overview(request: DeskRequest) -> HttpResponse:
    """Offers nobody asks for, requests nobody answers, and what was brought together, in the person's branch."""
    _check(request)
    found = queries.overview(request.user, edition_of(request))
    most = max((count for _district, count in found.by_district), default=0)
    context = {
        "tabs": tabs(request, "overview"),
        "found": found,
        "unasked": [(offer, queries.age_in_days(offer), wording.listed(offer.terms.all())) for offer in found.unasked],
        "unanswered": [(one, queries.age_in_days(one), wording.listed(one.terms.all())) for one in found.unanswered],
        "tiles": [
            {
                "label": district.name_for_reader, "count": count, "col": district.tile_column + 1,
                "row": district.tile_row + 1, "level": -(-count * SHADES // most) if most else 0,
            }
            for district, count in found.by_district
        ],
    }  # fmt: skip
    return render(request, "resources/overview.html", context)


def _offer_table(found: queries.Overview) -> tuple[str, list[str], list[list[Any]]]:
    head = [_("编号"), _("名称"), _("种类"), _("提供单位"), _("所属区"), _("主题和人群"), _("登记天数")]
    rows = [
        [one.code, one.title, one.get_kind_display(), one.organization.name, _district(one.organization.district),
         wording.listed(one.terms.all()), queries.age_in_days(one)]
        for one in found.unasked
    ]  # fmt: skip
    return _("无人预约的资源"), head, rows


def _request_table(found: queries.Overview) -> tuple[str, list[str], list[list[Any]]]:
    head = [
        _("编号"),
        _("想办的活动"),
        _("种类"),
        _("需求单位"),
        _("所在区"),
        _("主题和人群"),
        _("预计人数"),
        _("最晚哪天"),
        _("等待天数"),
    ]
    rows = [
        [one.code, one.title, one.get_kind_display(), one.organization.name, _district(one.district),
         wording.listed(one.terms.all()), one.head_count, one.until_day.isoformat(), queries.age_in_days(one)]
        for one in found.unanswered
    ]  # fmt: skip
    return _("无人答复的需求"), head, rows


def _agreed_table(found: queries.Overview) -> tuple[str, list[str], list[list[Any]]]:
    head = [
        _("编号"),
        _("想办的活动"),
        _("种类"),
        _("需求单位"),
        _("所在区"),
        _("资源"),
        _("提供单位"),
        _("时间"),
        _("预计人数"),
        _("联合活动"),
        _("状态"),
    ]
    rows = []
    for one in found.agreed:
        proposal = next(iter(one.agreement), None)  # type: ignore[attr-defined]
        if proposal:
            proposal.request = one
        rows.append(
            [one.code, one.title, one.get_kind_display(), one.organization.name, _district(one.district),
             proposal.offer.title if proposal else "", proposal.offer.organization.name if proposal else "",
             telling.when(proposal) if proposal else "", one.head_count, one.activity.code if one.activity else "",
             one.get_state_display()]
        )  # fmt: skip
    return _("已经对接"), head, rows


def _district(district: Any) -> str:
    return district.name_for_reader if district else ""


TABLES: dict[str, Callable[[queries.Overview], tuple[str, list[str], list[list[Any]]]]] = {
    "offers": _offer_table,
    "requests": _request_table,
    "agreed": _agreed_table,
}


@require_safe
def export(request: DeskRequest, table: str, form: str) -> HttpResponse:
    """One of the three tables as a workbook or as CSV; cells never become formulas."""
    _check(request)
    if table not in TABLES or form not in tables.CONTENT_TYPES:
        raise Http404
    name, head, rows = TABLES[table](queries.overview(request.user, edition_of(request)))
    written = tables.to_xlsx(name, head, rows) if form == "xlsx" else tables.to_csv(head, rows)
    answer = HttpResponse(written, content_type=tables.CONTENT_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="resources-{table}.{form}"'
    return answer
