"""Who may do what, decided here and nowhere else; what is not granted is denied.

A role is a set of permissions with a reach: in its own unit, or in the whole branch below it. So a district
officer reviews and sees its district only, and the office sees all.
"""

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.organizations.models import Membership, Organization, Role

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

    Person = User | AnonymousUser


@dataclass(frozen=True)
class Grant:
    """What a role may do. `branch` permissions hold for the unit and all below it, `own` for the unit only."""

    description: Any
    own: frozenset[str] = frozenset()
    branch: frozenset[str] = frozenset()


REGISTERING = frozenset(
    {
        "unit.see",
        "activity.see",
        "activity.edit",
        "activity.submit",
        "import.run",
        "calendar.see",
        "resource.offer",
        "resource.request",
        "cloud.edit",
        "coverage.record",
        "summary.file",
        "evaluation.apply",
        "booking.see",
        "booking.manage",
        "booking.by_proxy",
        # In small units who registers also stands at the door; at those of other units nobody does without the role
        "session.check_in",
    }
)
# What one does with the units below one's own. They are asked for the superior of the unit that is changed (see
# `check_from_above`), so that nobody closes, moves or merges the unit that they sit in.
SUPERVISING = frozenset(
    {"unit.confirm", "unit.create", "unit.appoint", "unit.close", "unit.move", "unit.merge"}
)
OVERSEEING = (
    frozenset(
        {
            "unit.see",
            "activity.see",
            "review.decide",
            "audit.see",
            "liaison.see",
            "resource.oversee",
            "calendar.see",
            "cloud.review",
            "key.decide",
            "coverage.confirm",
            "summary.accept",
            "letter.handle",
            "evaluation.recommend",
            "press.clear",
            "insight.see",
        }
    )
    | SUPERVISING
)
LIAISON = frozenset({"liaison.see", "liaison.edit"})

ROLES: dict[str, Grant] = {
    Role.OFFICE: Grant(
        gettext_lazy("统筹全市：管理各届活动、单位和人员，终审活动，查看全部记录。"),
        own=REGISTERING
        | {"messages.manage", "audit.export", "edition.manage", "highlight.choose", "document.issue"}
        | {"evaluation.manage", "evaluation.sign", "insight.publish", "system.operate", "interface.manage"},
        branch=OVERSEEING
        | LIAISON
        | {"unit.edit", "unit.people", "activity.edit", "activity.cancel", "content.moderate", "story.edit"}
        | {"booking.see", "booking.manage", "document.see"},
    ),
    Role.OWNER: Grant(
        gettext_lazy("管理本单位资料和人员，填报、提交和取消本单位活动。"),
        own=REGISTERING
        | LIAISON
        | {"unit.edit", "unit.people", "activity.cancel", "audit.see", "plan.edit", "content.moderate"}
        | {"evaluation.sign", "interface.manage"},
    ),
    Role.EDITOR: Grant(gettext_lazy("填报和提交本单位活动。"), own=REGISTERING),
    Role.REVIEWER: Grant(
        gettext_lazy("审核本单位及下级单位的活动，确认和管理下级单位。"),
        own=LIAISON | {"plan.edit", "story.edit", "coverage.record", "document.issue", "document.see"},
        branch=OVERSEEING,
    ),
    Role.CHECK_IN: Grant(
        gettext_lazy("在活动现场为观众签到。"),
        own=frozenset({"unit.see", "activity.see", "session.check_in", "booking.see"}),
    ),
    Role.HELPDESK: Grant(
        gettext_lazy("为不便上网的市民代办预约。"),
        own=frozenset({"unit.see", "activity.see", "booking.by_proxy"}),
    ),
    Role.JUDGE: Grant(gettext_lazy("为推荐评选打分。"), own=frozenset({"evaluation.score"})),
    Role.MODERATOR: Grant(
        gettext_lazy("审看公众在本单位和下级单位话题里的提问。"),
        own=frozenset({"unit.see"}),
        branch=frozenset({"content.moderate"}),
    ),
}
# What a unit's owner may give out; the others are given by whoever oversees the unit
OWN_ROLES = (Role.OWNER, Role.EDITOR, Role.CHECK_IN, Role.HELPDESK, Role.MODERATOR)
# What a unit in these states leaves to its people is little (see `granted`), and never a decision
LOOKED_AT_ONLY = (Organization.State.REFUSED, Organization.State.CLOSED, Organization.State.MERGED)
REVIEWING = tuple(role for role, grant in ROLES.items() if "review.decide" in grant.branch)
OVERSEERS = tuple(role for role, grant in ROLES.items() if "unit.confirm" in grant.branch)
PERMISSIONS = frozenset().union(*(grant.own | grant.branch for grant in ROLES.values()))


# Where a membership keeps what was lent to a program (see `narrowed`)
NARROWED = "_narrowed_to"


def memberships(user: "Person") -> list[Membership]:
    """The person's roles; read once per person object (that is, per request)."""
    if not user.is_authenticated or not user.is_active:
        return []
    known: list[Membership] | None = getattr(user, "_known_memberships", None)
    if known is None:
        known = list(Membership.objects.filter(user_id=user.pk).select_related("organization").order_by("pk"))
        user.__dict__["_known_memberships"] = known
    return known


