"""The month by day, and one day by hour."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.programme import agenda, catalogue, queries
from kepuyue.programme.cards import card
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.fragments import kept
from kepuyue.programme.request import PublicRequest, canonical, public_page


@public_page
def calendar(request: PublicRequest) -> HttpResponse:
    """Every day of the month with how much is on and a taste of it."""
    edition, at = request.edition, now().astimezone(request.edition.zone)
    known = catalogue.load(edition)
    page = kept("calendar", edition, known, at, build=lambda: _month(edition, known, at))
    return render(request, "programme/calendar.html", page | {"canonical": canonical(request)})


@public_page
def day(request: PublicRequest, day: str) -> HttpResponse:
    """One day: its sessions by the hour, exhibitions and other cities apart."""
    edition, at = request.edition, now().astimezone(request.edition.zone)
    shown = _parsed(day)
    known = catalogue.load(edition)
    page = kept("day", edition, known, at, shown, build=lambda: _day(edition, known, at, shown))
    return render(request, "programme/day.html", page | {"canonical": canonical(request)})


def _month(edition: Edition, known: Catalogue, at: datetime) -> dict[str, Any]:
    """The month's grid, rendered; the same for everybody."""
    own, now_day = known.of_month, at.date()
    hrefs = {day: reverse("programme:day", args=[day]) for day in edition.days}
    figures = queries.figures(known, own)
    context = {
        "days": agenda.cells(known, own, edition.days, now_day, hrefs),
        "blanks": range(edition.starts_on.weekday()),
        "blanks_after": range(6 - edition.ends_on.weekday()),
        "holds_today": edition.holds(now_day),
        "weekdays": [wording.weekday_text(edition.starts_on + timedelta(days=n - edition.starts_on.weekday()))
                     for n in range(7)],
        "figures": figures,
        "undated": (own & known.having("undated", True)).bit_count(),
        "year_round": known.year_round.bit_count(),
        "edition": edition,
    }  # fmt: skip
    return {
        "sessions": figures.sessions,
        "body": render_to_string("programme/_calendar.html", context),
    }


def _day(edition: Edition, known: Catalogue, at: datetime, shown: date) -> dict[str, Any]:
    """The day's agenda, rendered; the same for everybody."""
    here = known.having("city", "own")
    dated, on_show = queries.on(known, known.everything & ~known.cancelled, shown, shown)
    exhibitions = [entry for entry in on_show if not entry.is_beyond_month or entry.city]
    dated += [(slot, entry) for entry in on_show if entry not in exhibitions for slot in entry.slots]
    off, _none = queries.on(known, known.cancelled & here, shown, shown)
    own = [(slot, entry) for slot, entry in dated if not entry.city and not entry.is_beyond_month]
    beyond = [(slot, entry) for slot, entry in dated if not entry.city and entry.is_beyond_month]
    linked = [(slot, entry) for slot, entry in dated if entry.city]
    lines = [part[: agenda.LINES_A_DAY] for part in ([*own, *off], beyond, linked)]
    shows = [[one for one in exhibitions if bool(one.city) == elsewhere] for elsewhere in (False, True)]
    cards = [part[: agenda.SHOWS_ON_A_PAGE] for part in shows]
    read = queries.rows(
        entry.pk
        for entry in (*(e for part in lines for _slot, e in part), *(e for part in cards for e in part))
    )
    drawn = [
        [card(read[one.pk], at=at, first=shown, last=shown) for one in part if one.pk in read]
        for part in cards
    ]
    hours, year_round, elsewhere = (agenda.by_hour(edition, part, read, shown) for part in lines)
    by_day = queries.sessions_by_day(edition, known, here)
    context: dict[str, Any] = {
        "day": shown,
        "text": wording.day_text(shown),
        "today": at.date(),
        "hours": hours,
        "year_round": year_round,
        "linked": elsewhere,
        "count": len(own),
        "linked_count": len(linked),
        "exhibitions": drawn[0],
        "exhibition_count": len(shows[0]),
        "linked_exhibitions": drawn[1],
        # What one page does not hold is in the list
        "left": len(own)
        + len(off)
        + len(beyond)
        + len(linked)
        - sum(map(len, lines))
        + sum(map(len, shows))
        - sum(map(len, cards)),
        "list_href": f"{reverse('programme:activities')}?date_from={shown}&date_to={shown}",
        "days": [
            {"day": one, "count": count, "href": reverse("programme:day", args=[one])}
            for one, count in sorted(by_day.items())
        ],
        "before": _neighbour(edition, shown, -1),
        "after": _neighbour(edition, shown, 1),
        "is_outside": not edition.holds(shown),
    }
    return {
        "text": context["text"],
        "count": len(own),
        "body": render_to_string("programme/_day.html", context),
    }


def _parsed(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Http404(_("没有这一天。")) from None
    if found.isoformat() != text or not 1900 < found.year < 2200:
        raise Http404(_("没有这一天。"))
    return found


def _neighbour(edition: Edition, day: date, step: int) -> dict[str, str] | None:
    """The day before or after, within the month."""
    other = day + timedelta(days=step)
    if not edition.holds(other):
        return None
    return {"href": reverse("programme:day", args=[other]), "text": wording.day_text(other)}
