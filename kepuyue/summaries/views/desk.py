"""What every page of this room begins with."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere
from kepuyue.summaries import queries
from kepuyue.summaries.models import Summary

BOTH = ("GET", "HEAD", "POST")


def edition_of(request: DeskRequest) -> Edition:
    """The current edition; without one there is nothing to see."""
    found: Edition = get_object_or_404(
        Edition.objects.select_related("office"), pk=request.edition.pk if request.edition else 0
    )
    return found


def get_seen(request: DeskRequest, code: str) -> Summary:
    """The summary of an activity, or 404 where the person may not know of it."""
    return get_object_or_404(queries.seen_by(request.user), activity__code=code)


def tabs(request: DeskRequest, current: str) -> list[dict[str, Any]]:
    """The two sides of the room, as far as the person has them."""
    ways = [
        ("own", _("本单位"), holds_anywhere(request.user, "summary.file")),
        ("branch", _("下级单位"), holds_anywhere(request.user, "summary.accept")),
    ]
    return [
        {"label": label, "href": reverse(f"summaries:{name}"), "current": name == current}
        for name, label, is_shown in ways
        if is_shown
    ]