def granted(membership: Membership) -> Grant:
    """What the role gives in this unit: in a refused one only to mend its facts and ask again, in a closed one
    only to look."""
    grant = ROLES[membership.role]
    if (lent := membership.__dict__.get(NARROWED)) is not None:
        grant = Grant(grant.description, own=(grant.own | grant.branch) & lent)
    left = {
        Organization.State.REFUSED: frozenset({"unit.see", "unit.edit"}),
        Organization.State.CLOSED: frozenset({"unit.see", "activity.see"}),
        Organization.State.MERGED: frozenset[str](),
    }.get(Organization.State(membership.organization.state))
    if left is not None:
        return Grant(grant.description, own=(grant.own | grant.branch) & left)
    return grant


def narrowed(user: "User", organization: Organization, lent: frozenset[str]) -> "User":
    """The same person where a program acts for them: only in this unit, never in the branch below it, and only with
    the permissions that were lent. What the role does not give, no program gets. The copy is not to be saved.
    """
    same = copy(user)
    roles = [copy(one) for one in memberships(user) if one.organization_id == organization.pk]
    for role in roles:
        role.__dict__[NARROWED] = lent
    same.__dict__["_known_memberships"] = roles
    return same


def may(user: "Person", permission: str, organization: Organization) -> bool:
    """Whether the person holds the permission for this unit."""
    if permission not in PERMISSIONS:
        raise ValueError(f"no such permission: {permission}")
    for membership in memberships(user):
        grant = granted(membership)
        if permission in grant.own and membership.organization_id == organization.pk:
            return True
        if permission in grant.branch and organization.is_within(membership.organization):
            return True
    return False


def check(user: "Person", permission: str, organization: Organization) -> None:
    """Raise PermissionDenied, with a sentence that tells whom to ask, unless `may`."""
    if not may(user, permission, organization):
        raise PermissionDenied(
            _("您在“%(unit)s”没有这项权限。如需办理，请联系该单位负责人或上级科协。")
            % {"unit": organization.name}
        )


def may_from_above(user: "Person", permission: str, organization: Organization) -> bool:
    """Whether the person holds the permission for the unit's superior; nobody does for the top of the tree."""
    return organization.parent is not None and may(user, permission, organization.parent)


def check_from_above(user: "Person", permission: str, organization: Organization) -> None:
    """Raise PermissionDenied unless `may_from_above`: what is decided about a unit by those above it."""
    if not may_from_above(user, permission, organization):
        raise PermissionDenied(
            _("这件事由“%(unit)s”的上级单位办理。如需办理，请联系上级科协或主管部门。")
            % {"unit": organization.name}
        )


def roles_to_give(user: "Person", organization: Organization) -> list[str]:
    """The roles that the person may give in this unit: reviewing roles come from above, never from within."""
    if organization.state != Organization.State.ACTIVE or not may(user, "unit.people", organization):
        return []
    roles = list(OWN_ROLES)
    top = organization.parent or organization
    if may(user, "unit.people", top) and organization.level != Organization.Level.UNIT:
        roles.append(Role.REVIEWER)
    if organization.level == Organization.Level.OFFICE:
        roles = [Role.OFFICE, Role.REVIEWER, Role.JUDGE, *OWN_ROLES[1:]]
    return [str(role) for role in roles]


def roles_to_invite(user: "Person", organization: Organization) -> list[str]:
    """The roles that the person may invite into: those that they may give, and for a superior the owner's."""
    roles = roles_to_give(user, organization)
    if (
        not roles
        and organization.state == Organization.State.ACTIVE
        and may_from_above(user, "unit.appoint", organization)
    ):
        return [str(Role.OWNER)]
    return roles


def holds_anywhere(user: "Person", permission: str) -> bool:
    """Whether the person holds the permission in at least one unit (for showing a menu entry)."""
    return any(
        permission in granted(membership).own | granted(membership).branch for membership in memberships(user)
    )


def is_at_work(user: "Person", permission: str) -> bool:
    """Whether the person holds the permission in a unit that has a part in the month, be it one that waits to be
    confirmed. Who only looks back at what a closed unit did has none.
    """
    return any(
        one.organization.state not in LOOKED_AT_ONLY and permission in granted(one).own | granted(one).branch
        for one in memberships(user)
    )


def decides_about_others(user: "Person") -> bool:
    """Whether the person reviews or runs the edition: who takes over such an account can publish."""
    return holds_anywhere(user, "review.decide") or holds_anywhere(user, "edition.manage")


def reach(user: "Person", permission: str, path: str = "path") -> Q:
    """A condition for the rows whose unit (found along `path`) the person holds the permission for."""
    condition = Q(pk__in=[])
    for membership in memberships(user):
        grant = granted(membership)
        if permission in grant.branch:
            condition |= Q(**{f"{path}__startswith": membership.organization.path})
        elif permission in grant.own:
            condition |= Q(**{path: membership.organization.path})
    return condition


def reviewers(organization: Any) -> QuerySet[Membership]:
    """Who reviews for exactly this unit (a unit, or a reference to one in an outer query).

    A unit that is closed, refused or merged has nobody, as in `granted`: those above it step in.
    """
    return Membership.objects.filter(
        organization=organization, role__in=REVIEWING, user__is_active=True
    ).exclude(organization__state__in=LOOKED_AT_ONLY)


def organizations_where(user: "Person", permission: str) -> QuerySet[Organization]:
    """The units for which the person holds the permission."""
    return Organization.objects.filter(reach(user, permission))
