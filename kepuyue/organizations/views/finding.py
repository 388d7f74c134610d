"""The unit that an address names, for those who may see it."""

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import organizations_where


def visible(request: SignedInRequest, code: str) -> Organization:
    """The unit of this code; not found for those who may not see it. A merged one is itself, not its survivor."""
    seen = organizations_where(request.user, "unit.see").select_related("district", "parent", "merged_into")
    return get_object_or_404(seen, code=code)


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, or nothing where the page is only opened."""
    return request.POST if request.method == "POST" else None
