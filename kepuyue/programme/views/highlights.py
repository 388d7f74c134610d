"""The highlights of every day of the month."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.programme import catalogue
from kepuyue.programme import highlights as reading
from kepuyue.programme.fragments import kept
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.publicity import days


@public_page
def highlights(request: PublicRequest) -> HttpResponse:
    """A day after the other with what the office recommends on it; days that are over stand below."""
    edition, at = request.edition, now().astimezone(request.edition.zone)
    known = catalogue.load(edition)
    page = kept("highlights", edition, known, at, days.mark(edition), build=lambda: _month(edition, at))
    return render(request, "programme/highlights.html", page | {"canonical": canonical(request)})


def _month(edition: Edition, at: datetime) -> dict[str, Any]:
    found = reading.by_day(edition, edition.starts_on, edition.ends_on, at)
    drawn: list[dict[str, Any]] = [
        {"day": day, "text": wording.day_text(day), "shown": shown, "is_today": day == at.date(),
         "href": reverse("programme:day", args=[day])}
        for day, shown in found.items()
    ]  # fmt: skip
    context = {
        "edition": edition,
        "ahead": [one for one in drawn if one["day"] >= at.date()],
        "past": [one for one in drawn if one["day"] < at.date()][::-1],
    }
    return {"count": len(found), "body": render_to_string("programme/_highlights.html", context)}
