"""What ends when somebody leaves a unit or a role: the invitations that they sent and may no longer send."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.organizations.actions import invitations
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Invitation, Organization, Role
from kepuyue.organizations.permissions import OVERSEERS
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def end_invitations(person_id: int, *, by: "User") -> int:
    """Take back the open invitations of somebody who has just lost a role, and tell those who can send them anew.

    Called within the transaction that took the role, after it. Those that the person could still send, for
    instance by another role, stay good. Returns how many ended.
    """
    # Read anew: a person object remembers the roles that it had
    sender = get_user_model().objects.get(pk=person_id)
    rows = (
        Invitation.objects.select_for_update(of=("self",))
        .filter(
            by=sender, revoked_at=None, expires_at__gt=now(), organization__state=Organization.State.ACTIVE
        )
        .select_related("organization__parent")
        .order_by("pk")
    )
    ended: dict[Organization, list[Invitation]] = {}
    for invitation in rows:
        if invitation.state == Invitation.State.OPEN and not invitations.may_revoke(sender, invitation):
            invitations.end(invitation, by=by, reason=_("发出邀请的人已经不能邀请同事。"))
            ended.setdefault(invitation.organization, []).append(invitation)
    for organization, of_unit in ended.items():
        _tell(organization, of_unit, sender)
    return sum(len(of_unit) for of_unit in ended.values())


def _tell(organization: Organization, ended: list[Invitation], sender: "User") -> None:
    """To the owners who stay; where there is none, to those who oversee the unit."""
    people = [one for one in people_of(organization, (Role.OWNER, Role.OFFICE)) if one != sender]
    if not people and organization.parent is not None:
        people = [one for one in people_of(organization.parent, OVERSEERS) if one != sender]
    tell(
        "unit.invitations_ended",
        people,
        subject=gettext_lazy("邀请已失效：%(unit)s"),
        body=gettext_lazy(
            "%(sender)s已不再负责，此人为“%(unit)s”发出、还没人使用的邀请一并失效：%(invited)s。仍需要的，请重新邀请。"
        ),
        values={
            "sender": sender.get_full_name(),
            "unit": organization,
            "invited": wording.listed(_named(invitation) for invitation in ended),
        },
        link=reverse("organizations:invitations", args=[organization.code]),
    )


def _named(invitation: Invitation) -> str:
    whom = invitation.name or invitation.email or _("自己转发的链接")
    return f"{whom} {invitation.get_role_display()}"
