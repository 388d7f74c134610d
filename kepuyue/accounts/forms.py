from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from kepuyue.accounts import network
from kepuyue.accounts.actions import lockout, tries
from kepuyue.accounts.adapter import too_many
from kepuyue.accounts.models import User
from kepuyue.core import security_events

# A code must not open twice; it is valid for its own half minute and those beside it
_USED = tries.Bound(1, lockout.timedelta(seconds=120))


class PersonForm(forms.ModelForm[User]):
    """The person's own name and language."""

    class Meta:
        model = User
        fields = ("name", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].help_text = ""
        self.fields["language"].choices = [("", _("跟随浏览器")), *settings.LANGUAGES]  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    """A new address to sign in with."""

    email = forms.EmailField(label=_("新的邮箱"), max_length=254)


class SignInForm(LoginForm):
    """Address and password, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("登录邮箱")
        self.fields["remember"].label = _("关掉浏览器也保持登录（公用电脑不要选）")
        self.fields["password"].help_text = format_html(
            '<a href="{}">{}</a>', reverse_lazy("account_reset_password"), _("设置或找回密码")
        )
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)


class PasswordMailForm(ResetPasswordForm):
    """Ask for the mail with the link; the answer never tells whether there is such a person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("登录邮箱")
        self.fields["email"].widget.attrs.pop("placeholder", None)

    def clean(self) -> dict[str, Any]:
        """A network that names many addresses is slowed down; here one may be told, it is about oneself."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        claimed = lockout.claim_mail_from(network.origin(context.request))
        if not claimed.is_granted:
            raise ValidationError(too_many(claimed.wait), code="too-many")
        return cleaned

    def save(self, request: Any, **kwargs: Any) -> str:
        """Send it, unless the address has had many lately: then nobody is told."""
        email: str = self.cleaned_data["email"]
        if lockout.claim_mail_to(email).is_granted:
            super().save(request, **kwargs)
        return email


class _BoundedCode(forms.Form):
    """A code of the app or a recovery code, tried within bounds and never twice."""

    def clean_code(self) -> str:
        """Count the try, look at the code, take the count back if it was right."""
        person: User = self.user  # type: ignore[attr-defined]
        claimed = lockout.claim_code(person, origin=network.origin(context.request))
        if not claimed.is_granted:
            security_events.note("code.held-off", person=person.pk)
            raise ValidationError(too_many(claimed.wait), code="too-many")
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            security_events.note("code.failed", person=person.pk)
            raise
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if authenticator.type == Authenticator.Type.TOTP:
            # The library reads past blanks and signs: "123-456" is the code that was used as 123456
            digits = "".join(filter(str.isdigit, code))
            used = tries.counter(_USED, "code.used", person.pk, digits)
            if not tries.claim(used).is_granted:
                security_events.note("code.failed", person=person.pk, used_before=1)
                raise get_adapter().validation_error("incorrect_code")
        tries.give_back(claimed)
        return code


def _code_field(label: Any) -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(attrs=attributes))


class CodeForm(_BoundedCode, AuthenticateForm):
    """The second step of a sign-in."""

    code = _code_field(_("验证器应用里的6位数字，或一个恢复码"))


class CodeAgainForm(_BoundedCode, ReauthenticateForm):
    """The same, asked again before a sensitive act."""

    code = _code_field(_("验证器应用里的6位数字，或一个恢复码"))


class AppForm(ActivateTOTPForm):
    """The first code of an authenticator app that is being set up."""

    code = _code_field(_("应用里显示的6位数字"))


class PasskeyForm(AddWebAuthnForm):
    """A new passkey: what the browser made, and the name that its owner gives it."""

    passwordless = None
    name = forms.CharField(
        label=_("给它起个名字"),
        max_length=60,
        required=False,
        help_text=_("例如“办公室电脑”，丢了才知道移除哪一个。"),
    )


class PasskeyNameForm(EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=_("名字"), max_length=60)
