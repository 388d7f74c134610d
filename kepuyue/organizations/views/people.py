"""People of a unit: adding, removing, appointing from above, inviting by link."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.accounts import network
from kepuyue.accounts.reauthentication import fresh_sign_in_required, note_password
from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations import forms
from kepuyue.organizations.actions import invitations as inviting
from kepuyue.organizations.actions import joining, limits, members
from kepuyue.organizations.models import Handover, Invitation, Membership
from kepuyue.organizations.permissions import check, check_from_above, roles_to_give, roles_to_invite
from kepuyue.organizations.views.finding import sent, visible
from kepuyue.organizations.views.links import keep_link, take_link
from kepuyue.organizations.views.units import unit_context


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SignedInRequest, code: str) -> HttpResponse:
    """Add a colleague; opened by address it leads to the unit's page."""
    organization = visible(request, code)
    if request.method != "POST":
        return redirect("organizations:unit", code)
    check(request.user, "unit.people", organization)
    roles = roles_to_give(request.user, organization)
    form = forms.MemberForm(request.POST, roles=roles)
    if form.is_valid():
        try:
            members.add(organization, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已添加，对方会收到邮件。"))
            return redirect("organizations:unit", code)
    return render(request, "organizations/unit.html", unit_context(request, organization, form), status=422)


@require_POST
@fresh_sign_in_required
def removal(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take a role away from a colleague."""
    organization = visible(request, code)
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


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def appointment(request: SignedInRequest, code: str) -> HttpResponse:
    """The superior makes somebody owner, for instance because the only one has gone."""
    organization = visible(request, code)
    check_from_above(request.user, "unit.appoint", organization)
    form = forms.AppointmentForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            members.appoint(organization, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已指定，对方会收到邮件。"))
            return redirect("organizations:unit", code)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "organization": organization}
    return render(request, "organizations/appointment.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: SignedInRequest, code: str) -> HttpResponse:
    """The unit's invitations: make one, see who has used which, take one back."""
    organization = visible(request, code)
    roles = roles_to_invite(request.user, organization)
    if not roles:
        check(request.user, "unit.people", organization)
    form = forms.InvitationForm(sent(request), roles=roles)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = inviting.invite(organization, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if invitation.email:
                messages.success(request, _("邀请已发到%(email)s。") % {"email": invitation.email})
            else:
                keep_link(request, organization, inviting.path_of(token))
            return redirect("organizations:invitations", code)
    rows = (
        Invitation.objects.filter(organization=organization)
        .select_related("by")
        .prefetch_related("entries__user")
    )
    context = {
        "organization": organization,
        "form": form,
        "rows": rows[:100],
        "roles": roles,
        "fresh_link": take_link(request, organization),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "organizations/invitations.html", context, status=status)


@require_POST
def revocation(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take an invitation back."""
    organization = visible(request, code)
    invitation = get_object_or_404(Invitation, pk=pk, organization=organization)
    try:
        inviting.revoke(invitation, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已撤回，链接不能再用。"))
    return redirect("organizations:invitations", code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def invitation(request: SignedInRequest, token: str) -> HttpResponse:
    """What the link leads to: the unit and the role, no person's name. Signed in, one presses a button; else one
    makes an account or signs in. A link that ended says whom to ask."""
    found = joining.found(token) if limits.may_open_link(network.origin(request)) else None
    if found is None or not inviting.is_good(found):
        return render(request, "organizations/invitation_ended.html", {"invitation": found}, status=410)
    form = forms.NewcomerForm(sent(request), address=found.email)
    fault = ""
    try:
        if request.method == "POST" and request.user.is_authenticated:
            joining.accept(token, by=request.user)
            return _welcome(request, found)
        if request.method == "POST" and form.is_valid():
            person, _membership = joining.accept_as_newcomer(token, **form.cleaned_data)
            login(request, person, backend="django.contrib.auth.backends.ModelBackend")
            note_password(request, person)
            return _welcome(request, found)
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            form.add_error(None, error)
        else:
            fault = error.messages[0]
    status = 422 if request.method == "POST" else 200
    context = {
        "invitation": found,
        "is_handover": Handover.objects.filter(invitation=found).exists(),
        "form": form,
        "fault": fault,
        "here": request.path,
    }
    return render(request, "organizations/invitation.html", context, status=status)


def _welcome(request: SignedInRequest, invitation: Invitation) -> HttpResponse:
    messages.success(request, _("您已加入：%(unit)s") % {"unit": invitation.organization})
    if handover := Handover.objects.filter(invitation=invitation).first():
        # What was written for whoever takes over stands there
        return redirect("organizations:handover", handover.pk)
    return redirect("organizations:desk")
