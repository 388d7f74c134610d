"""How the seats of an activity's sessions are given out: one page for all of them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.activities.models import Activity, BookingMode, Session
from kepuyue.activities.queries import visible_to
from kepuyue.bookings.actions import terms as actions
from kepuyue.bookings.forms import TermsPage
from kepuyue.bookings.forms.terms import RowForm, first_opening
from kepuyue.bookings.models import BookingTerms
from kepuyue.bookings.views.finding import get_seen, when
from kepuyue.core.time import now
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import check, may

# Sessions on one page: each brings a dozen fields, and a form may send a thousand
PAGE_SIZE = 60
BOOKED_HERE = (BookingMode.FIRST_COME, BookingMode.BALLOT)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Terms of every session to come: for all alike, and what one has otherwise."""
    activity = get_seen(request, code)
    check(request.user, "activity.edit", activity.organization)
    every = _to_come(activity)
    page = Paginator(every, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    is_ballot = activity.booking_mode == BookingMode.BALLOT
    posted = request.POST if request.method == "POST" else None
    forms = TermsPage.of(every, shown, posted, is_ballot=is_ballot)
    status, is_moved = 200, False
    if request.method == "POST":
        status = 422
        is_alike = request.POST.get("do") == "alike"
        if activity.booking_mode not in BOOKED_HERE:
            forms.common.is_valid()
            forms.common.add_error(None, _("这项活动不在这里预约。请先把预约方式改为在线预约或抽签。"))
        elif (wanted := forms.wanted_alike(every) if is_alike else forms.wanted()) is not None:
            try:
                actions.set_up_all(wanted, by=request.user)
            except actions.NotSetUp as refused:
                status, is_moved = 409, _attach(forms, refused)
            else:
                messages.success(
                    request, _("预约规则已用于全部场次。") if is_alike else _("预约规则已保存。")
                )
                return redirect(request.get_full_path())
    elif not forms.common.initial:
        forms.common.initial = {"opens_at": first_opening(every, now())}
    context = {
        "activity": activity, "page": page, "forms": forms, "is_moved": is_moved,
        "is_booked_here": activity.booking_mode in BOOKED_HERE,
        "rows": [(row, when(row.session, activity), forms.taken.get(row.session.pk, [])) for row in forms.rows],
    }  # fmt: skip
    return render(request, "bookings/terms.html", context, status=status)


def _to_come(activity: Activity) -> list[Session]:
    moment = now()
    to_come = Q(ends_at__gt=moment) | Q(ends_at__isnull=True, starts_at__gt=moment)
    sessions = activity.sessions.filter(to_come, is_cancelled=False).select_related(
        "venue", "activity__organization"
    )
    return list(sessions.order_by("starts_at", "pk"))


def _attach(forms: TermsPage, refused: actions.NotSetUp) -> bool:
    """Put what was refused beside its fields; whether somebody else has changed one of the sessions meanwhile."""
    rows = {row.session.pk: row for row in forms.rows}
    is_moved = False
    for pk, error in refused.faults.items():
        row: RowForm | None = rows.get(pk)
        if isinstance(error, Conflict):
            is_moved = True
            if row is not None:
                row.look_at(error.present.version)
                row.theirs = _told(error.present)
                continue
        if row is not None:
            row.refuse(error)
        else:
            # A session of another page: said above, where it stands in no row
            for text in error.messages:
                forms.common.add_error(None, text)
    return is_moved


def _told(terms: BookingTerms) -> str:
    seats = " · ".join(f"{one.get_channel_display()} {one.capacity}" for one in terms.quotas.order_by("pk"))
    opens = terms.opens_at.astimezone(terms.session.activity.edition.zone)
    paused = f" · {_('暂停预约')}" if terms.is_paused else ""
    return f"{_('开约时间')} {opens:%Y-%m-%d %H:%M:%S} · {seats}{paused}"


@require_POST
def pause(request: DeskRequest, code: str) -> HttpResponse:
    """Booking of all sessions stops for a while (`is_paused=1`), or goes on."""
    activity = get_seen(request, code)
    check(request.user, "activity.edit", activity.organization)
    is_paused = request.POST.get("is_paused") == "1"
    changed = actions.pause(activity, is_paused=is_paused, by=request.user)
    said = _("已暂停%(count)s场的预约。") if is_paused else _("已恢复%(count)s场的预约。")
    messages.success(request, said % {"count": changed})
    return redirect("bookings:terms", code)


@require_safe
def of_activity(request: DeskRequest, code: str) -> HttpResponse:
    """For an activity's page at the desk: how many sessions can be booked, and the ways on."""
    activity = visible_to(request.user).filter(code=code).select_related("organization", "edition").first()
    context: dict[str, Any] = {"activity": None}
    if activity is not None and activity.booking_mode in BOOKED_HERE:
        rows = BookingTerms.objects.filter(session__activity=activity)
        context = {
            "activity": activity,
            "sessions": activity.sessions.filter(is_cancelled=False).count(),
            "set_up": rows.filter(session__is_cancelled=False).count(),
            "paused": rows.filter(is_paused=True).count(),
            "can_see": may(request.user, "booking.see", activity.organization),
            "can_edit": may(request.user, "activity.edit", activity.organization),
        }
    return render(request, "bookings/_of_activity.html", context)
