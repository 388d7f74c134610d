"""Booking for somebody who telephones or stands at a counter."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.bookings import door, offers, permissions, queries
from kepuyue.bookings.actions import proxy
from kepuyue.bookings.forms.desk import ProxyClassForm, ProxyForm
from kepuyue.bookings.models import BookingTerms
from kepuyue.bookings.views.finding import when
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere

PAGE_SIZE = 30


@never_cache
@require_safe
def find(request: DeskRequest) -> HttpResponse:
    """Sessions with seats for those who cannot book online, and what the person's unit has booked."""
    if not holds_anywhere(request.user, "booking.by_proxy"):
        raise PermissionDenied(_("代办预约由单位负责人、填报人和预约代办员办理。请联系本单位负责人。"))
    word = request.GET.get("q", "").strip()[:60]
    rows = queries.open_to_helpers(request.edition, word) if request.edition else BookingTerms.objects.none()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "q": word,
        "page": page,
        "rows": [(one, when(one.session, one.session.activity)) for one in page.object_list],
        "booked": [
            (one, when(one.session, one.session.activity))
            for one in queries.booked_by_units_of(request.user)[:10]
        ],
    }
    return render(request, "bookings/proxy.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: DeskRequest, pk: int) -> HttpResponse:
    """One session: who comes, with how many; `?for=class` a class, where the session takes any."""
    permissions.check_can_book_for_others(request.user)
    if request.edition is None:
        raise Http404
    terms = get_object_or_404(queries.open_to_helpers(request.edition), session__id=pk)
    session = terms.session
    units = permissions.units_that_book_for_others(request.user)
    policy = request.edition.rules.booking
    is_class = bool(terms.group_most) and request.GET.get("for") == "class"
    form = (ProxyClassForm if is_class else ProxyForm)(
        request.POST or None, terms=terms, organizations=units, policy=policy
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            typed = form.cleaned_data
            answer = proxy.book_for(
                session, by=request.user, organization=typed["organization"], name=typed["name"],
                phone=typed["phone"], seats=typed["seats"], key=str(typed["key"]), party=form.party,
            )  # fmt: skip
            if answer.is_booked:
                return redirect("bookings:proxy-booked", answer.code)
            status = 409
            form.add_error(None, door.reply(answer, get_language() or "zh-hans").body["detail"])
    context = {
        "form": form, "terms": terms, "is_class": is_class, "session": session, "activity": session.activity,
        "when": when(session, session.activity), "notice": offers.notice_of(session.activity),
    }  # fmt: skip
    return render(request, "bookings/proxy_book.html", context, status=status)


@never_cache
@require_safe
def booked(request: DeskRequest, code: str) -> HttpResponse:
    """What to read aloud, or to print and hand over."""
    found = get_object_or_404(
        queries.booked_by_units_of(request.user).select_related("session__venue"), code=code
    )
    context = {
        "booking": found,
        "activity": found.session.activity,
        "when": when(found.session, found.session.activity),
    }
    return render(request, "bookings/proxy_booked.html", context)
