"""Opening offers of bases at the desk: the base's own form, the superior's check, and who has not filed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core import audit, wording
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import holds_anywhere, may, organizations_where
from kepuyue.resources import presentation, queries, timetable
from kepuyue.resources.actions import openings
from kepuyue.resources.forms.openings import OpeningForm, RemarkForm
from kepuyue.resources.models import Opening
from kepuyue.resources.permissions import check_can_confirm, check_takes_part
from kepuyue.resources.views.offers import edition_of, posted, tabs


@require_safe
def filings(request: DeskRequest) -> HttpResponse:
    """For overseers: every base of the branch and how far it is; for a unit: the way to its own opening."""
    edition = edition_of(request)
    if not holds_anywhere(request.user, "resource.oversee"):
        check_takes_part(request.user)
        own = (
            organizations_where(request.user, "resource.offer")
            .filter(memberships__user=request.user)
            .distinct()
        )
        if len(own) == 1:
            return redirect("resources:opening", own[0].code)
        return render(request, "resources/filings.html", {"tabs": tabs(request, "openings"), "own": own})
    rows = queries.filings(request.user, edition)
    show = request.GET.get("show", "")
    groups = {
        "waiting": [one for one in rows if one.opening and one.opening.state == Opening.State.FILED],
        "missing": [one for one in rows if one.is_missing],
        "thin": [one for one in rows if one.opening and one.promise and one.promise.is_thin],
        "public": [one for one in rows if one.opening and one.opening.public],
    }
    context = {
        "tabs": tabs(request, "openings"),
        "rows": groups.get(show, rows),
        "show": show,
        "chips": [
            {"label": label, "href": f"?show={code}", "on": show == code, "count": len(groups[code])}
            for code, label in (
                ("waiting", _("待确认")), ("missing", _("未报送")), ("thin", _("开放很少")), ("public", _("已公开")),
            )
        ],
        "missing": len(groups["missing"]),
        "total": len(rows),
        "oversees": True,
        "own": own_bases(request),
    }  # fmt: skip
    return render(request, "resources/filings.html", context)


def own_bases(request: DeskRequest) -> Any:
    """The person's own units that open to the public."""
    writable = organizations_where(request.user, "resource.offer").filter(level=Organization.Level.UNIT)
    return writable.filter(memberships__user=request.user).distinct()


def get_base(request: DeskRequest, code: str) -> Organization:
    """The unit, or 404 where the person may neither write nor oversee its opening."""
    seen = organizations_where(request.user, "resource.offer") | organizations_where(
        request.user, "resource.oversee"
    )
    return get_object_or_404(seen.select_related("district", "parent"), code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: DeskRequest, code: str) -> HttpResponse:
    """The base's form; for those above it, what it says and the two buttons."""
    edition, unit = edition_of(request), get_base(request, code)
    found = Opening.objects.filter(edition=edition, organization=unit).first()
    if found:
        found.organization, found.edition = unit, edition
    may_write = may(request.user, "resource.offer", unit)
    if request.method == "POST" and not may_write:
        raise PermissionDenied(_("开放安排由基地自己填写。"))
    content = found.content if found else {}
    form = OpeningForm(
        posted(request),
        edition=edition,
        content=content,
        version=found.version if found else 0,
    )
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            openings.save(
                unit, edition, form.content(), by=request.user, version=form.cleaned_data["version"] or 0
            )
            if request.POST.get("then") == "file":
                openings.file(unit, edition, by=request.user)
                messages.success(request, _("已报送，上级确认后公开。"))
            else:
                messages.success(request, _("已保存。"))
            return redirect("resources:opening", code)
        except Conflict as conflict:
            form.add_error(None, conflict)
            present = OpeningForm(edition=edition, content=conflict.present.content)
            theirs = form.differing_from(present)
            form.look_at(conflict.present.version)
        except ValidationError as error:
            # The text is saved; what is missing before it can be filed is named
            form.add_error(None, error)
            form.look_at(Opening.objects.get(edition=edition, organization=unit).version)
    last = queries.last_opening(unit, edition) if found is None else None
    context = {
        "unit": unit,
        "opening": found,
        "form": form,
        "may_write": may_write,
        "can_confirm": found is not None
        and found.state == Opening.State.FILED
        and may(request.user, "resource.oversee", unit.parent or unit),
        "remark": RemarkForm(initial={"version": found.version}) if found else None,
        "rows": presentation.opening_rows(content) if found else [],
        "was": presentation.changed_rows(found.public, content)
        if found and found.public and found.public != content
        else [],
        "promise": timetable.promised(content, edition.days) if found else None,
        "last": last,
        "theirs": theirs,
        "trail": audit.trail(found)[:20] if found else [],
    }
    return render(
        request,
        "resources/opening.html",
        context,
        status=(409 if theirs is not None else 422) if form.errors else 200,
    )


@require_POST
def copy(request: DeskRequest, code: str) -> HttpResponse:
    """Begin with what the base said in the edition before."""
    edition, unit = edition_of(request), get_base(request, code)
    return _pressed(
        request,
        code,
        lambda: openings.copy_last(unit, edition, by=request.user),
        _("已从上一届复制，请核对后报送。"),
    )


@require_POST
def file(request: DeskRequest, code: str) -> HttpResponse:
    """Hand it to the superior as it stands."""
    edition, unit = edition_of(request), get_base(request, code)
    return _pressed(
        request, code, lambda: openings.file(unit, edition, by=request.user), _("已报送，上级确认后公开。")
    )


@require_POST
def confirm(request: DeskRequest, code: str) -> HttpResponse:
    """Make what the base filed public."""
    found = _filed(request, code)
    version = request.POST.get("version", "")
    number = int(version) if version.isdecimal() and len(version) < 10 else 0
    return _pressed(
        request,
        code,
        lambda: openings.confirm(found, by=request.user, version=number),
        _("已确认，现在公众可以看到。"),
    )


@require_POST
def give_back(request: DeskRequest, code: str) -> HttpResponse:
    """Ask the base for a change."""
    found = _filed(request, code)
    check_can_confirm(request.user, found)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("请写明要改什么。"))
        return redirect("resources:opening", code)
    return _pressed(
        request,
        code,
        lambda: openings.give_back(found, by=request.user, **form.cleaned_data),
        _("已退回，基地会收到您的意见。"),
    )


def _filed(request: DeskRequest, code: str) -> Opening:
    unit = get_base(request, code)
    return get_object_or_404(
        Opening.objects.select_related("organization__parent", "edition"),
        edition=edition_of(request),
        organization=unit,
    )


def _pressed(request: DeskRequest, code: str, press: Any, done: str) -> HttpResponse:
    try:
        press()
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, done)
    return redirect("resources:opening", code)


@require_POST
def remind(request: DeskRequest) -> HttpResponse:
    """Remind every base of the branch that has not filed."""
    edition = edition_of(request)
    if not holds_anywhere(request.user, "resource.oversee"):
        raise PermissionDenied(_("提醒由区级科协、成员单位或市科协发出。"))
    late = [one.organization for one in queries.filings(request.user, edition) if one.is_missing]
    told, nobody = openings.remind(late, edition, by=request.user)
    messages.success(request, ngettext("已提醒%(count)s家。", "已提醒%(count)s家。", told) % {"count": told})
    if nobody:
        names = wording.listed(unit.name for unit in nobody[:5])
        text = _("%(count)s家还没有人员，无法提醒，例如：%(names)s。请先在“单位”里添加人员。")
        messages.warning(request, text % {"count": len(nobody), "names": names})
    return redirect("resources:openings")
