"""How the sign-in library (django-allauth) is fitted to this house; rules are in `actions`."""

import base64
import hashlib
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kepuyue.accounts import network
from kepuyue.core import security_events

# Sensitive acts ask again for the password or a factor when the last time was longer ago (allauth's setting too)
FRESH_SECONDS = 300

NOTES = {
    "account/messages/password_changed": gettext_lazy("密码已保存，其他设备都已退出。"),
    "account/messages/password_set": gettext_lazy("密码已保存，其他设备都已退出。"),
    "mfa/messages/totp_activated": gettext_lazy("验证器应用已启用。"),
    "mfa/messages/totp_deactivated": gettext_lazy("验证器应用已移除。"),
    "mfa/messages/webauthn_added": gettext_lazy("通行密钥已添加。"),
    "mfa/messages/webauthn_removed": gettext_lazy("通行密钥已移除。"),
    "socialaccount/messages/account_connected": gettext_lazy("已绑定，下次可以用它登录。"),
    "socialaccount/messages/account_connected_updated": gettext_lazy("已绑定，下次可以用它登录。"),
    "socialaccount/messages/account_connected_other": gettext_lazy("它已经绑定了另一个账号，没有改动。"),
}


class AccountAdapter(DefaultAccountAdapter):
    """People come in by registering a unit or by its invitation, not by an open sign-up page."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy(
            "邮箱或密码不对。第一次使用、忘了密码，或者刚登记还没设密码，请点“设置或找回密码”。"
        ),
        "incorrect_password": gettext_lazy("密码不对，请再试一次。"),
        "enter_current_password": gettext_lazy("现在的密码不对，请再试一次。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Only the configured proxy hop counts."""
        return network.client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign-in mails leave through the outbox like all others, in our own words."""
        from kepuyue.accounts.actions import letters  # the app registry must be ready

        kind = template_prefix.rpartition("/")[2]
        if kind == "password_reset_key":
            letters.set_password(context["user"], urlsplit(context["password_reset_url"]).path)
        elif kind == "unknown_account":
            letters.unknown_account(email)
        else:
            raise NotImplementedError(f"no mail for {template_prefix}: write it in actions/letters.py")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """The library's notes in our words; what we have no words for is not worth a note."""
        said = message or NOTES.get((message_template or "").removesuffix(".txt"))
        if said:
            messages.add_message(request, level, str(said), extra_tags)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Guessing is slow: by account and network, by network, and by known device (actions/lockout.py)."""
        from kepuyue.accounts.actions import lockout  # the app registry must be ready

        address = credentials.get("email") or credentials.get("username") or ""
        self._claim = lockout.claim_sign_in(address=address, origin=network.origin(request))
        if not self._claim.is_granted:
            account = security_events.digest(address.strip().lower())
            security_events.note("sign-in.held-off", account=account, network=_network(request))
            raise ValidationError(too_many(self._claim.wait), code="too-many")

    def _rollback_login_failed_rl_usage(self) -> None:
        from kepuyue.accounts.actions import tries  # the app registry must be ready

        tries.give_back(self._claim)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of the last minutes is as good as typing the password again."""
        return not signed_in_just_now(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods = super().get_reauthentication_methods(user)
        words = {
            "reauthenticate": _("用密码"),
            "mfa_reauthenticate": _("用验证器应用的数字或恢复码"),
            "mfa_reauthenticate:webauthn": _("用通行密钥"),
        }
        return [method | {"description": words[method["id"]]} for method in methods]


def _network(request: HttpRequest) -> str:
    return security_events.digest(network.origin(request).network)


def signed_in_just_now(request: HttpRequest) -> bool:
    """Whether this session has shown a password, a passkey or a code within the last five minutes."""
    from allauth.account.internal.flows.login import get_authentication_records  # models must be ready

    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < FRESH_SECONDS


def too_many(seconds: int) -> str:
    """What somebody who has tried too often is told."""
    if seconds < 60:
        wait = ngettext("%(n)s秒", "%(n)s秒", seconds) % {"n": seconds}
    else:
        minutes = -(-seconds // 60)
        wait = ngettext("%(n)s分钟", "%(n)s分钟", minutes) % {"n": minutes}
    return _("试得太多了，请过%(wait)s再试。平时登录过的浏览器不受影响。") % {"wait": wait}


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted, their names Chinese."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("没有通过。数字请用应用里现在显示的一组；通行密钥请再试一次。"),
        "cannot_delete_authenticator": gettext_lazy(
            "您的工作需要第二步验证，这是最后一种，不能移除。请先添加另一种。"
        ),
    }

    def get_totp_issuer(self) -> str:
        return f"{_('科普月')} {urlsplit(settings.PUBLIC_URL).hostname}"

    def _get_site_name(self) -> str:
        return _("科普月")

    def encrypt(self, text: str) -> str:
        return _ciphers().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _ciphers().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        from kepuyue.accounts import second_factor  # the app registry must be ready

        return second_factor.may_remove(authenticator.user, authenticator.pk)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        from allauth.core import context  # set while a request is served

        return network.origin(context.request).browser

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Told by `receivers`, with the audit row."""


def _ciphers() -> MultiFernet:
    """Keys made of SECRET_KEY and those before it; losing them makes every second factor worthless."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(b"kepuyue.second-factor:" + secret.encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
