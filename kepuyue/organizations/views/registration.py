"""A unit registers itself; while its name is typed, units that may be the same one are named."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.accounts import network
from kepuyue.accounts.actions import lockout
from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations import forms, queries
from kepuyue.organizations.actions import limits
from kepuyue.organizations.actions import units as unit_actions
from kepuyue.organizations.views.finding import sent

LONGEST_NAME = 120


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def registration(request: SignedInRequest) -> HttpResponse:
    """A unit registers itself; anybody may ask, the superior confirms."""
    form = forms.UnitRegistrationForm(sent(request))
    near: list[queries.Near] = []
    if request.method == "POST" and form.is_valid():
        near = queries.near_confirmed(form.cleaned_data["name"], form.cleaned_data["credit_code"])
        form.ask_whether_distinct(near)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            if not lockout.claim_registration(network.origin(request)).is_granted:
                raise ValidationError(_("这个网络登记得太频繁了。填写的内容还在，请一小时后再提交。"))
            unit_actions.register(
                unit=form.facts(),
                person_name=typed["person_name"],
                email=typed["email"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("登记好了。请打开邮箱里的信，从那里进入工作台；上级确认之前可以先填写活动。")
            )
            return redirect("account_reset_password_done")
    status = 422 if request.method == "POST" else 200
    return render(request, "organizations/registration.html", {"form": form, "near": near}, status=status)


@require_safe
@login_not_required
def similar(request: SignedInRequest) -> HttpResponse:
    """Confirmed units that may be the one whose name is being typed: a fragment with their names, nothing else."""
    name = request.GET.get("name", "").strip()[:LONGEST_NAME]
    code = request.GET.get("credit_code", "").strip()[:40]
    near: list[queries.Near] = []
    # Too often is answered as if there were none: the check when the form is sent still names them
    if (len(name) > 1 or len(code) >= 18) and limits.may_ask_for_names(network.origin(request)):
        near = queries.near_confirmed(name, code)
    return render(request, "organizations/_near.html", {"near": near})
