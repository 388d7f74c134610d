"""The link of an invitation is shown once, on the page after it was made: it is kept nowhere else."""

from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations.models import Organization

KEY = "fresh_invitation_link"


def keep_link(request: SignedInRequest, organization: Organization, path: str) -> None:
    """Keep the link for the next page of this unit."""
    if path:
        request.session[KEY] = [organization.pk, request.build_absolute_uri(path)]


def take_link(request: SignedInRequest, organization: Organization) -> str:
    """The link that was just made for this unit, given out once; else nothing."""
    kept = request.session.get(KEY)
    if not kept or kept[0] != organization.pk:
        return ""
    del request.session[KEY]
    return str(kept[1])
