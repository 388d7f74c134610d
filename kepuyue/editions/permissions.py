"""Who may manage an edition: the people of its office."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check, holds_anywhere, may

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_can_manage(user: "Person", edition: Edition) -> None:
    """Raises where the person may not change the edition."""
    if edition.office is None:
        raise PermissionDenied(_("存档的届次不能修改。"))
    check(user, "edition.manage", edition.office)


def check_can_load(user: "Person", edition: Edition | None) -> None:
    """Raises where the person may not load an edition's folder over what is there."""
    if edition is not None and edition.office is not None:
        check(user, "edition.manage", edition.office)
    elif not holds_anywhere(user, "edition.manage"):
        raise PermissionDenied(_("只有市级管理员可以载入届次资料。"))


def can_manage(user: "Person", edition: Edition | None) -> bool:
    """The same as a yes or no, for menus and pages."""
    return edition is not None and edition.office is not None and may(user, "edition.manage", edition.office)


def check_can_set_for(user: "Person", edition: Edition, organization: Organization) -> None:
    """Raises where the person may not set the sub-theme and plan of this district or department."""
    if edition.is_archive:
        raise PermissionDenied(_("存档的届次不能修改。"))
    if not is_branch(organization):
        raise PermissionDenied(_("分主题和工作方案由各区和成员单位填写。"))
    check(user, "plan.edit", organization)


def is_branch(organization: Organization) -> bool:
    """Whether the unit is a district or a department, which have a sub-theme and a plan of their own."""
    return organization.level in (Organization.Level.DISTRICT, Organization.Level.DEPARTMENT)


def can_see_plan(user: "Person", edition: Edition, organization: Organization) -> bool:
    """Whether the person may read the plan at the desk: the unit's own people and the office."""
    return may(user, "plan.edit", organization) or can_manage(user, edition)
