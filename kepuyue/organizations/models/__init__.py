"""Units and the tree they form, the people in them, and who liaises for them."""

from kepuyue.organizations.models.liaisons import Liaison
from kepuyue.organizations.models.people import Handover, Invitation, InvitationUse, Membership, Role
from kepuyue.organizations.models.units import (
    District,
    FactsChange,
    Merger,
    Organization,
    OrganizationQuerySet,
    UnitName,
)

__all__ = [
    "District",
    "FactsChange",
    "Handover",
    "Invitation",
    "InvitationUse",
    "Liaison",
    "Membership",
    "Merger",
    "Organization",
    "OrganizationQuerySet",
    "Role",
    "UnitName",
]
