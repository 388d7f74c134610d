from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts import network
from kepuyue.accounts.actions import lockout
from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations import forms, queries
from kepuyue.organizations.actions import members
from kepuyue.organizations.actions import units as unit_actions
from kepuyue.organizations.models import Membership, Organization, Role
from kepuyue.organizations.permissions import (
    ROLES,
    check,
    holds_anywhere,
    may,
    memberships,
    organizations_where,
)


@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """The workbench: each room brings its own panel."""
    own = memberships(request.user)
    pending = organizations_where(request.user, "unit.confirm").filter(state=Organization.State.PENDING)
    roles = [
        {"organization": m.organization, "role": Role(m.role).label, "about": ROLES[m.role].description}
        for m in own
    ]
    return render(request, "organizations/desk.html", {"roles": roles, "pending_units": pending[:6]})


@require_safe
def units(request: SignedInRequest) -> HttpResponse:
    """The units the person may see, found by a word of the name."""
    rows = organizations_where(request.user, "unit.see").select_related("district", "parent").order_by("path")
    word, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    if word:
        rows = rows.filter(Q(name__icontains=word) | Q(name_en__icontains=word))
    if state in Organization.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "organizations/units.html", {"page": page, "q": word})


@require_safe
def unit(request: SignedInRequest, code: str) -> HttpResponse:
    """One unit: its facts, its people, what is to be decided."""
    organization = _visible(request, code)
    superior = organization.parent or organization
    roles = members.roles_to_give(request.user, organization)
    return render(
        request,
        "organizations/unit.html",
        {
            "organization": organization,
            "people": Membership.objects.filter(organization=organization)
            .select_related("user")
            .order_by("pk"),
            "can_edit": may(request.user, "unit.edit", organization),
            "can_confirm": organization.state == Organization.State.PENDING
            and may(request.user, "unit.confirm", superior),
            "roles": roles,
            "form": forms.MemberForm(roles=roles),
            "refusal": forms.RefusalForm(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, code: str) -> HttpResponse:
    """The unit's own facts."""
    organization = _visible(request, code)
    check(request.user, "unit.edit", organization)
    form = forms.UnitEditForm(request.POST or None, instance=organization)
    if request.method == "POST" and form.is_valid():
        fresh = Organization.objects.get(pk=organization.pk)
        asks_again = fresh.state == Organization.State.REFUSED
        unit_actions.edit(fresh, form.cleaned_data, by=request.user)
        messages.success(request, _("已保存，并再次请上级确认。") if asks_again else _("已保存。"))
        return redirect("organizations:unit", code)
    status = 422 if request.method == "POST" else 200
    name = Organization.objects.get(pk=organization.pk).name
    return render(
        request, "organizations/unit_edit.html", {"form": form, "code": code, "name": name}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def registration(request: SignedInRequest) -> HttpResponse:
    """A unit registers itself; anybody may ask, the superior confirms."""
    form = forms.UnitRegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            if not lockout.claim_registration(network.origin(request)).is_granted:
                raise ValidationError(_("这个网络登记得太频繁了。填写的内容还在，请一小时后再提交。"))
            _organization, owner = unit_actions.register(
                unit={
                    name: typed[name]
                    for name in ("name", "type", "district", "parent", "credit_code", "address")
                },
                person_name=typed["person_name"],
                email=typed["email"],
                password=typed["password"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, owner, backend="django.contrib.auth.backends.ModelBackend")
            messages.success(request, _("登记好了。上级确认之前可以先填写活动，确认后就能提交。"))
            return redirect("organizations:desk")
    status = 422 if request.method == "POST" else 200
    return render(request, "organizations/registration.html", {"form": form}, status=status)


@require_POST
def confirmation(request: SignedInRequest, code: str) -> HttpResponse:
    """The superior confirms the unit."""
    organization = _visible(request, code)
    try:
        unit_actions.confirm(organization, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已确认：%(unit)s") % {"unit": organization})
    return redirect("organizations:unit", code)


@require_POST
def refusal(request: SignedInRequest, code: str) -> HttpResponse:
    """The superior does not confirm the unit and says why."""
    organization = _visible(request, code)
    try:
        unit_actions.refuse(organization, by=request.user, reason=request.POST.get("reason", ""))
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已把原因告知%(unit)s") % {"unit": organization})
    return redirect("organizations:unit", code)


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SignedInRequest, code: str) -> HttpResponse:
    """Add a colleague; opened by address it leads to the unit's page."""
    organization = _visible(request, code)
    if request.method != "POST":
        return redirect("organizations:unit", code)
    check(request.user, "unit.people", organization)
    roles = members.roles_to_give(request.user, organization)
    form = forms.MemberForm(request.POST, roles=roles)
    if form.is_valid():
        try:
            members.add(organization, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已添加，对方会收到邮件。"))
            return redirect("organizations:unit", code)
    context = {"organization": organization, "form": form, "roles": roles, "can_edit": True}
    context["people"] = (
        Membership.objects.filter(organization=organization).select_related("user").order_by("pk")
    )
    return render(request, "organizations/unit.html", context, status=422)


@require_POST
def removal(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take a role away from a colleague."""
    organization = _visible(request, code)
    check(request.user, "unit.people", organization)
    membership = get_object_or_404(Membership.objects.select_related("organization", "user"), pk=pk,
                                   organization=organization)  # fmt: skip
    try:
        members.remove(membership, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已移除。"))
        if membership.user_id == request.user.pk:
            # One may no longer see the unit that one has just left
            return redirect("organizations:desk")
    return redirect("organizations:unit", code)


@require_safe
def audit_trail(request: SignedInRequest) -> HttpResponse:
    """Who did what in the person's branch, newest first."""
    if not holds_anywhere(request.user, "audit.see"):
        raise PermissionDenied(_("只有单位负责人、审核人和市科协可以查看操作记录。"))
    rows = queries.audit_rows(request.user)
    word = request.GET.get("q", "").strip()
    if word:
        rows = rows.filter(Q(subject_name__icontains=word) | Q(actor_name__icontains=word))
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "organizations/audit.html", {"page": page, "q": word})


def _visible(request: SignedInRequest, code: str) -> Organization:
    seen = organizations_where(request.user, "unit.see").select_related("district", "parent")
    return get_object_or_404(seen, code=code)
