"""The edition's settings at a glance, its names and dates, and the year that comes next."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.models import User
from kepuyue.editions import overview, queries
from kepuyue.editions.actions import editing, exporting, extending, renewal
from kepuyue.editions.forms import DatesForm, ExtensionForm, NamesForm, RenewalForm
from kepuyue.editions.models import Edition
from kepuyue.editions.views.office import OfficeRequest, back, office_page, put_errors, saved, shown, typed
from kepuyue.organizations.permissions import holds_anywhere

BOTH = ["GET", "HEAD", "POST"]


@require_safe
def edition(request: HttpRequest) -> HttpResponse:
    """To the settings of the current edition."""
    if not holds_anywhere(cast(User, request.user), "edition.manage"):
        raise PermissionDenied(_("只有市级管理员可以管理届次。"))
    current = queries.current_edition() or Edition.objects.live().first()
    return back("hub", current.code) if current else render(request, "editions/no_edition.html")


@require_safe
@office_page
def hub(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """The ways to everything that can be set, each with what it says now."""
    context = {
        "this": edition,
        "others": Edition.objects.live().exclude(pk=edition.pk),
        "cards": overview.settings_at_a_glance(edition),
    }
    return render(request, "editions/hub.html", context)


@require_http_methods(BOTH)
@office_page
def names(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """Theme, names, ordinals, office, contact."""
    form = NamesForm(typed(request)[0], edition=edition)
    if saved(
        request,
        form,
        lambda values, seen: editing.change(edition, edition, values, by=request.user, seen=seen),
    ):
        return back("names", edition.code)
    return shown(request, "editions/names.html", edition, _("主题与名称"), form=form)


@require_http_methods(BOTH)
@office_page
def dates(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """The period, the key dates, and the exceptions from them."""
    form = DatesForm(typed(request)[0], edition=edition)
    if saved(
        request, form, lambda values, seen: editing.change_dates(edition, values, by=request.user, seen=seen)
    ):
        return back("dates", edition.code)
    return _dates(request, edition, form, ExtensionForm(edition=edition))


@require_POST
@office_page
def extensions(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """One more exception, or a later day for one."""
    form = ExtensionForm(request.POST, edition=edition)
    if form.is_valid():
        try:
            extending.extend(edition, by=request.user, **form.values())
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _("延期已生效，并已记录在案。"))
            return back("dates", edition.code)
    return _dates(request, edition, DatesForm(edition=edition), form, status=422)


@require_POST
@office_page
def extension_end(request: OfficeRequest, edition: Edition, pk: int) -> HttpResponse:
    """Take an exception back."""
    extending.end(get_object_or_404(edition.extensions, pk=pk), by=request.user)
    messages.success(request, _("延期已取消，恢复原定日期。"))
    return back("dates", edition.code)


def _dates(
    request: HttpRequest, edition: Edition, form: DatesForm, more: ExtensionForm, status: int = 200
) -> HttpResponse:
    page = shown(
        request, "editions/dates.html", edition, _("日期与阶段"), form=form, more=more,
        phases=overview.phases(edition), key_dates=edition.key_dates.all(),
        extensions=edition.extensions.select_related("organization", "by"),
        tiers=dict(edition.taxonomies.filter(code="tier").values_list("terms__code", "terms__name")),
    )  # fmt: skip
    page.status_code = max(page.status_code, status)
    return page


@require_http_methods(BOTH)
@office_page
def renewals(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """Next year's edition: looked at first, then made."""
    form = RenewalForm.after(edition, typed(request)[0])
    plan = None
    try:
        if form.is_valid():
            year, align = form.cleaned_data["year"], form.cleaned_data["align"]
            plan = renewal.draft(edition, year, align=align)
            if "confirm" in request.POST:
                made = renewal.begin(edition, year, by=request.user, align=align)
                messages.success(
                    request, _("%(name)s已建好，还没有公开。请填写主题和通知。") % {"name": made}
                )
                return back("hub", made.code)
        elif not form.is_bound:
            plan = renewal.draft(edition, edition.year + 1)
    except ValidationError as error:
        if form.is_bound:
            put_errors(form, error)
    return shown(request, "editions/renewals.html", edition, _("下一届"), form=form, plan=plan)


@require_http_methods(BOTH)
@office_page
def current(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """Make the edition the current one: a separate act with its consequences written out."""
    if request.method == "POST":
        renewal.switch(edition, by=request.user)
        messages.success(request, _("现在的本届是%(name)s。") % {"name": edition})
        return back("hub", edition.code)
    context = {"before": queries.current_edition(), "open": queries.is_open_to_public(edition)}
    return shown(request, "editions/current.html", edition, _("设为本届"), **context)


@require_safe
@office_page
def export(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """The edition's folder as one file."""
    content, _problems = exporting.as_zip(edition)
    name = f'attachment; filename="{edition.code}.zip"'
    return HttpResponse(content, content_type="application/zip", headers={"Content-Disposition": name})
