"""What is still kept of people who booked, and why: for the office."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kepuyue.bookings import retention
from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere


@require_safe
def report(request: DeskRequest) -> HttpResponse:
    """Edition by edition."""
    if not holds_anywhere(request.user, "edition.manage"):
        raise PermissionDenied(_("只有市级管理员可以看这份报告。"))
    rows = [(edition, retention.report(edition)) for edition in Edition.objects.live()]
    return render(request, "bookings/retention.html", {"rows": rows})
