"""What those above decide about a unit: closing, another superior, merging with another record."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.accounts.reauthentication import fresh_sign_in_required
from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations import forms, queries
from kepuyue.organizations.actions import merging, standing, tree
from kepuyue.organizations.models import Membership, Merger, Organization
from kepuyue.organizations.permissions import check_from_above, organizations_where, reach
from kepuyue.organizations.views.finding import sent, visible


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def closing(request: SignedInRequest, code: str) -> HttpResponse:
    """Close the unit; the page says first what becomes of what it has."""
    organization = visible(request, code)
    check_from_above(request.user, "unit.close", organization)
    form = forms.RefusalForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            standing.close(organization, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已停用：%(unit)s") % {"unit": organization})
            return redirect("organizations:unit", code)
    context = {"organization": organization, "form": form, "holdings": merging.holdings(organization)}
    return render(
        request, "organizations/closing.html", context, status=422 if request.method == "POST" else 200
    )


@require_POST
def reopening(request: SignedInRequest, code: str) -> HttpResponse:
    """Open a closed unit again."""
    organization = visible(request, code)
    try:
        standing.reopen(organization, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已恢复：%(unit)s") % {"unit": organization})
    return redirect("organizations:unit", code)


@require_http_methods(["GET", "HEAD", "POST"])
def superior(request: SignedInRequest, code: str) -> HttpResponse:
    """Give the unit another superior."""
    organization = visible(request, code)
    check_from_above(request.user, "unit.move", organization)
    reachable = Organization.objects.active().filter(reach(request.user, "unit.move"))
    parents = reachable.exclude(level=Organization.Level.UNIT).exclude(pk=organization.parent_id or 0)
    form = forms.SuperiorForm(sent(request), parents=parents)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            tree.move(organization, to=typed["parent"], by=request.user, reason=typed["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("上级单位已调整为：%(unit)s") % {"unit": typed["parent"]})
            return redirect("organizations:unit", code)
    below = Organization.objects.in_branch(organization).exclude(pk=organization.pk).count()
    context = {"organization": organization, "form": form, "below": below, "has_choice": parents.exists()}
    return render(
        request, "organizations/superior.html", context, status=422 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def merger(request: SignedInRequest, code: str) -> HttpResponse:
    """Choose the other record, see what would move, choose which of the two stays, merge."""
    organization = visible(request, code)
    check_from_above(request.user, "unit.merge", organization)
    reachable = (
        Organization.objects.standing().filter(reach(request.user, "unit.merge")).exclude(pk=organization.pk)
    )
    other = None
    if other_code := request.POST.get("other") or request.GET.get("other"):
        other = get_object_or_404(reachable.select_related("parent", "district"), code=other_code)
    word = request.GET.get("q", "").strip()
    context: dict[str, object] = {"organization": organization, "other": other, "q": word, "fault": ""}
    if request.method == "POST" and other is not None:
        stays = organization if request.POST.get("survivor") == organization.code else other
        goes = other if stays == organization else organization
        if request.POST.get("survivor") not in (organization.code, other.code):
            context["fault"] = _("请选择保留哪一个。")
        else:
            try:
                merging.merge(goes, into=stays, by=request.user)
            except ValidationError as error:
                context["fault"] = error.messages[0]
            else:
                messages.success(request, _("已合并到：%(unit)s") % {"unit": stays})
                return redirect("organizations:unit", stays.code)
    if other is not None:
        context["sides"] = [
            _side(unit, stays) for unit, stays in ((organization, other), (other, organization))
        ]
    else:
        context["near"] = [
            one for one in queries.near_within(request.user, organization) if one.organization in reachable
        ]
        found = queries.found_by(reachable, word).select_related("parent", "district")
        context["found"] = found.order_by("path")[:20] if word else []
    return render(
        request, "organizations/merger.html", context, status=422 if request.method == "POST" else 200
    )


def _side(unit: Organization, stays: Organization) -> dict[str, object]:
    """What becomes of the one record and its people if the other stays."""
    outsiders = merging.kept_out(unit, stays)
    holdings = merging.holdings(unit, but=Membership if outsiders else None)
    return {"unit": unit, "holdings": holdings, "kept_out": outsiders}


@require_POST
@fresh_sign_in_required
def unmerging(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take a wrong merger back."""
    organization = visible(request, code)
    found = get_object_or_404(Merger.objects.filter(survivor=organization), pk=pk)
    if not organizations_where(request.user, "unit.merge").filter(pk=found.merged_id).exists():
        # Overseeing the survivor does not show what was merged from elsewhere
        check_from_above(request.user, "unit.merge", found.merged)
    try:
        merging.undo(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("organizations:unit", code)
    messages.success(request, _("已撤销合并：%(unit)s恢复为单独的单位。") % {"unit": found.merged})
    return redirect("organizations:unit", found.merged.code)
