"""What every page of the desk in this room begins with."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest


def edition_of(request: DeskRequest) -> Edition:
    """The current edition; without one there is nothing to see."""
    found: Edition = get_object_or_404(
        Edition.objects.select_related("office"), pk=request.edition.pk if request.edition else 0
    )
    return found


def pressed(request: DeskRequest, back: str, press: Any, done: str) -> HttpResponse:
    """Press an action and go back to the page, which says that it was done or why not."""
    try:
        press()
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, done)
    return redirect(back)
