"""Coming into a unit by an invitation's link."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.accounts.actions import people
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.actions import handovers, invitations
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Invitation, InvitationUse, Membership, Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def found(token: str) -> Invitation | None:
    """The invitation that the link belongs to, whatever it is good for now."""
    rows = Invitation.objects.filter(token_hash=invitations.fingerprint(token))
    return rows.select_related("organization__parent", "organization__merged_into").first()


@transaction.atomic
def accept(token: str, *, by: "User") -> Membership:
    """The signed-in person takes the role. Raises NotPossibleNow where the link is no longer good."""
    invitation = _usable(token)
    if invitation.email and invitation.email.lower() != by.email.lower():
        raise ValidationError(
            _("这份邀请发给了另一个邮箱，请用收到邀请的邮箱登录后再打开。"), code="other-address"
        )
    membership = _enter(invitation, by)
    if invitation.email:
        people.mark_proven(by)
    return membership


@transaction.atomic
def accept_as_newcomer(token: str, *, name: str, email: str, password: str) -> "tuple[User, Membership]":
    """Somebody without an account takes the role. A mailed link proves its address, which is then the account's."""
    invitation = _usable(token)
    email = invitation.email or email
    users = get_user_model()
    if users.objects.filter(email__iexact=email).exists():
        raise ValidationError({"email": _("这个邮箱已经有账号。请先登录，再打开这个邀请链接。")})
    validate_password(password)
    person = users.objects.create_user(email, password, name=name)
    membership = _enter(invitation, person)
    if invitation.email:
        people.mark_proven(person)
    else:
        # A link that was passed on by hand proves nothing about the address that was typed
        people.ask_for_proof(person, by=person)
    return person, membership


def _usable(token: str) -> Invitation:
    known = found(token)
    if known is not None:
        # The unit first, as wherever people of it change, so that nobody waits for each other
        Organization.objects.select_for_update().get(pk=known.organization_id)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organization__parent", "by")
    invitation = rows.filter(token_hash=invitations.fingerprint(token)).first()
    if invitation is None or invitation.state != Invitation.State.OPEN:
        raise NotPossibleNow(_("这个邀请链接已经不能用了。请联系邀请您的单位重新发一个。"))
    if invitation.organization.state != Organization.State.ACTIVE:
        raise NotPossibleNow(_("这个单位现在不能加入新的人员，请联系它的上级单位。"))
    if not invitations.is_good(invitation):
        raise NotPossibleNow(_("发出这个链接的人已经不能邀请同事。请联系单位重新发一个。"))
    return invitation


def _enter(invitation: Invitation, person: "User") -> Membership:
    organization = invitation.organization
    membership, is_new = Membership.objects.get_or_create(
        user=person, organization=organization, role=invitation.role, defaults={"added_by": invitation.by}
    )
    if not is_new:
        raise NotPossibleNow(_("您已经有这个角色了，不需要再用这个链接。"))
    invitation.uses += 1
    invitation.save(update_fields=["uses"])
    InvitationUse.objects.get_or_create(invitation=invitation, user=person)
    audit.record(
        "unit.people.join",
        organization,
        by=person,
        changes={
            "people": [None, f"{person.get_full_name()} {membership.get_role_display()}"],
            "invitation": [None, invitation.pk],
        },
        organization_path=organization.path,
    )
    if invitation.by and invitation.by.is_active:
        tell(
            "unit.joined",
            [invitation.by],
            subject=gettext_lazy("有人接受了邀请：%(unit)s"),
            body=gettext_lazy("%(person)s接受邀请，成为“%(unit)s”的%(role)s。如果不认识这个人，请立即移除。"),
            values={
                "person": person.get_full_name(),
                "unit": organization,
                "role": membership.get_role_display(),
            },
            link=reverse("organizations:unit", args=[organization.code]),
        )
    handovers.complete_by(invitation, person)
    return membership
