"""What people change about themselves: name, language, address."""

from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kepuyue.accounts.actions import letters, lockout
from kepuyue.accounts.models import User
from kepuyue.core import audit

SALT = "kepuyue.accounts.address"
LINK_SECONDS = 24 * 60 * 60


@transaction.atomic
def edit(user: User, *, by: User, name: str, language: str) -> User:
    """Change the person's own name and language."""
    changes = {"name": [user.name, name]} if name != user.name else {}
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    if changes:
        audit.record("account.edit", user, by=by, changes=changes)
    return user


@transaction.atomic
def ask_for_address(user: User, *, by: User, address: str) -> None:
    """Send the link that proves a new address; whether somebody else has it is not told to the asker."""
    new = User.objects.normalize_email(address).lower()
    if new == user.email:
        ask_for_proof(user, by=by)
        return
    if not lockout.claim_mail_to(new).is_granted:
        return
    audit.record("account.address_ask", user, by=by, changes={"email": [user.email, letters.masked(new)]})
    letters.address_change_asked(user, new)
    if User.objects.filter(email__iexact=new).exists():
        letters.address_is_taken(new)
    else:
        letters.prove_new_address(user, new, link_for(user, new))


@transaction.atomic
def ask_for_proof(user: User, *, by: User) -> None:
    """Send the link that proves the present address."""
    if lockout.claim_mail_to(user.email).is_granted:
        letters.prove_address(user, link_for(user, user.email))


def password_link(user: User) -> str:
    """The path by which the person sets a password, proves the address and comes in; dies with the next password."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    parts = {"uidb36": user_pk_to_url_str(user), "key": token}
    return reverse("account_reset_password_from_key", kwargs=parts)


def link_for(user: User, new: str) -> str:
    """The address that only whoever reads the mailbox knows; it dies with the present address and password."""
    token = signing.dumps([user.pk, user.email, new, user.password[-12:]], salt=SALT)
    return reverse("account_address_proof", args=[token])


def read_link(token: str) -> tuple[User, str]:
    """Whose link it is and the address that it proves; ValidationError where it no longer counts."""
    gone = ValidationError(_("这个链接用过了或者过期了。请登录后在“我的账号”里重新发送。"))
    try:
        content: list[Any] = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
        pk, old, new, stamp = content
    except (signing.BadSignature, ValueError) as error:
        raise gone from error
    user = User.objects.filter(pk=pk, is_active=True, email=old).first()
    if user is None or user.password[-12:] != stamp:
        raise gone
    return user, str(new)


@transaction.atomic
def prove_by_link(token: str) -> User:
    """The link was opened: the address is proven, and from now on the one to sign in with."""
    user, new = read_link(token)
    old = user.email
    user.email, user.email_proven_at = new, timezone.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_proven_at"])
    except IntegrityError as error:
        # Somebody else has taken it since the mail was sent
        raise ValidationError(_("这个邮箱已经有自己的账号，没有更换。")) from error
    if old != new:
        audit.record(
            "account.address_change",
            user,
            by=user,
            changes={"email": [letters.masked(old), letters.masked(new)]},
        )
        letters.address_changed(user, old)
    else:
        audit.record("account.address_proven", user, by=user)
    return user


def found_or_made(email: str, *, name: str) -> tuple[User, bool]:
    """The person of this address, and whether they are new; of two who name somebody new at once both get the same."""
    if known := User.objects.filter(email__iexact=email).first():
        return known, False
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, name=name), True
    except IntegrityError:
        return User.objects.get(email__iexact=email), False


def check_address_is_theirs(user: User) -> None:
    """Raise where the account was entered with an address that nobody has shown to be theirs.

    Whoever came in by a link that was passed on typed an address freely: it may be that of the very person who is
    meant when a role is given by address. An invitation that is mailed goes by the mailbox and locks nobody out.
    """
    if user.email_proven_at is None and user.has_usable_password():
        raise ValidationError(
            {
                "email": _(
                    "这个邮箱的账号还没有确认邮箱。请对方先在“我的账号”里确认，或者用“邀请”发到这个邮箱。"
                )
            }
        )


def leave_to_the_mailbox(user: User) -> None:
    """No way in is left to whoever typed an address that nobody has proven: the next mail sets the password."""
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])


def mark_proven(user: User) -> None:
    """The person has opened a link that was sent to the address (a password link, an invitation)."""
    if user.email_proven_at is None:
        user.email_proven_at = timezone.now()
        user.save(update_fields=["email_proven_at"])
