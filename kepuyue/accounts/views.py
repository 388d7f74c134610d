from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from allauth.socialaccount.adapter import get_adapter as get_outside_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts import forms, network, outside, second_factor
from kepuyue.accounts.actions import people, stays
from kepuyue.accounts.adapter import MFAAdapter
from kepuyue.accounts.middleware import STAY
from kepuyue.accounts.models import Stay, User
from kepuyue.accounts.queries import has_second_factor, stays_of
from kepuyue.accounts.reauthentication import fresh_sign_in_required
from kepuyue.accounts.request import SignedInRequest

YEAR = 31_536_000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    """My account: name, language, address, password, second factor, sessions, accounts elsewhere."""
    person = User.objects.get(pk=request.user.pk)
    form = forms.PersonForm(request.POST if request.method == "POST" else None, instance=person)
    if request.method == "POST" and form.is_valid():
        fresh = User.objects.get(pk=person.pk)
        people.edit(fresh, by=request.user, **form.cleaned_data)
        messages.success(request, _("已保存。"))
        response = redirect("account")
        if fresh.language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                fresh.language,
                max_age=YEAR,
                samesite="Lax",
                secure=settings.HTTPS,
            )
        else:
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return response
    factors: dict[str, Any] = {"passkeys": []}
    for one in Authenticator.objects.filter(user=person).order_by("pk"):
        if one.type == Authenticator.Type.WEBAUTHN:
            factors["passkeys"].append({"pk": one.pk, "name": one.wrap().name, "one": one})
        else:
            factors[one.type] = one
    codes = factors.get("recovery_codes")
    context = {
        "form": form,
        "person": User.objects.get(pk=person.pk),
        "factors": factors,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "has_factor": bool(factors["passkeys"] or factors.get("totp")),
        "is_required": second_factor.is_required(request.user),
        "stays": stays_of(person),
        "own_stay": request.session.get(STAY),
        **_outside(request),
    }
    return render(request, "account/me.html", context, status=422 if form.is_bound else 200)


