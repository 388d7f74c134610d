"""Who may put what before the public. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kepuyue.editions.models import Edition
from kepuyue.organizations.permissions import check, holds_anywhere, may

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_can_choose(user: "Person", edition: Edition) -> None:
    """Raise unless the person chooses the highlights of the edition: the people of its office."""
    if edition.office is None:
        raise PermissionDenied(_("存档的届次不能修改。"))
    check(user, "highlight.choose", edition.office)


def can_choose(user: "Person", edition: Edition) -> bool:
    """Yes/no of `check_can_choose`."""
    return edition.office is not None and may(user, "highlight.choose", edition.office)


def check_sees_highlights(user: "Person") -> None:
    """Raise unless the person works for a unit that holds or oversees activities: those see the days and their own."""
    if not holds_anywhere(user, "activity.see"):
        raise PermissionDenied(_("每日热点由填报和审核活动的人员查看。"))
