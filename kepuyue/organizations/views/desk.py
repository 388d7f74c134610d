"""The workbench."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations import queries
from kepuyue.organizations.models import Handover, Role
from kepuyue.organizations.permissions import ROLES, memberships


@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """The workbench: each room brings its own panel."""
    own = memberships(request.user)
    pending = queries.waiting(request.user)
    roles = [
        {"organization": m.organization, "role": Role(m.role).label, "about": ROLES[m.role].description}
        for m in own
    ]
    offered = Handover.objects.filter(taker=request.user, state=Handover.State.OFFERED)
    context = {
        "roles": roles,
        "pending_facts": queries.waiting_facts(request.user)[:6],
        "pending_units": pending[:6],
        "pending_count": pending.count(),
        "handovers": offered.select_related("organization", "giver"),
    }
    return render(request, "organizations/desk.html", context)
