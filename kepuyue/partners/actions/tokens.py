"""Making, knowing and withdrawing the keys by which other programs act for a unit."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import Organization
from kepuyue.partners.models import Token
from kepuyue.partners.permissions import check_can_manage, scopes_to_give

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# So that scanners for secrets that leaked know whose it is
SIGN = "kpy_"
LONGEST_DAYS = 400
MOST = 20
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(
    organization: Organization, *, by: "User", name: str, scopes: Sequence[str], days: int
) -> tuple[Token, str]:
    """A token and its secret, which is given out here and never again."""
    organization = tree.held(organization)
    check_can_manage(by, organization)
    if not name.strip():
        raise ValidationError({"name": _("请写明给哪个程序用，以后好辨认。")})
    if not scopes or not set(scopes) <= set(scopes_to_give(by, organization)):
        raise ValidationError({"scopes": _("请选择权限；只能给出您自己在这个单位有的权限。")})
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError({"days": _("有效期为1至%(most)s天。") % {"most": LONGEST_DAYS}})
    if Token.objects.filter(organization=organization, revoked_at=None, expires_at__gt=now()).count() >= MOST:
        raise ValidationError(_("一个单位最多%(most)s个有效的令牌，请先停用不用的。") % {"most": MOST})
    secret = SIGN + secrets.token_urlsafe(32)
    token = Token.objects.create(
        organization=organization, name=name.strip()[:60], start=secret[:10], key_hash=hashed(secret),
        scopes=sorted(scopes), made_by=by, made_at=now(), expires_at=now() + timedelta(days=days),
    )  # fmt: skip
    audit.record(
        "token.make",
        token,
        by=by,
        changes={"scopes": [[], token.scopes], "expires_at": [None, token.expires_at]},
        organization_path=organization.path,
        is_quiet=True,
    )
    return token, secret


@transaction.atomic
def revoke(token: Token, *, by: "User | None") -> Token:
    """From now on it opens nothing. Doing it twice is once; `by` None: an operator at the machine."""
    token = Token.objects.select_for_update(of=("self",)).select_related("organization").get(pk=token.pk)
    if by is not None:
        check_can_manage(by, token.organization)
    if token.revoked_at is not None:
        return token
    token.revoked_at, token.revoked_by = now(), by
    token.save(update_fields=["revoked_at", "revoked_by"])
    audit.record("token.revoke", token, by=by, organization_path=token.organization.path, is_quiet=True)
    return token


def known(secret: str) -> Token | None:
    """The token of this secret while it opens anything; that it was used is noted."""
    if not secret.startswith(SIGN) or len(secret) > 100:
        return None
    found = Token.objects.select_related("organization", "made_by").filter(key_hash=hashed(secret)).first()
    if found is None or not found.is_open:
        return None
    if found.last_used_at is None or now() - found.last_used_at >= USE_NOTED_EVERY:
        _note_use(found)
    return found


@transaction.atomic
def _note_use(token: Token) -> None:
    if Token.objects.filter(pk=token.pk, first_used_at=None).update(first_used_at=now()):
        audit.record(
            "token.first_use",
            token,
            by=token.made_by,
            organization_path=token.organization.path,
            is_quiet=True,
        )
    Token.objects.filter(pk=token.pk).update(last_used_at=now())


def hashed(secret: str) -> str:
    """What is kept of a secret. It is long and by chance: a plain digest is not to be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()
