"""The audit trail of the person's branch, and the whole of it as a file for the office."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kepuyue.accounts.reauthentication import fresh_sign_in_required
from kepuyue.accounts.request import SignedInRequest
from kepuyue.core import seals
from kepuyue.organizations import queries
from kepuyue.organizations.actions import trail
from kepuyue.organizations.forms import TrailForm
from kepuyue.organizations.permissions import holds_anywhere, organizations_where


@require_safe
def audit_trail(request: SignedInRequest) -> HttpResponse:
    """Who did what in the person's branch, newest first."""
    if not holds_anywhere(request.user, "audit.see"):
        raise PermissionDenied(_("只有单位负责人、审核人和市科协可以查看操作记录。"))
    form = _form(request, request.GET)
    rows = queries.narrowed(queries.audit_rows(request.user), form.wanted())
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "form": form,
        "is_narrowed": bool(form.wanted()),
        "can_export": holds_anywhere(request.user, "audit.export"),
    }
    return render(request, "organizations/audit.html", context)


@require_POST
@fresh_sign_in_required
def export(request: SignedInRequest) -> StreamingHttpResponse:
    """The rows that the page shows, all pages of them, as CSV with the seal of each."""
    form = _form(request, request.POST)
    rows = trail.export(form.wanted(), by=request.user)
    # Byte-order mark: office programs take Chinese for another encoding without it
    lines = (
        "\ufeff" + line if number == 0 else line
        for number, line in enumerate(seals.export_lines(rows, "csv"))
    )
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def _form(request: SignedInRequest, sent: QueryDict) -> TrailForm:
    return TrailForm(sent, branches=organizations_where(request.user, "audit.see").order_by("path"))
