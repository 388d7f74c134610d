"""Who has booked a session: the list, one booking, and what the door takes along. Every look is recorded."""

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.bookings import arrivals, permissions, queries
from kepuyue.bookings.actions import changing, reading
from kepuyue.bookings.forms.desk import CancelForm, SearchForm, SizeForm
from kepuyue.bookings.models import Booking
from kepuyue.bookings.views.finding import get_booking, get_seen, get_session, when
from kepuyue.core import audit, tables
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import check, may

LOOKS_SHOWN = 10


@require_safe
def sessions(request: DeskRequest, code: str) -> HttpResponse:
    """The sessions of an activity that can be booked: what each channel has given out, and who came."""
    activity = get_seen(request, code)
    check(request.user, "booking.see", activity.organization)
    terms = list(queries.sessions_with_terms(activity.pk))
    came = queries.attendances([one.session_id for one in terms])
    twice = arrivals.conflicts([one.session_id for one in terms])
    rows = [
        (one, when(one.session, activity), came[one.session_id], twice.get(one.session_id, []))
        for one in terms
    ]
    can_check_in = may(request.user, "session.check_in", activity.organization)
    context = {"activity": activity, "rows": rows, "can_check_in": can_check_in}
    return render(request, "bookings/sessions.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_list(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """The bookings of a session, masked; a POST searches, since a number has no place in an address."""
    session = get_session(request, code, pk)
    form = SearchForm(request.POST if request.method == "POST" else None)
    word = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    state = request.GET.get("state", "")
    found = reading.look(session, by=request.user, word=word, state=state, number=request.GET.get("page"))
    counts = queries.by_state(session)
    tabs = [{"label": _("全部"), "href": "?", "current": not state, "count": sum(one[2] for one in counts)}]
    tabs += [
        {"label": label, "href": f"?state={one}", "current": one == state, "count": bookings}
        for one, label, bookings, _seats in counts
    ]
    context = {
        "session": session, "activity": session.activity, "when": when(session, session.activity), "form": form,
        "page": found.page, "way": found.way, "total": found.total, "tabs": tabs,
        "quotas": queries.standing_of(session), "looks": queries.looks_at(session)[:LOOKS_SHOWN],
        "can_manage": may(request.user, "booking.manage", session.activity.organization),
    }  # fmt: skip
    return render(request, "bookings/list.html", context)


@never_cache
@require_safe
def export(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """What the door needs where there is no network: codes, how many, masked names; CSV."""
    session = get_session(request, code, pk)
    head = (
        _("预约号"),
        _("人数"),
        _("状态"),
        _("渠道"),
        _("姓名"),
        _("手机号"),
        _("14岁以下"),
        _("学校"),
        _("带队人数"),
    )
    rows = [
        (one.code, one.seats, one.get_state_display(), one.get_channel_display(), one.masked_name, one.masked_phone,
         one.children or "", one.school, one.adults or "")
        for one in reading.take_to_the_door(session, by=request.user)
    ]  # fmt: skip
    response = HttpResponse(tables.to_csv(head, rows), content_type=tables.CONTENT_TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="bookings-{code}-{pk}.csv"'
    return response


@never_cache
@require_safe
def booking(request: DeskRequest, code: str) -> HttpResponse:
    """One booking, masked, with what can be done about it."""
    found = get_booking(request, code)
    reading.note_look(found, by=request.user)
    return _page(request, found)


@never_cache
@require_POST
def contact(request: DeskRequest, code: str) -> HttpResponse:
    """The same with name and number in full, this once."""
    found = get_booking(request, code)
    return _page(request, found, contact=reading.show(found, by=request.user))


@require_POST
def cancel(request: DeskRequest, code: str) -> HttpResponse:
    """Give it back for them."""
    found = get_booking(request, code)
    permissions.check_can_manage(request.user, found)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, cancelling=form)
    changing.cancel(found.code, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("预约已取消，空出的名额按候补顺序给下一位。"))
    return redirect("bookings:booking", found.code)


@require_POST
def resize(request: DeskRequest, code: str) -> HttpResponse:
    """They come with fewer, or with more."""
    found = get_booking(request, code)
    permissions.check_can_manage(request.user, found)
    form = SizeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, sizing=form)
    try:
        changing.resize(found.code, form.cleaned_data["seats"], by=request.user)
    except changing.Refused as refused:
        form.add_error("seats", str(refused))
        return _page(request, found, status=409, sizing=form)
    messages.success(request, _("人数已改。"))
    return redirect("bookings:booking", found.code)


def _page(
    request: DeskRequest,
    found: Booking,
    *,
    status: int = 200,
    contact: tuple[str, str] | None = None,
    cancelling: django_forms.Form | None = None,
    sizing: django_forms.Form | None = None,
) -> HttpResponse:
    activity = found.session.activity
    context: dict[str, Any] = {
        "booking": found, "activity": activity, "when": when(found.session, activity), "contact": contact,
        "can_manage": permissions.may_manage(request.user, found),
        "can_list": may(request.user, "booking.see", activity.organization),
        "cancelling": cancelling or CancelForm(), "sizing": sizing or SizeForm(initial={"seats": found.seats}),
        "trail": audit.trail(found)[:30],
    }  # fmt: skip
    return render(request, "bookings/booking.html", context, status=status)
