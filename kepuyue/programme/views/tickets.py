"""A booking as who made it sees it, by a signed link and without an account; the keys that doors verify tickets by."""

from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kepuyue.activities.models import Activity, State
from kepuyue.bookings import offers, tickets
from kepuyue.bookings.actions import changing, reminding
from kepuyue.bookings.models import Booking, BookingTerms
from kepuyue.core.links import whole
from kepuyue.core.time import now
from kepuyue.programme.booking_choices import choices
from kepuyue.programme.booking_forms import RosterForm, SizeForm
from kepuyue.programme.cards import localized, moment, place_of
from kepuyue.programme.feeds import ical
from kepuyue.programme.queries import in_full
from kepuyue.programme.request import (
    PublicRequest,
    canonical,
    never_kept,
    public_form,
    public_look,
    public_press,
)

# Seconds; a key of before stays published, so that a copy of yesterday verifies today's tickets unless the site's
# secret was changed since
KEYS_KEPT = 3600


@login_not_required
@require_safe
@cache_control(public=True, max_age=KEYS_KEPT)
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys by which whoever stands at a door verifies tickets without a network (RFC 7517, RFC 8037)."""
    return JsonResponse({"keys": tickets.public_keys()}, content_type="application/jwk-set+json")


@public_look
def by_code(request: PublicRequest, code: str) -> HttpResponse:
    """The code alone tells nothing: it is read aloud and seen over shoulders. The phone number opens it."""
    return redirect("programme:my-bookings")


@public_look
def ticket(request: PublicRequest, code: str, seal: str) -> HttpResponse:
    """Look at one's booking."""
    return _page(request, _find(code, seal))


@public_form
def cancel(request: PublicRequest, code: str, seal: str) -> HttpResponse:
    """Give it back, or leave the waiting list, once it was asked whether that is meant."""
    booking = _find(code, seal)
    if request.method == "POST" or not booking.is_active:
        if booking.is_active:
            changing.cancel(booking.code)
            messages.success(request, _("已取消，名额已经让给别人。谢谢您提前告诉我们。"))
        return redirect(tickets.link(booking.code))
    return never_kept(render(request, "programme/ticket_cancellation.html", _facts(request, booking)))


@public_press
def accept(request: PublicRequest, code: str, seal: str) -> HttpResponse:
    """Take the seats that came free."""
    booking = _find(code, seal)
    try:
        changing.accept(booking.code)
    except changing.Refused as refused:
        return _page(request, _find(code, seal), said=str(refused), status=409)
    messages.success(request, _("已确认，名额是您的了。"))
    return redirect(tickets.link(booking.code))


@public_press
def resize(request: PublicRequest, code: str, seal: str) -> HttpResponse:
    """Come with fewer or more."""
    booking = _find(code, seal)
    form = SizeForm(request.POST, booking=booking, most=_most(booking))
    if form.is_valid():
        try:
            changing.resize(booking.code, form.cleaned_data["seats"])
        except changing.Refused as refused:
            form.add_error("seats", str(refused))
        else:
            messages.success(request, _("人数已经改好。"))
            return redirect(tickets.link(booking.code))
    return _page(request, _find(code, seal), size_form=form, status=422)


@public_press
def name_them(request: PublicRequest, code: str, seal: str) -> HttpResponse:
    """Say who is in a class, once that is known."""
    booking = _find(code, seal)
    if not booking.is_class:
        raise Http404
    form = RosterForm(request.POST)
    if form.is_valid():
        try:
            changing.name_them(booking.code, form.cleaned_data["roster"])
        except changing.Refused as refused:
            form.add_error("roster", str(refused))
        else:
            messages.success(request, _("名单已经存好，只有办活动的单位能看到。"))
            return redirect(tickets.link(booking.code))
    return _page(request, booking, roster_form=form, status=422)


@public_look
def calendar(request: PublicRequest, code: str, seal: str) -> HttpResponse:
    """The session for one's own calendar, with the way back to the ticket."""
    booking = _find(code, seal)
    activity = in_full(Activity.objects.filter(pk=booking.session.activity_id)).get()
    body = ical.one(activity, booking.session_id, address=whole(tickets.link(booking.code)), at=now())
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{booking.code}.ics"'
    return never_kept(answer)


def _find(code: str, seal: str) -> Booking:
    """The booking that the link is for. Fetching is checking: a seal of another code finds nothing."""
    booking = (
        Booking.objects.select_related(
            "session__activity__edition", "session__activity__organization", "session__venue"
        )
        .filter(code=code.upper())
        .first()
        if tickets.is_sealed(code.upper(), seal)
        else None
    )
    if booking is None:
        raise Http404(_("没有找到这个预约。请从短信里的链接打开，或者用手机号在“我的预约”里查。"))
    return booking


def _page(request: PublicRequest, booking: Booking, *, said: str = "", status: int = 200,
          size_form: forms.Form | None = None, roster_form: forms.Form | None = None) -> HttpResponse:  # fmt: skip
    activity, session = booking.session.activity, booking.session
    open_now = choices(activity, activity.sessions.select_related("venue"), at=now())
    is_held = booking.state == Booking.State.CONFIRMED
    most = _most(booking)
    context = _facts(request, booking) | {
        "said": said,
        "code": _drawn(tickets.text_of(booking)) if is_held else "",
        "ahead": offers.ahead_of(booking) if booking.state == Booking.State.WAITLISTED else 0,
        "offer_ends_at": booking.offer_ends_at and booking.offer_ends_at.astimezone(activity.edition.zone),
        "clashes": [moment(one.session, activity.edition.zone).text for one in offers.clashing(booking)]
        if booking.is_active
        else [],
        "size_form": size_form or SizeForm(booking=booking, most=most, initial={"seats": booking.seats}),
        "can_resize": booking.is_active and most > 1 and session.starts_at > now(),
        "roster_form": roster_form or RosterForm(initial={"roster": booking.plain_roster}),
        "others": [one for pk, one in open_now.items() if pk != session.pk and one.can_be_booked],
        "again": open_now.get(session.pk),
    }
    return never_kept(render(request, "programme/ticket.html", context, status=status))


def _facts(request: PublicRequest, booking: Booking) -> dict[str, Any]:
    session, activity = booking.session, booking.session.activity
    title, language = localized(activity.title, activity.title_en)
    venue = session.venue
    seal = tickets.seal(booking.code)
    return {
        "booking": booking,
        "activity": activity,
        "title": title,
        "language": language,
        "when": moment(session, activity.edition.zone).text,
        "place": place_of(session),
        "address": venue.address if venue else "",
        "way": reverse("programme:venue", args=[venue.pk]) if venue else "",
        "is_off": session.is_cancelled or session.is_postponed or activity.state != State.PUBLISHED,
        "is_over": session.is_over,
        "is_reminded": reminding.is_ahead_of(session),
        "link": {
            name: reverse(f"programme:ticket-{name}", args=[booking.code, seal])
            for name in ("acceptance", "cancellation", "seats", "roster", "calendar")
        },
        "back": tickets.link(booking.code),
        "canonical": canonical(request),
    }


def _drawn(text: str) -> SafeString:
    """The code as a drawing of the page: no picture to load where the network is poor, sharp in any size."""
    code = segno.make(text, error="m", micro=False)
    # Made of our own letters and digits alone
    return mark_safe(code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", svgclass="qr"))  # noqa: S308


def _most(booking: Booking) -> int:
    terms = BookingTerms.objects.get(session=booking.session_id)
    return terms.group_most if booking.is_class else terms.most_seats
