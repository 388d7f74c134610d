"""What the sign-in library announces, turned into our own actions."""

import secrets
import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.accounts import network, second_factor
from kepuyue.accounts.actions import letters, people, stays
from kepuyue.accounts.actions import second_factor as factors
from kepuyue.accounts.middleware import BEGAN_AT, SEEN_AT, STAY
from kepuyue.accounts.models import Stay, User
from kepuyue.accounts.queries import has_second_factor
from kepuyue.core import audit, security_events


@receiver(user_logged_in)
def signed_in(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Whatever way somebody came in by: the session is listed and the browser remembered."""
    if request is None:
        return
    request.session[SEEN_AT] = request.session[BEGAN_AT] = time.time()
    way = _way(request, user)
    security_events.note(
        "sign-in",
        person=user.pk,
        way=way,
        factor=int(second_factor.is_shown(request.session, user)),
        **_where(request),
    )
    if not request.META.get("REMOTE_ADDR"):
        return  # no browser: a program (a test) opens a session for somebody
    origin = network.origin(request)
    if not origin.device:
        request.new_device = secrets.token_urlsafe(32)  # type: ignore[attr-defined]
        origin = network.Origin(origin.network, request.new_device, origin.browser, origin.shown_network)  # type: ignore[attr-defined]
    key = request.session.session_key
    assert key  # a sign-in has just made it
    stay = stays.begin(user, session_key=key, origin=origin, way=way)
    request.session[STAY] = stay.pk


def _way(request: HttpRequest, user: User) -> str:
    records = get_authentication_records(request, user)
    if not records:
        return "password"
    first = records[0]
    if first.get("passwordless"):
        return "passkey"
    return str(first.get("provider") or "password")[:20]


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Somebody typed a password that is not that of the address, or an address that nobody has."""
    address = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    security_events.note("sign-in.failed", account=security_events.digest(address), **_where(request))


def _where(request: HttpRequest | None) -> dict[str, str]:
    if request is None or not request.META.get("REMOTE_ADDR"):
        return {}
    origin = network.origin(request)
    return {
        "network": security_events.digest(origin.network),
        "device": security_events.digest(origin.device),
        "browser": origin.browser,
    }


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """The session is over: it leaves the list, and the browser is told to forget (BrowserPolicyMiddleware)."""
    request.signed_out = True  # type: ignore[attr-defined]
    if user is not None:
        security_events.note("sign-out", person=user.pk, **_where(request))
    Stay.objects.filter(pk=_stay_of(request)).delete()


@receiver(password_changed)
@receiver(password_set)
@transaction.atomic
def password_was_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Other sessions are over by the new password; other browsers are strangers again."""
    stays.end_others(user, by=user, keep=_stay_of(request))
    stays.forget_devices(user, keep=network.device_token(request))
    _keep_this_session(request, user)
    audit.record("account.password_change", user, by=user)
    with translation.override(settings.CITY_LANGUAGE):
        letters.security_changed(user, _("登录密码改了。"))


@receiver(password_reset)
@transaction.atomic
def password_was_set_by_mail(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever opened the link owns the mailbox; every session is over."""
    people.mark_proven(user)
    stays.end_others(user, by=user)
    stays.forget_devices(user, keep=network.device_token(request))
    audit.record("account.password_reset", user, by=user)
    with translation.override(settings.CITY_LANGUAGE):
        letters.security_changed(user, _("登录密码通过邮件链接改了。"))


@receiver(authenticator_added)
def factor_was_added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A factor set up in a session has been shown in it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        second_factor.note_shown(request.session, user)
    with translation.override(settings.CITY_LANGUAGE):
        factors.added(user, authenticator.type, keep=_stay_of(request))
    _keep_this_session(request, user)


@receiver(authenticator_removed)
def factor_was_removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Without any factor left, the session has none to show either."""
    if not has_second_factor(user):
        request.session.pop(second_factor.SHOWN, None)
    with translation.override(settings.CITY_LANGUAGE):
        factors.removed(user, authenticator.type, keep=_stay_of(request))
    _keep_this_session(request, user)


@receiver(authenticator_reset)
def codes_were_renewed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """New recovery codes."""
    with translation.override(settings.CITY_LANGUAGE):
        factors.renewed(user)


@receiver(authenticator_used)
def factor_was_used(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """At sign-in or when asked again: the session has shown a factor."""
    second_factor.note_shown(request.session, user)


@receiver(social_account_added)
def outside_account_was_bound(request: HttpRequest, sociallogin: Any, **kwargs: Any) -> None:
    """An account elsewhere may sign in from now on."""
    _tell_of_outside_account(sociallogin.user, sociallogin.account, added=True)


@receiver(social_account_removed)
def outside_account_was_released(request: HttpRequest, socialaccount: Any, **kwargs: Any) -> None:
    """An account elsewhere may no longer sign in."""
    _tell_of_outside_account(socialaccount.user, socialaccount, added=False)


@transaction.atomic
def _tell_of_outside_account(user: User, account: Any, *, added: bool) -> None:
    name = account.get_provider().name
    audit.record(
        "account.bind" if added else "account.release",
        user,
        by=user,
        changes={"provider": [None, name] if added else [name, None]},
    )
    with translation.override(settings.CITY_LANGUAGE):
        said = _("账号绑定了%(name)s登录。") if added else _("账号解除了%(name)s登录。")
        letters.security_changed(user, said % {"name": name})


def _stay_of(request: HttpRequest) -> int:
    return int(request.session.get(STAY, 0))


def _keep_this_session(request: HttpRequest, user: User) -> None:
    """The session in hand goes on under the new epoch, with a new key, and stays in the list."""
    if request.user.is_authenticated and request.user.pk == user.pk:
        update_session_auth_hash(request, user)
        Stay.objects.filter(pk=_stay_of(request)).update(session_key=request.session.session_key)