def _outside(request: SignedInRequest) -> dict[str, Any]:
    providers = get_outside_adapter().list_providers(request)
    names = {provider.sub_id: provider.name for provider in providers}
    bound = list(SocialAccount.objects.filter(user=request.user).order_by("pk"))
    return {
        "bound": [{"account": one, "name": names.get(one.provider, one.provider)} for one in bound],
        "to_bind": [one for one in providers if one.sub_id not in {account.provider for account in bound}],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def address(request: SignedInRequest) -> HttpResponse:
    """Another address to sign in with; it counts once the mail sent there was opened."""
    form = forms.AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person = User.objects.get(pk=request.user.pk)
        people.ask_for_address(person, by=request.user, address=form.cleaned_data["email"])
        messages.success(request, _("邮件已发到新邮箱，打开里面的链接才会更换。24 小时内有效。"))
        return redirect("account")
    status = 422 if form.is_bound else 200
    return render(request, "account/address.html", {"form": form}, status=status)


@require_POST
def proof_mail(request: SignedInRequest) -> HttpResponse:
    """Send the link that proves the present address."""
    people.ask_for_proof(request.user, by=request.user)
    messages.success(request, _("邮件已发出，请打开里面的链接。"))
    return redirect("account")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_proof(request: SignedInRequest, token: str) -> HttpResponse:
    """The link of the mail, opened by the account's owner.

    Who has the mailbox but not the account (somebody typed a stranger's address) can prove nothing for it. A mail
    program that looks at links changes nothing: the button does.
    """
    try:
        person, new = people.read_link(token)
        if person.pk != request.user.pk:
            raise ValidationError(_("这个链接是另一个账号的。请先退出，用那个账号登录后再打开。"))
        if request.method != "POST":
            return render(request, "account/address_proof.html", {"address": new})
        person = people.prove_by_link(token)
    except ValidationError as error:
        return render(request, "account/address_proof.html", {"trouble": error.messages[0]}, status=410)
    messages.success(request, _("邮箱已确认：%(address)s") % {"address": person.email})
    return redirect("account")


@require_POST
@fresh_sign_in_required
def stay_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign out one other device."""
    stay = get_object_or_404(Stay.objects.select_related("user"), pk=pk, user=request.user)
    if stay.pk == request.session.get(STAY):
        return redirect("account_logout")
    stays.end(stay, by=request.user)
    messages.success(request, _("已退出：%(device)s") % {"device": stay.name})
    return redirect(reverse("account") + "#stays")


@require_POST
@fresh_sign_in_required
def stays_end(request: SignedInRequest) -> HttpResponse:
    """Sign out everywhere else, at once."""
    person = User.objects.get(pk=request.user.pk)
    own = request.session.get(STAY, 0)
    stays.end_others(person, by=request.user, keep=own)
    stays.forget_devices(person, keep=network.device_token(request))
    update_session_auth_hash(request, person)
    Stay.objects.filter(pk=own).update(session_key=request.session.session_key)
    messages.success(request, _("其他设备都已退出。"))
    return redirect(reverse("account") + "#stays")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_gate(request: SignedInRequest) -> HttpResponse:
    """Where those are led who must have a second factor: set one up, show it, or put it off within the grace."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        onward = reverse(settings.LOGIN_REDIRECT_URL)
    if second_factor.opens_desk(request.session, request.user):
        return redirect(onward)
    if has_second_factor(request.user):
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        shows = next(method for method in methods if method["id"] != "reauthenticate")
        return redirect(f"{shows['url']}?{urlencode({'next': onward})}")
    ends = second_factor.grace_ends(request.user)
    may_wait = timezone.now() < ends
    if request.method == "POST" and may_wait:
        request.session[second_factor.LATER] = request.user.pk
        return redirect(onward)
    request.session[second_factor.ONWARD] = onward
    context = {"next": onward, "ends": ends, "may_wait": may_wait}
    return render(request, "account/second_factor.html", context)


@require_safe
def to_account(request: SignedInRequest) -> HttpResponse:
    """Where the library leads after a change of factors: they stand in "my account"."""
    return redirect(reverse("account") + "#me-factor")


@require_http_methods(["GET", "HEAD", "POST"])
def passkey_removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a passkey; the last factor of somebody who must have one stays."""
    passkey = get_object_or_404(Authenticator, pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN)
    if not second_factor.may_remove(request.user, passkey.pk):
        messages.warning(request, str(MFAAdapter.error_messages["cannot_delete_authenticator"]))
        return redirect("account")
    answer: HttpResponse = remove_webauthn(request, pk=pk)
    return answer


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def outside_login(request: HttpRequest, provider: str) -> HttpResponse:
    """Go to the provider to sign in, or (with process=connect) to bind. A page asks first when opened by a link."""
    return _outside_view(request, provider, OAuth2LoginView)


@login_not_required
@never_cache
@require_safe
def outside_callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Where the provider sends people back to."""
    return _outside_view(request, provider, OAuth2CallbackView)


def _outside_view(request: HttpRequest, provider: str, view: Any) -> HttpResponse:
    if provider not in ("oidc", "weixin"):
        raise Http404
    adapter = (
        outside.StrictOIDCAdapter(request, "oidc")
        if provider == "oidc"
        else outside.PublishedWeixinAdapter(request)
    )
    try:
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except OAuth2Error:
        return render(request, "socialaccount/authentication_error.html", status=502)
    return answer


@require_POST
@fresh_sign_in_required
def outside_release(request: SignedInRequest, pk: int) -> HttpResponse:
    """An account elsewhere may no longer sign in."""
    from allauth.socialaccount.internal.flows.connect import disconnect, validate_disconnect

    bound = get_object_or_404(SocialAccount, pk=pk, user=request.user)
    try:
        validate_disconnect(request, bound)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        disconnect(request, bound)
        messages.success(request, _("已解除绑定。"))
    return redirect("account")
