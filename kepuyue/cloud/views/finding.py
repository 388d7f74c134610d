"""What several views of the desk begin with."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.cloud import queries
from kepuyue.cloud.permissions import takes_part
from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere


def check_takes_part(request: DeskRequest) -> None:
    """Raise unless the desk has anything of the cloud month for the person."""
    if not takes_part(request.user):
        raise PermissionDenied(_("云上科普月由填报人、审核人和内容审看员办理。请联系本单位负责人。"))


def edition_of(request: DeskRequest) -> Edition:
    """The current edition; without one there is nothing to see."""
    return get_object_or_404(Edition, pk=request.edition.pk if request.edition else 0)


def posted(request: DeskRequest) -> Any:
    """What was sent, an empty form included; None while a page is only looked at."""
    return request.POST if request.method == "POST" else None


def tabs(request: DeskRequest, current: str, edition: Edition) -> list[dict[str, Any]]:
    """The ways through the cloud month, as far as the person may go, with what waits."""
    work = queries.work_for(request.user, edition)
    writes = holds_anywhere(request.user, "cloud.edit")
    moderates = holds_anywhere(request.user, "content.moderate")
    ways = [
        ("items", _("云上节目"), writes or holds_anywhere(request.user, "cloud.review"), work.to_review),
        ("questions", _("提问"), moderates or writes, work.to_read + work.to_answer),
    ]
    return [
        {"label": label, "href": reverse(f"cloud:{name}"), "current": name == current, "count": count or None}
        for name, label, is_shown, count in ways
        if is_shown
    ]


def version_sent(request: DeskRequest) -> int:
    """The version that the person looked at; 0, which fits none, where it is no number."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def pressed(request: DeskRequest, press: Any, done: str, *, to: str, args: list[Any]) -> HttpResponse:
    """One press of a button: do it, say what came of it, go back to the page."""
    try:
        press()
    except ValidationError as error:
        for text in error.messages:
            messages.warning(request, text)
    else:
        messages.success(request, done)
    return redirect(to, *args)
