"""The list of liaisons: kept by each member unit, seen by those above it, exported and printed by the office."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core import tables, wording
from kepuyue.core.time import today
from kepuyue.core.versions import Conflict
from kepuyue.organizations import forms, queries
from kepuyue.organizations.actions import liaisons as actions
from kepuyue.organizations.models import Liaison, Organization
from kepuyue.organizations.permissions import check, holds_anywhere, may
from kepuyue.organizations.views.finding import sent, visible


@never_cache
@require_safe
def liaisons(request: SignedInRequest) -> HttpResponse:
    """Who answers for which member unit, in the order of the tree, and who has named nobody yet."""
    rows = _rows(request)
    only = request.GET.get("show", "")
    missing = [row for row in rows if row["liaison"] is None]
    tabs = [
        {"label": _("全部"), "href": "?", "current": only != "missing", "count": len(rows)},
        {
            "label": _("还没登记"),
            "href": "?show=missing",
            "current": only == "missing",
            "count": len(missing),
        },
    ]
    context = {
        "rows": missing if only == "missing" else rows,
        "missing": len(missing),
        "tabs": tabs,
        "total": len(rows),
    }
    return render(request, "organizations/liaisons.html", context)


@require_safe
def export(request: SignedInRequest) -> HttpResponse:
    """The list as a workbook."""
    head = [_("单位"), _("层级"), *(str(field.label) for field in forms.LiaisonForm().visible_fields())]
    cells = []
    for row in _rows(request):
        unit, liaison = row["unit"], row["liaison"]
        facts = [getattr(liaison, name) for name in actions.FIELDS] if liaison else [""] * len(actions.FIELDS)
        cells.append([unit.name, unit.get_level_display(), *facts])
    response = HttpResponse(
        tables.to_xlsx(_("联络员名单"), head, cells), content_type=tables.CONTENT_TYPES["xlsx"]
    )
    response["Content-Disposition"] = f'attachment; filename="liaisons-{today():%Y%m%d}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def reminders(request: SignedInRequest) -> HttpResponse:
    """Write to all that have named nobody."""
    missing = [row["unit"] for row in _rows(request) if row["liaison"] is None]
    told, unreachable = actions.remind(missing, by=request.user)
    if told:
        said = ngettext("已提醒%(count)s人。", "已提醒%(count)s人。", told) % {"count": told}
        messages.success(request, said)
    else:
        messages.info(request, _("今天已经提醒过，没有重复发送。"))
    if unreachable:
        messages.warning(
            request, _("这些单位还没有可以联系的人员：%(units)s") % {"units": _first(unreachable)}
        )
    return redirect("organizations:liaisons")


@require_http_methods(["GET", "HEAD", "POST"])
def liaison(request: SignedInRequest, code: str) -> HttpResponse:
    """The unit's own entry."""
    organization = visible(request, code)
    check(request.user, "liaison.edit", organization)
    present = Liaison.objects.filter(organization=organization).first()
    form = forms.LiaisonForm(sent(request), instance=present)
    theirs: Liaison | None = None
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in actions.FIELDS}
        try:
            actions.name(organization, facts, by=request.user, version=form.cleaned_data["version"])
        except Conflict as conflict:
            theirs = conflict.present
            form.add_error(None, conflict)
            # Saving once more, after reading, means it
            form.data = {**request.POST.dict(), "version": str(theirs.version)}
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("organizations:unit", code)
    context = {"organization": organization, "form": form, "theirs": theirs}
    return render(
        request, "organizations/liaison.html", context, status=422 if request.method == "POST" else 200
    )


def _first(units: list[Organization]) -> str:
    """The first few by name: a passing note is no list, the page itself is."""
    return wording.listed(units[:5]) + ("……" if len(units) > 5 else "")


def _rows(request: SignedInRequest) -> list[dict[str, Any]]:
    if not holds_anywhere(request.user, "liaison.see"):
        raise PermissionDenied(_("联络员名单由市科协、区科协和成员单位查看。"))
    return [
        {"unit": unit, "liaison": getattr(unit, "liaison", None), "depth": unit.path.count("/") - 2,
         "can_edit": may(request.user, "liaison.edit", unit)}
        for unit in queries.expected_liaisons(request.user)
    ]  # fmt: skip
