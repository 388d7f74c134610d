"""People of a unit: who has which role in it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.actions import outbox
from kepuyue.organizations.models import Membership, Organization, Role
from kepuyue.organizations.permissions import check, may

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# What a unit's owner may give out; the others are given by whoever oversees the unit
OWN_ROLES = (Role.OWNER, Role.EDITOR, Role.CHECK_IN, Role.HELPDESK)


def roles_to_give(user: "User", organization: Organization) -> list[str]:
    """The roles that the person may give in this unit: reviewing roles come from above, never from within."""
    if organization.state != Organization.State.ACTIVE or not may(user, "unit.people", organization):
        return []
    roles = list(OWN_ROLES)
    top = organization.parent or organization
    if may(user, "unit.people", top) and organization.level != Organization.Level.UNIT:
        roles.append(Role.REVIEWER)
    if organization.level == Organization.Level.OFFICE:
        roles = [Role.OFFICE, Role.REVIEWER, Role.JUDGE, Role.MODERATOR, *OWN_ROLES[1:]]
    return [str(role) for role in roles]


@transaction.atomic
def add(organization: Organization, *, by: "User", email: str, name: str, role: str) -> Membership:
    """Give a person a role; somebody new is told by mail how to set a password."""
    check(by, "unit.people", organization)
    if organization.state != Organization.State.ACTIVE:
        # A name that nobody has confirmed yet must not be used to write to strangers
        raise NotPossibleNow(_("上级单位确认以后，才能添加同事。"))
    if role not in roles_to_give(by, organization):
        raise ValidationError({"role": _("这个角色要由上级单位添加。")})
    users = get_user_model()
    person = users.objects.filter(email__iexact=email).first()
    if person is None:
        person = users.objects.create_user(email, None, name=name)
    elif not person.memberships.filter(organization__state=Organization.State.ACTIVE).exists():
        # Registering a unit proves nothing about the address: the mail below does, so the password is set by it
        person.set_unusable_password()
        person.save(update_fields=["password"])
    membership, is_new = Membership.objects.get_or_create(user=person, organization=organization, role=role)
    if not is_new:
        raise ValidationError({"email": _("这位同事已经有这个角色了。")})
    audit.record(
        "unit.people.add",
        organization,
        by=by,
        changes={"people": [None, f"{person.name} {membership.get_role_display()}"]},
        organization_path=organization.path,
    )
    with translation.override(settings.CITY_LANGUAGE):
        outbox.post(
            kind="unit.people",
            to=person.email,
            person=person,
            subject=_("您已加入：%(unit)s"),
            body=_("%(by)s请您担任“%(unit)s”的%(role)s。第一次登录，请用这个邮箱设置密码："),
            values={
                "by": by.get_full_name(),
                "unit": organization,
                "role": membership.get_role_display(),
            },
            link=reverse("account_reset_password"),
            key=None,
        )
    return membership


@transaction.atomic
def remove(membership: Membership, *, by: "User") -> None:
    """Take a role away; a unit keeps at least one owner."""
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
