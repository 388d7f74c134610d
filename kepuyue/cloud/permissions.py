"""Who may see and do what with the cloud month. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kepuyue.cloud.models import CloudItem, Question
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check, holds_anywhere, may

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_can_edit(user: "Person", organization: Organization) -> None:
    """Raise unless the person writes for the unit, and the unit is confirmed."""
    check(user, "cloud.edit", organization)
    if organization.state != Organization.State.ACTIVE:
        raise PermissionDenied(
            _("上级单位确认“%(unit)s”以后，才能登记云上节目。") % {"unit": organization.name}
        )


def reviewing_unit(item: CloudItem) -> Organization:
    """Who reads an item before the public does: the unit above; the office, which has none, reads its own."""
    return item.organization.parent or item.organization


def check_can_review(user: "Person", item: CloudItem) -> None:
    """Raise unless the person reviews from above the unit."""
    check(user, "cloud.review", reviewing_unit(item))


def can_review(user: "Person", item: CloudItem) -> bool:
    """Yes/no of `check_can_review`, for showing the buttons."""
    return may(user, "cloud.review", reviewing_unit(item))


def check_can_withdraw(user: "Person", item: CloudItem) -> None:
    """Raise unless the person writes for the unit or reviews from above: what is wrong goes at once."""
    if not can_review(user, item):
        check(user, "cloud.edit", item.organization)


def check_can_moderate(user: "Person", question: Question) -> None:
    """Raise unless the person moderates for the unit that holds the topic, or for all."""
    check(user, "content.moderate", question.item.organization)


def check_can_answer(user: "Person", question: Question) -> None:
    """Raise unless the person writes for the unit that holds the topic."""
    check(user, "cloud.edit", question.item.organization)


def takes_part(user: "Person") -> bool:
    """Whether the desk has anything of the cloud month for the person."""
    return any(holds_anywhere(user, name) for name in ("cloud.edit", "cloud.review", "content.moderate"))
