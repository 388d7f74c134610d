"""Who sees the board and who publishes from it. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import granted, holds_anywhere, may, memberships, reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_sees(user: "Person") -> None:
    """Raise unless the person oversees some branch."""
    if not holds_anywhere(user, "insight.see"):
        raise PermissionDenied(_("统计看板由市级统筹单位、区级科协和成员单位查看。"))


def within(user: "Person") -> Q:
    """A condition for the activities that the person's board counts: those of the branches they oversee."""
    return reach(user, "insight.see", "organization__path")


def in_branch(unit: Organization) -> Q:
    """A condition for the activities of a unit and all below it."""
    return Q(organization__path__startswith=unit.path)


def branches(user: "Person") -> list[Organization]:
    """The units whose branches the person oversees, the highest first."""
    found = {
        one.organization_id: one.organization
        for one in memberships(user)
        if "insight.see" in granted(one).branch
    }
    return sorted(found.values(), key=lambda unit: (len(unit.path), unit.path))


def sees_all(user: "Person", edition: Edition) -> bool:
    """Whether the person's board is that of the whole edition."""
    return edition.office is not None and may(user, "insight.see", edition.office)


def check_publishes(user: "Person", edition: Edition) -> None:
    """Raise unless the person publishes the figures of the edition: the office does."""
    if not can_publish(user, edition):
        raise PermissionDenied(_("数字由市级统筹单位发布，请联系市科协。"))


def can_publish(user: "Person", edition: Edition) -> bool:
    """Yes/no of `check_publishes`."""
    return edition.office is not None and may(user, "insight.publish", edition.office)
