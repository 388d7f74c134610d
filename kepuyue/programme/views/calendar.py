"""The month by day, and one day by hour."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Origin
from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.programme import catalogue, queries, times
from kepuyue.programme.cards import card, flags, host, localized, moment, place_of, where
from kepuyue.programme.catalogue import Catalogue, Entry, Slot
from kepuyue.programme.fragments import kept
from kepuyue.programme.permissions import approved
from kepuyue.programme.request import PublicRequest, canonical, public_page

TITLES_A_DAY = 3


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
    own, now_day = known.of_month(), at.date()
    by_day: dict[date, tuple[list[tuple[Slot, Entry]], list[Entry]]] = {
        day: queries.on(own, day, day) for day in edition.days
    }
    tastes = {
        day: list(dict.fromkeys(entry.pk for _slot, entry in dated))[:TITLES_A_DAY]
        for day, (dated, _exhibitions) in by_day.items()
    }
    titles = _titles(key for keys in tastes.values() for key in keys)
    days = [
        {
            "day": day,
            "weekday": wording.weekday_text(day),
            "text": wording.day_text(day),
            "count": len(dated),
            "exhibitions": len(exhibitions),
            "href": reverse("programme:day", args=[day]),
            "titles": [titles[key] for key in tastes[day] if key in titles],
            "is_today": day == now_day,
            "is_past": day < now_day,
            "is_weekend": day.weekday() > 4,
        }
        for day, (dated, exhibitions) in by_day.items()
    ]
    figures = queries.figures(own)
    context = {
        "days": days,
        "blanks": range(edition.starts_on.weekday()),
        "blanks_after": range(6 - edition.ends_on.weekday()),
        "holds_today": edition.holds(now_day),
        "weekdays": [wording.weekday_text(edition.starts_on + timedelta(days=n - edition.starts_on.weekday()))
                     for n in range(7)],
        "figures": figures,
        "undated": sum(not entry.slots for entry in own),
        "year_round": len(known.year_round()),
        "edition": edition,
    }  # fmt: skip
    return {
        "sessions": figures.sessions,
        "body": render_to_string("programme/_calendar.html", context),
    }


def _day(edition: Edition, known: Catalogue, at: datetime, shown: date) -> dict[str, Any]:
    """The day's agenda, rendered; the same for everybody."""
    entries = [entry for entry in known.entries if not entry.is_cancelled]
    called_off = [entry for entry in known.entries if entry.is_cancelled and not entry.city]
    dated, on_show = queries.on(entries, shown, shown)
    exhibitions = [entry for entry in on_show if not entry.is_beyond_month or entry.city]
    dated += [(slot, entry) for entry in on_show if entry not in exhibitions for slot in entry.slots]
    off, _none = queries.on(called_off, shown, shown)
    read = queries.rows(entry.pk for entry in (*(e for _s, e in (*dated, *off)), *exhibitions))
    own = [(slot, entry) for slot, entry in dated if not entry.city and not entry.is_beyond_month]
    beyond = [(slot, entry) for slot, entry in dated if not entry.city and entry.is_beyond_month]
    linked = [(slot, entry) for slot, entry in dated if entry.city]
    drawn = {
        entry.pk: card(read[entry.pk], at=at, first=shown, last=shown)
        for entry in exhibitions
        if entry.pk in read
    }
    by_day = queries.sessions_by_day(edition, [entry for entry in entries if not entry.city])
    context: dict[str, Any] = {
        "day": shown,
        "text": wording.day_text(shown),
        "today": at.date(),
        "hours": _by_hour(edition, [*own, *off], read, shown),
        "year_round": _by_hour(edition, beyond, read, shown),
        "linked": _by_hour(edition, linked, read, shown),
        "count": len(own),
        "linked_count": len(linked),
        "exhibitions": [drawn[entry.pk] for entry in exhibitions if not entry.city and entry.pk in drawn],
        "linked_exhibitions": [drawn[entry.pk] for entry in exhibitions if entry.city and entry.pk in drawn],
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


def _titles(keys: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = approved().filter(pk__in=set(keys)).values_list("pk", "title", "title_en")
    return {pk: localized(title, title_en) for pk, title, title_en in rows}


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


def _by_hour(
    edition: Edition, pairs: list[tuple[Slot, Entry]], read: dict[int, Activity], day: date
) -> list[dict[str, Any]]:
    """The sessions as an agenda: those that begin this day by the hour, after what runs all day."""
    lines = []
    for slot, entry in pairs:
        activity = read.get(entry.pk)
        sessions = {one.pk: one for one in activity.sessions.all()} if activity else {}
        session = sessions.get(slot.pk)
        if activity is None or session is None:
            continue
        title, language = localized(activity.title, activity.title_en)
        place = place_of(session)
        area = activity.city or (
            activity.district and localized(activity.district.name, activity.district.name_en)[0]
        )
        lines.append(
            {
                "hours": times.hours_text(moment(session, edition.zone), day),
                "title": title,
                "language": language,
                "href": reverse("programme:activity", args=[activity.code]),
                "about": " · ".join(
                    part for part in (area, place or where(activity), host(activity)) if part
                ),
                "flags": flags(activity),
                "note": session.note,
                "is_demo": activity.origin == Origin.DEMO,
                "is_cancelled": entry.is_cancelled,
                "order": (not (slot.is_all_day or slot.first_day < day), slot.start, slot.pk),
            }
        )
    return sorted(lines, key=lambda line: line["order"])


def _about(*parts: str) -> str:
    """The parts in one line; what an earlier part already says is left out."""
    said: list[str] = []
    for part in parts:
        if part and not any(part in earlier for earlier in said):
            said.append(part)
    return " · ".join(said)
