"""Who issues documents and who sees registers. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from kepuyue.documents.models import IssuingOrgan
from kepuyue.organizations.permissions import check, holds_anywhere, may, reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_can_issue(user: "Person", organ: IssuingOrgan) -> None:
    """Raise unless the person issues for the unit of this organ; nobody does for another unit's."""
    check(user, "document.issue", organ.organization)


def can_issue(user: "Person", organ: IssuingOrgan) -> bool:
    """Yes/no of `check_can_issue`."""
    return may(user, "document.issue", organ.organization)


def check_sees_registers(user: "Person") -> None:
    """Raise unless the person sees some unit's register."""
    if not holds_anywhere(user, "document.see"):
        raise PermissionDenied(_("公文由市级统筹单位、区级科协和成员单位的人员办理。"))


def check_issues_somewhere(user: "Person") -> None:
    """Raise unless the person issues for some unit."""
    if not holds_anywhere(user, "document.issue"):
        raise PermissionDenied(_("公文由市级统筹单位、区级科协和成员单位的人员办理。"))


def seen_by(user: "Person", path: str) -> Q:
    """A condition for what belongs to organs whose registers the person sees."""
    return reach(user, "document.see", path)
