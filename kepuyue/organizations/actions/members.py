"""People of a unit: who has which role in it."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.accounts.actions import people
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.actions import departures, limits, tree
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Membership, Organization, Role
from kepuyue.organizations.permissions import check, check_from_above, roles_to_give
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def add(organization: Organization, *, by: "User", email: str, name: str, role: str) -> Membership:
    """Give a person a role; somebody new is told by mail how to set a password."""
    organization = tree.held(organization)
    check(by, "unit.people", organization)
    if organization.state != Organization.State.ACTIVE:
        # A name that nobody has confirmed yet must not be used to write to strangers
        raise NotPossibleNow(_("上级单位确认以后，才能添加同事。"))
    if role not in roles_to_give(by, organization):
        raise ValidationError({"role": _("这个角色要由上级单位添加。")})
    membership = _give(organization, by=by, email=email, name=name, role=role)
    tell(
        "unit.people",
        [membership.user],
        subject=gettext_lazy("您已加入：%(unit)s"),
        body=gettext_lazy("%(by)s请您担任“%(unit)s”的%(role)s。第一次登录，请用这个邮箱设置密码："),
        values={"by": by.get_full_name(), "unit": organization, "role": membership.get_role_display()},
        link=reverse("account_reset_password"),
    )
    return membership


@transaction.atomic
def appoint(organization: Organization, *, by: "User", email: str, name: str, reason: str) -> Membership:
    """The superior makes somebody owner of a unit below: for instance because the only owner has gone.

    The owners there are told, so that nobody is displaced in silence; they keep their role.
    """
    organization = (
        Organization.objects.select_for_update(of=("self",)).select_related("parent").get(pk=organization.pk)
    )
    check_from_above(by, "unit.appoint", organization)
    if organization.state != Organization.State.ACTIVE:
        raise NotPossibleNow(_("请先确认或恢复这个单位，再指定负责人。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么要指定新的负责人，单位原来的负责人会看到。")})
    owners = people_of(organization, (Role.OWNER,))
    membership = _give(organization, by=by, email=email, name=name, role=Role.OWNER, reason=reason.strip())
    values = {"by": by.get_full_name(), "unit": organization, "person": membership.user.get_full_name(),
              "reason": reason.strip()}  # fmt: skip
    tell(
        "unit.people",
        [membership.user],
        subject=gettext_lazy("请您负责：%(unit)s"),
        body=gettext_lazy(
            "上级单位（%(by)s）指定您为“%(unit)s”的单位负责人。第一次登录，请用这个邮箱设置密码："
        ),
        values=values,
        link=reverse("account_reset_password"),
    )
    tell(
        "unit.people",
        owners,
        subject=gettext_lazy("新增负责人：%(unit)s"),
        body=gettext_lazy(
            "上级单位（%(by)s）指定%(person)s为“%(unit)s”的负责人，原因：%(reason)s。您的角色没有变。"
        ),
        values=values,
        link=reverse("organizations:unit", args=[organization.code]),
    )
    return membership


def _give(
    organization: Organization, *, by: "User", email: str, name: str, role: str, reason: str = ""
) -> Membership:
    """The role for the person of this address, who is made where nobody has it yet."""
    limits.check_limit(by)
    person, is_newcomer = people.found_or_made(email, name=name)
    if not is_newcomer and person.email_proven_at is None:
        if person.memberships.filter(organization__state=Organization.State.ACTIVE).exists():
            people.check_address_is_theirs(person)
        else:
            people.leave_to_the_mailbox(person)
    membership, is_new = Membership.objects.get_or_create(
        user=person, organization=organization, role=role, defaults={"added_by": by}
    )
    if not is_new:
        raise ValidationError({"email": _("这位同事已经有这个角色了。")})
    audit.record(
        "unit.people.add",
        organization,
        by=by,
        changes={"people": [None, f"{person.name} {membership.get_role_display()}"]},
        reason=reason,
        organization_path=organization.path,
    )
    return membership


@transaction.atomic
def remove(membership: Membership, *, by: "User") -> None:
    """Take a role away; a unit keeps at least one owner. Open invitations that the person may no longer send end."""
    # One at a time, so that the last two owners cannot remove each other
    organization = Organization.objects.select_for_update().get(pk=membership.organization_id)
    check(by, "unit.people", organization)
    if not Membership.objects.filter(pk=membership.pk).exists():
        raise NotPossibleNow(_("这位同事已经移除了，请刷新页面。"))
    if membership.role not in roles_to_give(by, organization):
        raise ValidationError(_("这个角色要由上级单位调整。"))
    last_of = {Role.OWNER, Role.OFFICE}
    others = Membership.objects.filter(
        organization=organization, role=membership.role, user__is_active=True
    ).exclude(pk=membership.pk)
    if membership.role in last_of and not others.exists():
        raise ValidationError(_("单位至少要留一位负责人。请先添加新的负责人，再移除这一位。"))
    audit.record(
        "unit.people.remove",
        organization,
        by=by,
        changes={"people": [f"{membership.user.name} {membership.get_role_display()}", None]},
        organization_path=organization.path,
    )
    membership.delete()
    departures.end_invitations(membership.user_id, by=by)
