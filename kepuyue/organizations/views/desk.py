"""The workbench and the trail."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.organizations import queries
from kepuyue.organizations.models import Handover, Role
from kepuyue.organizations.permissions import ROLES, holds_anywhere, memberships


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
        "pending_units": pending[:6],
        "pending_count": pending.count(),
        "handovers": offered.select_related("organization", "giver"),
    }
    return render(request, "organizations/desk.html", context)


@require_safe
def audit_trail(request: SignedInRequest) -> HttpResponse:
    """Who did what in the person's branch, newest first."""
    if not holds_anywhere(request.user, "audit.see"):
        raise PermissionDenied(_("只有单位负责人、审核人和市科协可以查看操作记录。"))
    rows = queries.audit_rows(request.user)
    word = request.GET.get("q", "").strip()
    if word:
        rows = rows.filter(Q(subject_name__icontains=word) | Q(actor_name__icontains=word))
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "organizations/audit.html", {"page": page, "q": word})
