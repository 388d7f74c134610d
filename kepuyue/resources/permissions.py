"""Who may see and do what with resources. The roles themselves stand in `organizations.permissions`.

Offers are seen by people of confirmed units only and never by the public: that is why nobody has to review them
first. The office (a district in its branch) can stop one and says why.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check, granted, may, memberships
from kepuyue.resources.models import Offer, Opening, Proposal, Request

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

TAKING_PART = frozenset({"resource.offer", "resource.request", "resource.oversee"})


def takes_part(user: "Person") -> bool:
    """Whether the person may look at what other units offer and ask for: people of confirmed units who act for them."""
    for membership in memberships(user):
        grant = granted(membership)
        if membership.organization.state == Organization.State.ACTIVE and TAKING_PART & (
            grant.own | grant.branch
        ):
            return True
    return False


def check_takes_part(user: "Person") -> None:
    """Raise unless `takes_part`."""
    if not takes_part(user):
        raise PermissionDenied(_("资源对接只对已确认单位的填报人和负责人开放。请联系本单位负责人。"))


def check_can_offer(user: "Person", organization: Organization) -> None:
    """Raise unless the person may offer and answer for the unit, and the unit is confirmed."""
    check(user, "resource.offer", organization)
    _check_confirmed(organization)


def check_can_request(user: "Person", organization: Organization) -> None:
    """Raise unless the person may ask and answer for the unit, and the unit is confirmed."""
    check(user, "resource.request", organization)
    _check_confirmed(organization)


def _check_confirmed(organization: Organization) -> None:
    if organization.state != Organization.State.ACTIVE:
        raise PermissionDenied(
            _("上级单位确认“%(unit)s”以后，才能使用资源对接。") % {"unit": organization.name}
        )


def check_can_close(user: "Person", offer: Offer) -> None:
    """Raise unless the person offers for the unit or oversees it."""
    if not may(user, "resource.oversee", offer.organization):
        check(user, "resource.offer", offer.organization)


def check_can_decide(user: "Person", proposal: Proposal) -> None:
    """Raise unless the person acts for the side that the proposal waits for."""
    permission = "resource.request" if proposal.is_from_offering_side else "resource.offer"
    check(user, permission, proposal.other_side)


def can_decide(user: "Person", proposal: Proposal) -> bool:
    """Yes/no of `check_can_decide`, for showing the buttons."""
    permission = "resource.request" if proposal.is_from_offering_side else "resource.offer"
    return proposal.state == Proposal.State.PENDING and may(user, permission, proposal.other_side)


def is_party(user: "Person", request: Request, proposal: Proposal | None) -> bool:
    """Whether the person acts for one of the two sides of an agreement."""
    if may(user, "resource.request", request.organization):
        return True
    return proposal is not None and may(user, "resource.offer", proposal.offer.organization)


def check_can_call_off(user: "Person", request: Request) -> None:
    """Raise unless the person acts for one of the two sides of the agreement."""
    agreed = (
        request.proposals.filter(state=Proposal.State.ACCEPTED).select_related("offer__organization").first()
    )
    if not is_party(user, request, agreed):
        raise PermissionDenied(_("只有约定的双方可以取消约定。"))


def check_can_confirm(user: "Person", opening: Opening) -> None:
    """Raise unless the person oversees the base from above: nobody confirms their own unit's opening."""
    check(user, "resource.oversee", opening.organization.parent or opening.organization)
