"""One activity with all that a visitor needs to know."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kepuyue.activities.models import (
    AccessItem,
    Activity,
    BookingMode,
    Mode,
    Origin,
    Session,
    State,
    UnitRole,
    Venue,
)
from kepuyue.bookings.offers import Offer
from kepuyue.cloud import queries as cloud_queries
from kepuyue.core import wording
from kepuyue.core.links import web_address, whole
from kepuyue.core.time import now
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import catalogue, changes, cloud_cards, queries, times
from kepuyue.programme.booking_choices import Choice, choices
from kepuyue.programme.cards import (
    Moment,
    ages,
    card,
    flags,
    host,
    host_href,
    localized,
    moment,
    place_of,
    unit_href,
    where,
)
from kepuyue.programme.covers import kind_of
from kepuyue.programme.maps import locator
from kepuyue.programme.permissions import approved
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.programme.seats import first_come, left
from kepuyue.programme.structured import json_ld
from kepuyue.publicity.queries import coverage_of

SHOWN_AT_ONCE = 6
BOOKED_HERE = (BookingMode.FIRST_COME, BookingMode.BALLOT)


@public_page
def activity(request: PublicRequest, code: str) -> HttpResponse:
    """An activity of this edition, or of an earlier one that is open."""
    found = queries.in_full(approved()).filter(code=code.upper()).first()
    if found is None and (gone := queries.taken_down(code)):
        return render(request, "programme/gone.html", {"edition_name": gone.edition}, status=410)
    if found is None or (found.edition_id != request.edition.pk and not is_open_to_public(found.edition)):
        raise Http404(_("没有找到这项活动。"))
    zone = found.edition.zone
    at = now().astimezone(zone)
    offered = choices(found, found.sessions.all(), at=at)
    booked = first_come({pk: choice.offer for pk, choice in offered.items()})
    sessions = _sessions(found, at, offered, booked, day=_asked_day(request))
    known = catalogue.load(found.edition)
    related = queries.related(known, found, at)
    read = queries.rows(related)
    title, language = localized(found.title, found.title_en)
    picture = next(iter(found.pictures.all()), None)
    origin = found.gathered if found.is_gathered else None
    address = (web_address(origin.url) if origin else "") or canonical(request)
    context: dict[str, Any] = {
        "activity": found,
        "origin": origin,
        "title": title,
        "language": language,
        "other_title": found.title if title != found.title else "",
        "text_language": "zh-Hans" if wording.is_english() else "",
        "kind": kind_of(found.title, found.summary),
        "picture": picture,
        "og_image": whole(
            picture.get_absolute_url() if picture else reverse("programme:card", args=[found.code])
        ),
        "pictures": list(found.pictures.all())[1:],
        "flags": flags(found),
        "is_cancelled": found.state == State.CANCELLED,
        "notices": changes.notices(found),
        "is_demo": found.origin == Origin.DEMO,
        "sessions": sessions[:SHOWN_AT_ONCE],
        "more_sessions": sessions[SHOWN_AT_ONCE:],
        "session_count": len(sessions),
        "is_over": bool(sessions) and all(one["is_over"] or one["is_cancelled"] for one in sessions),
        "was_held": any(one["is_over"] and not one["is_cancelled"] for one in sessions),
        "next": next((one for one in sessions if not one["is_over"] and not one["is_cancelled"]), None),
        "where": where(found),
        "host": host(found),
        "host_href": host_href(found),
        "facts": _facts(found),
        "units": _units(found),
        "classes": _classes(found),
        "booking": _booking(found, is_booked_here=any(one["booking"] for one in sessions)),
        "venues": _venues(found),
        "locator": locator(found),
        "cloud_cards": [cloud_cards.card(one, at=at) for one in cloud_queries.of_activity(found)],
        "contact": _masked(found.contact_name) if found.public_phone and found.origin != Origin.DEMO else "",
        "related": [card(read[key], at=at) for key in related if key in read],
        "json_ld": json_ld(
            found,
            url=address,
            language=get_language() or "zh-Hans",
            free={
                session.pk: left(session, booked.get(session.pk))
                for session in found.sessions.all()
                if session.is_full or session.pk in booked
            },
        ),
        "canonical": address,
        "coverage": coverage_of(found)[:SHOWN_AT_ONCE],
        "crumbs": [(_("活动"), reverse("programme:activities")), (title, "")],
        "is_earlier": found.edition_id != request.edition.pk,
    }
    return render(request, "programme/activity.html", context)


def _sessions(
    activity: Activity,
    at: datetime,
    offered: dict[int, Choice],
    booked: dict[int, Offer],
    day: date | None = None,
) -> list[dict[str, Any]]:
    """Every session: those of the `day` that was asked for, those to come, those that are over; a cancelled one says so
    where it would have been.
    """
    lines = []
    for session in activity.sessions.all():
        one = moment(session, activity.edition.zone)
        lines.append(
            {
                "when": times.span_text(one, year=one.start.year != activity.edition.year),
                "start": one.start,
                "month": wording.month_text(one.start.date()),
                "is_all_day": one.is_all_day,
                "place": place_of(session),
                "online_url": session.online_url,
                "note": session.note,
                "booking": offered.get(session.pk),
                "capacity": session.capacity,
                "is_booked_here": session.pk in booked,
                "seats_left": left(session, booked.get(session.pk)),
                "full": _full_text(session, activity, booked.get(session.pk)),
                "is_cancelled": session.is_cancelled or activity.state == State.CANCELLED,
                "is_over": (one.end or one.start) <= at,
                "is_closed": _is_closed(activity, one, offered.get(session.pk), at),
                "is_asked_for": day is not None and one.start.date() <= day <= one.last_day,
                "is_postponed": session.is_postponed and not session.is_cancelled,
            }
        )
    return sorted(lines, key=lambda line: (not line["is_asked_for"], line["is_over"], line["start"]))


def _is_closed(activity: Activity, one: Moment, booking: Choice | None, at: datetime) -> bool:
    """Whether it is too late to book; without terms of its own, once it has begun at its hour."""
    if booking:
        return booking.state == "closed"
    return activity.booking_mode in BOOKED_HERE and not one.is_all_day and one.start < at


def _asked_day(request: PublicRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def _full_text(session: Session, activity: Activity, booked: Offer | None) -> str:
    """That it is full and since when the unit says so, or whether one can wait for a seat that is booked here."""
    if not session.is_full:
        return _booked_out_text(booked) if booked and not booked.to_have else ""
    if session.full_stated_at is None:
        return _("主办方说明已约满。")
    said = session.full_stated_at.astimezone(activity.edition.zone)
    return _("主办方%(when)s说明已约满。") % {
        "when": f"{wording.day_text(said.date(), weekday=False)} {said:%H:%M}"
    }


def _booked_out_text(booked: Offer) -> str:
    if booked.can_wait:
        return ngettext(
            "名额已约满，可以排候补，前面有%(count)s组。",
            "名额已约满，可以排候补，前面有%(count)s组。",
            booked.waiting,
        ) % {"count": booked.waiting}
    return _("名额已约满，候补也排满了。") if booked.waiting else _("名额已约满。")


def _facts(activity: Activity) -> list[tuple[str, str]]:
    """The plain facts; what is not known is not among them."""
    admission = "" if activity.admission == "unknown" else activity.get_admission_display()
    return [
        (_("面向人群"), activity.audience_note),
        (_("适合年龄"), ages(activity)),
        (_("收费情况"), wording.with_aside(admission, activity.admission_note)),
        (_("参与方式"), activity.get_mode_display()),
        (_("活动语言"), activity.languages),
        (_("无障碍"), wording.clauses(filter(None, [_access(activity), activity.accessibility]))),
        (_("时间说明"), "" if activity.sessions.all() else activity.dates_as_written),
        (
            _("主讲人"),
            wording.clauses(
                wording.with_aside(one.name, one.introduction) for one in activity.speakers.all()
            ),
        ),
        (_("使用标识"), wording.listed(activity.marks.all())),
    ]


def _access(activity: Activity) -> str:
    return wording.listed(item.label for item in AccessItem if item in activity.accessibility_items)


def _units(activity: Activity) -> list[tuple[str, list[tuple[str, str]]]]:
    """The units by their five roles, in the order of the roles, each with its page where it has one."""
    units = activity.participations.all()
    found = [
        (str(role.label), [(unit.name, unit_href(unit.organization)) for unit in units if unit.role == role])
        for role in UnitRole
    ]
    return [(label, names) for label, names in found if names]


def _classes(activity: Activity) -> list[tuple[str, list[tuple[str, str]]]]:
    """Its terms by taxonomy, each a link to all activities of that term."""
    terms = sorted(activity.terms.all(), key=lambda term: (term.taxonomy.position, term.position, term.pk))
    found: dict[str, list[tuple[str, str]]] = {}
    for term in terms:
        href = f"{reverse('programme:activities')}?{term.taxonomy.code}={term.code}"
        found.setdefault(str(term.taxonomy), []).append((str(term), href))
    return list(found.items())


def _booking(activity: Activity, *, is_booked_here: bool) -> dict[str, str]:
    """How to get a place, said as it is: nothing is promised that this site cannot do yet."""
    said = {
        BookingMode.UNKNOWN: _("主办方还没有说明是否需要预约，去之前最好先问一问。"),
        BookingMode.NONE: _("无需预约，直接前往。"),
        BookingMode.WALK_IN: _("无需预约，现场签到，按先后入场。"),
        BookingMode.FIRST_COME: _("需要预约，先到先得。预约开放后，入口会出现在这里。"),
        BookingMode.BALLOT: _("需要报名，名额由抽签决定。报名开放后，入口会出现在这里。"),
        BookingMode.EXTERNAL: _("需要预约，请通过主办方的渠道办理。"),
    }
    if activity.is_gathered and activity.booking_mode not in (BookingMode.NONE, BookingMode.WALK_IN):
        return {
            "label": activity.get_booking_mode_display(),
            "text": _("预约在%(city)s的网站上办理。") % {"city": activity.city},
            "sessions": "",
            "note": activity.booking_note,
            "url": activity.booking_url,
        }
    return {
        "label": activity.get_booking_mode_display(),
        "text": _("在下面的场次里选一场预约。")
        if is_booked_here
        else str(said[BookingMode(activity.booking_mode)]),
        "sessions": "#sessions" if is_booked_here else "",
        "note": activity.booking_note,
        "url": activity.booking_url if activity.booking_mode == BookingMode.EXTERNAL else "",
    }


def _venues(activity: Activity) -> list[dict[str, str]]:
    """The places where it happens, each once."""
    if activity.mode == Mode.ONLINE:
        return []
    venues: dict[int, Venue] = {
        one.venue.pk: one.venue for one in activity.sessions.all() if one.venue and not one.is_cancelled
    }
    return [
        {
            "name": localized(venue.name, venue.name_en)[0],
            "address": venue.address,
            "href": reverse("programme:venue", args=[venue.pk]),
        }
        for venue in venues.values()
    ]


def _masked(name: str) -> str:
    """A person's name as the public sees it: the first character only."""
    return f"{name[0]}{'＊' * min(len(name) - 1, 2)}" if name else ""
