"""The annual national statistics: where each figure comes from, what has to be typed, and the form as a file."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.core import tables
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.insight import national
from kepuyue.insight.actions import returning
from kepuyue.insight.forms import StatisticsForm
from kepuyue.insight.models import StatisticsReturn
from kepuyue.insight.permissions import branches, in_branch
from kepuyue.insight.views.desk import BOTH, Asked, asked, tabs
from kepuyue.organizations.models import Organization

SHOWN = 30  # activities behind an item


def _unit(page: Asked) -> Organization:
    """The unit whose branch is reported: the person's highest, or the one that `?unit=` names among theirs."""
    mine = branches(page.request.user)
    wanted = page.request.GET.get("unit", "")
    found = [one for one in mine if one.code == wanted] or ([] if wanted else mine)
    if not found:
        raise Http404
    return found[0]


@require_http_methods(BOTH)
def form(request: DeskRequest) -> HttpResponse:
    """Each item with what the system knows and where it comes from, and the number to be reported."""
    page = asked(request)
    unit = _unit(page)
    kept = StatisticsReturn.objects.filter(edition=page.edition, organization=unit).first()
    known = national.known(page.edition, in_branch(unit))
    proposed = {code: one.proposed for code, one in known.items() if one.proposed is not None}
    asked_for = StatisticsForm(
        request.POST if request.method == "POST" else None,
        initial={**(kept.typed if kept else proposed), "version": kept.version if kept else 0},
    )
    theirs: list[tuple[str, str, str]] = []
    if request.method == "POST" and asked_for.is_valid():
        try:
            returning.keep(
                page.edition,
                unit,
                asked_for.numbers,
                version=asked_for.cleaned_data["version"] or 0,
                by=request.user,
            )
        except Conflict as conflict:
            present = StatisticsForm(initial=conflict.present.typed if conflict.present else {})
            theirs = asked_for.differing_from(present)
            asked_for.look_at(conflict.present.version if conflict.present else 0)
            asked_for.add_error(None, conflict)
        except ValidationError as error:
            asked_for.add_error(None, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect(f"{request.path}?unit={unit.code}")
    context = {
        "page": page, "tabs": tabs("statistics"), "unit": unit, "units": branches(request.user), "form": asked_for,
        "kept": kept, "theirs": theirs, "shown": SHOWN,
        "groups": [
            (group.name_for_reader, [(known[item.code], asked_for[item.code]) for item in group.items])
            for group in national.groups()
        ],
    }  # fmt: skip
    return render(request, "insight/statistics.html", context, status=422 if asked_for.errors else 200)


@require_safe
def file(request: DeskRequest) -> HttpResponse:
    """The form as it was saved; what nobody saved yet is as the system proposes."""
    page = asked(request)
    unit = _unit(page)
    kept = StatisticsReturn.objects.filter(edition=page.edition, organization=unit).first()
    numbers = kept.typed if kept else {
        code: one.proposed
        for code, one in national.known(page.edition, in_branch(unit)).items()
        if one.proposed is not None
    }  # fmt: skip
    answer = HttpResponse(
        national.to_xlsx(page.edition, unit.name, numbers), content_type=tables.CONTENT_TYPES["xlsx"]
    )
    answer["Content-Disposition"] = 'attachment; filename="statistics.xlsx"'
    return answer
