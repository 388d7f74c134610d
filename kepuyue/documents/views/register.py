"""The register of a year, the drafts beside it, the same as a workbook."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core import tables
from kepuyue.core.time import today
from kepuyue.documents import kinds, queries
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from kepuyue.documents.permissions import can_issue, check_sees_registers
from kepuyue.organizations.permissions import holds_anywhere

PAGE_SIZE = 50


@require_safe
def register(request: SignedInRequest) -> HttpResponse:
    """One organ's numbers of one year, without gaps, and what is being drafted."""
    check_sees_registers(request.user)
    organs, organ, year, years = _chosen(request)
    context: dict[str, Any] = {
        "organs": organs, "organ": organ, "year": year, "years": years,
        "may_begin": holds_anywhere(request.user, "document.issue"),
    }  # fmt: skip
    if organ is not None:
        page = Paginator(queries.register(organ, year), PAGE_SIZE).get_page(request.GET.get("page"))
        drafts = queries.documents_seen(request.user).drafts().filter(organ=organ).defer(*queries.LARGE)
        context |= {
            "page": page,
            "rows": [_listed(one) for one in page.object_list],
            "drafts": [_listed(one) for one in drafts[:PAGE_SIZE]],
            "may_issue": can_issue(request.user, organ),
        }
    return render(request, "documents/register.html", context)


@require_safe
def table(request: SignedInRequest) -> HttpResponse:
    """The register of a year as a workbook; cells never become formulas."""
    check_sees_registers(request.user)
    _organs, organ, year, _years = _chosen(request)
    if organ is None:
        raise Http404
    head = [_("发文字号"), _("标题"), _("种类"), _("成文日期"), _("印发时间"), _("印发人"), _("状态"), _("作废原因"),
            _("代替的公文"), "SHA-256"]  # fmt: skip
    body = [
        [
            one.full_number, one.title, kinds.label_of(one.kind), day,
            f"{one.issued_at:%Y-%m-%d %H:%M}",
            one.issued_by.get_full_name() if one.issued_by else "", one.get_state_display(), one.void_reason,
            one.replaces.full_number if one.replaces else "", one.word_sha256,
        ]
        for one, day in queries.with_days(queries.register(organ, year).order_by("number"))
    ]  # fmt: skip
    answer = HttpResponse(
        tables.to_xlsx(_("发文登记簿"), head, body), content_type=tables.CONTENT_TYPES["xlsx"]
    )
    answer["Content-Disposition"] = f'attachment; filename="register-{year}.xlsx"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _chosen(request: SignedInRequest) -> tuple[list[IssuingOrgan], IssuingOrgan | None, int, list[int]]:
    """(organs, the one that is meant, its year, years to choose from): the own first where nothing is asked."""
    organs = list(queries.organs_seen(request.user))
    asked = request.GET.get("organ", "")
    own = [one for one in organs if can_issue(request.user, one)]
    organ = next((one for one in organs if str(one.pk) == asked), next(iter([*own, *organs]), None))
    this_year = today().year
    years = sorted({this_year, *(queries.years(organ) if organ else ())}, reverse=True)
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and int(text) in years else years[0]
    return organs, organ, year, years


def _listed(document: OfficialDocument) -> dict[str, Any]:
    later = document.replacements.all() if document.is_frozen else ()
    replaced_by = [one for one in later if one.is_frozen]
    return {"document": document, "kind": kinds.label_of(document.kind), "replaced_by": replaced_by}
