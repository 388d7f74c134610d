"""Inviting people into a unit by a link that ends by itself. Only the link's fingerprint is kept."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.actions import limits, units
from kepuyue.organizations.actions.notices import tell_address
from kepuyue.organizations.models import Invitation, Membership, Organization, Role
from kepuyue.organizations.permissions import check, roles_to_invite

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

DAYS = (3, 7, 14, 30)
MOST_USES = 20


def fingerprint(token: str) -> str:
    """What is kept of a token: without it nobody can make the link anew from the database."""
    return hashlib.sha256(token.encode()).hexdigest()


def path_of(token: str) -> str:
    """The path of the link."""
    return reverse("organizations:invitation", args=[token])


@transaction.atomic
def invite(
    organization: Organization,
    *,
    by: "User",
    role: str,
    days: int = 7,
    max_uses: int = 1,
    email: str = "",
    name: str = "",
) -> tuple[Invitation, str]:
    """Make a link by which somebody takes the role; returns it with its token, which is not kept.

    With an address the link is mailed there and is good for that address alone, once. Whoever may give the
    role in the unit may invite; a superior may invite an owner into a unit of its branch.
    """
    organization = (
        Organization.objects.select_for_update(of=("self",)).select_related("parent").get(pk=organization.pk)
    )
    if role not in roles_to_invite(by, organization):
        # Says who may, or that the role comes from above
        check(by, "unit.people", organization)
        raise ValidationError({"role": _("这个角色要由上级单位添加。")})
    if days not in DAYS or not 1 <= max_uses <= MOST_USES:
        raise ValidationError(_("请选择有效期和使用次数。"), code="range")
    limits.check_limit(by)
    email = get_user_model().objects.normalize_email(email).lower()
    if (
        email
        and Membership.objects.filter(
            organization=organization, user__email__iexact=email, role=role
        ).exists()
    ):
        raise ValidationError({"email": _("这位同事已经有这个角色了。")})
    if email and open_invitation(organization, email, role):
        raise ValidationError({"email": _("已经邀请过这个邮箱，邀请还有效。可以撤回后重新邀请。")})
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        token_hash=fingerprint(token),
        organization=organization,
        role=role,
        by=by,
        name=name.strip(),
        email=email,
        max_uses=1 if email else max_uses,
        expires_at=now() + timedelta(days=days),
    )
    audit.record(
        "unit.invite",
        organization,
        by=by,
        changes={
            "invitation": [None, invitation.pk],
            "role": [None, role],
            "uses": [None, invitation.max_uses],
        },
        organization_path=organization.path,
    )
    if email:
        tell_address(
            "unit.invited",
            email,
            subject=gettext_lazy("邀请您加入：%(unit)s"),
            body=gettext_lazy(
                "“%(unit)s”请您担任%(role)s。%(days)s天内打开下面的链接即可加入；如果您不认识这个单位，请忽略这封邮件。"
            ),
            values={"unit": organization, "role": invitation.get_role_display(), "days": days},
            link=path_of(token),
            key=f"unit.invited:{invitation.pk}",
        )
    return invitation, token


@transaction.atomic
def create_and_invite(
    *, unit: dict[str, Any], by: "User", email: str = "", name: str = ""
) -> tuple[Organization, str]:
    """Make a unit below a superior and invite its first owner; returns the link's path where it was not mailed."""
    organization = units.create(unit=unit, by=by)
    _invitation, token = invite(organization, by=by, role=Role.OWNER, days=14, email=email, name=name)
    return organization, "" if email else path_of(token)


def open_invitation(organization: Organization, email: str, role: str) -> Invitation | None:
    """An invitation of this address into this role that can still be used."""
    rows = Invitation.objects.filter(
        organization=organization,
        email__iexact=email,
        role=role,
        revoked_at=None,
        expires_at__gt=now(),
        uses=0,
    )
    return rows.first()


@transaction.atomic
def revoke(invitation: Invitation, *, by: "User") -> Invitation:
    """Take an invitation back: the link is good for nothing from now on. Who is in stays in."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organization__parent")
    invitation = rows.get(pk=invitation.pk)
    if not may_revoke(by, invitation):
        check(by, "unit.people", invitation.organization)
    if invitation.state != Invitation.State.OPEN:
        raise NotPossibleNow(_("这份邀请已经不能用了，不需要撤回。"))
    return end(invitation, by=by)


def end(invitation: Invitation, *, by: "User", reason: str = "") -> Invitation:
    """Write that it is good for nothing any more; within the caller's transaction, which has asked who may."""
    invitation.revoked_at = now()
    invitation.save(update_fields=["revoked_at"])
    audit.record(
        "unit.invite.revoke",
        invitation.organization,
        by=by,
        changes={"invitation": [invitation.pk, None]},
        reason=reason,
        organization_path=invitation.organization.path,
    )
    return invitation


def may_revoke(user: "User", invitation: Invitation) -> bool:
    """Whoever could have sent it may take it back."""
    return invitation.role in roles_to_invite(user, invitation.organization)


def is_good(invitation: Invitation) -> bool:
    """Whether the link lets anybody in now. It is the unit's act by its sender: who may no longer send it, because
    they left or lost the role, cannot bring anybody in by it either."""
    sender = invitation.by
    return invitation.state == Invitation.State.OPEN and bool(sender and may_revoke(sender, invitation))
