"""The tray: what came and waits, and the entry of an official letter."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.mailbox import presentation, queries, server
from kepuyue.mailbox.actions import taking
from kepuyue.mailbox.forms import DocumentForm, TrayFilter
from kepuyue.mailbox.models import Box, Letter
from kepuyue.mailbox.permissions import HANDLE, check_handles_letters
from kepuyue.organizations.permissions import may

PAGE_SIZE = 30
BOTH = ("GET", "HEAD", "POST")


def edition_of(request: DeskRequest) -> Edition:
    """The current edition; without one there is nothing to see."""
    rows = Edition.objects.select_related("office")
    found: Edition = get_object_or_404(rows, pk=request.edition.pk if request.edition else 0)
    return found


@require_safe
def tray(request: DeskRequest) -> HttpResponse:
    """What came, newest first; those that wait come first of all."""
    check_handles_letters(request.user)
    edition = edition_of(request)
    form = TrayFilter(request.GET)
    shown = form.shown
    rows = queries.letters_of(request.user, edition).filter(state__in=form.STATES[shown])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": _tabs(queries.counts(request.user, edition), shown),
        "shown": shown,
        "page": page,
        "rows": [_listed(letter) for letter in page.object_list],
        "box": _box(request, edition),
    }
    return render(request, "mailbox/tray.html", context)


def _tabs(counts: dict[str, int], shown: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "href": f"{reverse('mailbox:tray')}?show={way}",
            "current": way == shown,
            "count": sum(counts.get(state, 0) for state in TrayFilter.STATES[way]),
        }
        for way, label in TrayFilter.WAYS
    ]


def _listed(letter: Letter) -> dict[str, Any]:
    tone, sure = presentation.confidence_shown(letter.unit_confidence)
    return {
        "letter": letter,
        "sender": presentation.sender_shown(letter),
        "tone": tone,
        "sure": sure,
        "problem": presentation.problem_shown(letter.problem) if letter.problem else "",
    }


def _box(request: DeskRequest, edition: Edition) -> dict[str, Any] | None:
    """How the mailbox does, for those who can have it mended; None for all others."""
    if edition.office is None or not may(request.user, HANDLE, edition.office):
        return None
    where = server.place()
    box = Box.objects.filter(address=where.address).first() if where else None
    fault = presentation.fault_shown(box.fault, box.fault_said) if box and box.fault else ""
    return {"is_set_up": where is not None, "box": box, "fault": fault}


@require_http_methods(BOTH)
def enter(request: DeskRequest) -> HttpResponse:
    """Enter an official letter with its number and files."""
    check_handles_letters(request.user)
    edition = edition_of(request)
    is_post = request.method == "POST"
    form = DocumentForm(request.POST if is_post else None, request.FILES if is_post else None)
    if is_post and form.is_valid():
        try:
            letter = taking.enter(
                edition,
                by=request.user,
                number=form.cleaned_data["number"],
                subject=form.cleaned_data["subject"],
                files=form.cleaned_data["upload"],
            )
        except taking.TakenBefore as before:
            messages.info(request, before.messages[0])
            return redirect("mailbox:tray")
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已登记，正在读取。"))
            return redirect("mailbox:letter", letter.code)
    return render(request, "mailbox/entry.html", {"form": form}, status=422 if form.errors else 200)
