"""The form after a session, by the code at the door; and what came of it, at the desk."""

import secrets
from io import BytesIO

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.accounts import network
from kepuyue.activities.models import Session, State
from kepuyue.bookings import feedback
from kepuyue.bookings.actions import answering
from kepuyue.bookings.forms.feedback import FeedbackForm
from kepuyue.bookings.models import Feedback
from kepuyue.bookings.views.finding import get_seen, get_session, when
from kepuyue.core.time import now
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import check

MARK, KEPT = settings.COOKIE_PREFIX + "visit", 60 * 24 * 3600


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def form(request: HttpRequest, pk: int, seal: str) -> HttpResponse:
    """Three or four questions; once answered, thanks."""
    session = _sealed(pk, seal)
    edition = session.activity.edition
    mark = request.COOKIES.get(MARK, "")[:64]
    typed = FeedbackForm(
        request.POST if request.method == "POST" else None, questions=feedback.questions(edition)
    )
    status = 200
    if request.method == "POST":
        status = 422
        mark = mark or secrets.token_urlsafe(16)
        if typed.is_valid():
            try:
                answering.answer(session, typed.answers, mark=mark, origin=network.origin(request))
            except ValidationError as error:
                typed.add_error(None, error)
                status = 409
            else:
                answer = redirect(request.path)
                answer.set_cookie(
                    MARK, mark, max_age=KEPT, httponly=True, samesite="Lax", secure=settings.HTTPS
                )
                return answer
    opens_at, closes_at = feedback.hours(session, edition)
    given = bool(mark) and Feedback.objects.filter(session=session, device=feedback.device(mark, pk)).exists()
    context = {
        "form": typed, "activity": session.activity, "when": when(session, session.activity), "is_given": given,
        "is_early": now() < opens_at, "is_late": now() > closes_at or session.is_cancelled, "opens_at": opens_at,
    }  # fmt: skip
    return render(request, "bookings/feedback.html", context, status=status)


@require_safe
def results(request: DeskRequest, code: str) -> HttpResponse:
    """What visitors of the activity said, all together and by session."""
    activity = get_seen(request, code)
    check(request.user, "booking.see", activity.organization)
    sessions = list(activity.sessions.filter(is_cancelled=False).order_by("starts_at", "pk"))
    answered = set(Feedback.objects.filter(session__in=sessions).values_list("session", flat=True))
    context = {
        "activity": activity,
        "all": feedback.results([one.pk for one in sessions], activity.edition),
        "rows": [(one, when(one, activity), one.pk in answered) for one in sessions],
        "fewest": feedback.FEWEST,
    }
    return render(request, "bookings/feedback_results.html", context)


@require_safe
def of_session(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """What visitors of one session said, and the code for its door."""
    session = get_session(request, code, pk)
    check(request.user, "booking.see", session.activity.organization)
    context = {
        "session": session, "activity": session.activity, "when": when(session, session.activity),
        "results": feedback.results([pk], session.activity.edition), "fewest": feedback.FEWEST,
        "address": request.build_absolute_uri(feedback.address(pk)),
    }  # fmt: skip
    return render(request, "bookings/feedback_session.html", context)


@require_safe
def door_code(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """The QR code as a drawing, to be printed."""
    session = get_session(request, code, pk)
    check(request.user, "booking.see", session.activity.organization)
    written = BytesIO()
    address = request.build_absolute_uri(feedback.address(pk))
    segno.make(address, error="m", micro=False).save(written, kind="svg", scale=8, border=4)
    return HttpResponse(written.getvalue(), content_type="image/svg+xml")


def _sealed(pk: int, seal: str) -> Session:
    found = Session.objects.filter(pk=pk, activity__state__in=(State.PUBLISHED, State.ARCHIVED))
    session = get_object_or_404(found.select_related("activity__edition", "activity__organization"))
    if not secrets.compare_digest(seal, feedback.seal(pk)):
        raise Http404(_("地址不对，请重新扫描门口的二维码。"))
    return session
