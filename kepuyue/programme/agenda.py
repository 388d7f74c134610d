"""A day by the hour, and the days of a result."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict

from kepuyue.activities.models import Activity, Origin
from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.programme import queries, times
from kepuyue.programme.cards import card, flags, host, href, localized, moment, place_of, where
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.days import Slot
from kepuyue.programme.entry import Entry
from kepuyue.programme.facets import CALENDAR, DATES, LIST, seen, without
from kepuyue.programme.permissions import approved
from kepuyue.programme.search import Query, Result
from kepuyue.programme.seats import is_full

TITLES_A_DAY = 3
# Up to so many days are shown by the hour, more as a month
DAYS_BY_THE_HOUR = 7
# What one page holds; the rest is a page of the list
LINES_A_DAY, SHOWS_A_DAY, SHOWS_ON_A_PAGE = 150, 12, 60


def by_hour(
    edition: Edition, pairs: Iterable[tuple[Slot, Entry]], read: dict[int, Activity], day: date
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
                "href": href(activity, day if len(sessions) > 1 else None),
                "about": " · ".join(
                    part for part in (area, place or where(activity), host(activity)) if part
                ),
                "flags": flags(activity, [session]),
                "note": session.note,
                "is_full": is_full(session) and not (session.is_cancelled or session.is_postponed),
                "is_demo": activity.origin == Origin.DEMO,
                "is_cancelled": entry.is_cancelled,
                "order": (not (slot.is_all_day or slot.first_day < day), slot.start, slot.pk),
            }
        )
    return sorted(lines, key=lambda line: line["order"])


def titles(keys: Iterable[int]) -> dict[int, tuple[str, str]]:
    """The titles of public activities for the reader, each with its language where that is not the page's."""
    rows = approved().filter(pk__in=set(keys)).values_list("pk", "title", "title_en")
    return {pk: localized(title, title_en) for pk, title, title_en in rows}


def cells(
    known: Catalogue, chosen: int, days: Iterable[date], today: date, hrefs: dict[date, str]
) -> list[dict[str, Any]]:
    """The days of a month's grid: how many sessions and exhibitions, and a taste of the titles."""
    days = [*days]
    tastes = {day: _first_titles(known, chosen, day) for day in days}
    named = titles(key for keys in tastes.values() for key in keys)
    return [
        {
            "day": day,
            "weekday": wording.weekday_text(day),
            "count": known.days[day].dated_tally.total(chosen),
            "exhibitions": (known.days[day].showing & chosen).bit_count(),
            "href": hrefs[day],
            "titles": [named[key] for key in tastes[day] if key in named],
            "is_today": day == today,
            "is_past": day < today,
            "is_weekend": day.weekday() > 4,
        }
        for day in days
    ]


def _first_titles(known: Catalogue, chosen: int, day: date) -> list[int]:
    """The first few activities of a day; it is read no further than to these."""
    most = min(TITLES_A_DAY, (known.days[day].at_hours & chosen).bit_count())
    found: dict[int, None] = {}
    for slot in queries.dated_on(known, chosen, day) if most else ():
        found[slot.activity] = None
        if len(found) == most:
            break
    return [*found]


def of_result(
    edition: Edition, result: Result, query: Query, at: datetime, address: QueryDict
) -> dict[str, Any]:
    """A result by its days: by the hour where few days are asked for, else as the edition's month."""
    known, chosen = result.catalogue, result.chosen
    if result.is_narrowed:
        # Only the sessions that match: one that is full is not on a day for whoever asks for seats
        matching = (replace(one.entry, slots=tuple(one.slots)) for one in result.matches)
        known = Catalogue.of(matching, edition)
        chosen = known.everything
    first, last = query.first or edition.starts_on, query.last or edition.ends_on
    if first > last:  # one side open, the other outside the month
        first = last = query.first or query.last or first
    if query.has_dates and (last - first).days < DAYS_BY_THE_HOUR:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return {"agenda": [_by_hour(edition, known, chosen, day, at, address) for day in days],
                "whole_month": without(address, *DATES)}  # fmt: skip
    days = [day for day in edition.days if first <= day <= last]
    held, undated = chosen & ~known.cancelled, known.having("undated", True)
    hrefs = {
        day: seen(address, CALENDAR, when="", date_from=day.isoformat(), date_to=day.isoformat())
        for day in days
    }
    within = set(days)
    return {
        "days": cells(known, held, days, at.date(), hrefs),
        "blanks": range(days[0].weekday()) if days else (),
        "blanks_after": range(6 - days[-1].weekday()) if days else (),
        "weekdays": [wording.weekday_text(date(2024, 1, 1) + timedelta(days=n)) for n in range(7)],
        "holds_today": at.date() in within,
        "without_day": (chosen & undated).bit_count(),
        "on_other_days": (chosen & ~undated & ~known.days.between(days[0], days[-1])).bit_count()
        if days else chosen.bit_count(),
        "cancelled": (chosen & known.cancelled).bit_count(),
        "list_href": seen(address, LIST),
    }  # fmt: skip


def _by_hour(
    edition: Edition, known: Catalogue, chosen: int, day: date, at: datetime, address: QueryDict
) -> dict[str, Any]:
    dated, on_show = queries.on(known, chosen, day, day)
    dated.sort(
        key=lambda pair: (not (pair[0].is_all_day or pair[0].first_day < day), pair[0].start, pair[0].pk)
    )
    shown, shows = dated[:LINES_A_DAY], on_show[:SHOWS_A_DAY]
    read = queries.rows({entry.pk for _slot, entry in shown} | {entry.pk for entry in shows})
    return {
        "day": day,
        "text": wording.day_text(day),
        "is_today": day == at.date(),
        "count": sum(not entry.is_cancelled for _slot, entry in dated),
        "lines": by_hour(edition, [pair for pair in shown if not pair[1].city], read, day),
        "linked": by_hour(edition, [pair for pair in shown if pair[1].city], read, day),
        "more": len(dated) - len(shown),
        "exhibitions": [card(read[one.pk], at=at, first=day, last=day) for one in shows if one.pk in read],
        "exhibition_count": len(on_show),
        "list_href": seen(address, LIST, when="", date_from=day.isoformat(), date_to=day.isoformat()),
    }
