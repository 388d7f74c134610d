"""What several views of the desk begin with."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from kepuyue.activities import presentation
from kepuyue.activities.models import Activity, Session
from kepuyue.activities.queries import visible_to
from kepuyue.bookings import permissions
from kepuyue.bookings.models import Booking
from kepuyue.editions.request import DeskRequest


def get_seen(request: DeskRequest, code: str) -> Activity:
    """The activity, or 404 where the person may not know of it."""
    seen = visible_to(request.user).select_related("organization", "edition")
    return get_object_or_404(seen, code=code)


def when(session: Session, activity: Activity) -> str:
    """A session's time as pages write it."""
    return presentation.span(
        session.starts_at, session.ends_at, is_all_day=session.is_all_day, zone=activity.edition.zone
    )


def get_session(request: DeskRequest, code: str, pk: int) -> Session:
    """A session of an activity that the person may know of."""
    activity = get_seen(request, code)
    return get_object_or_404(
        activity.sessions.select_related("venue", "activity__organization", "activity__edition"), pk=pk
    )


def get_booking(request: DeskRequest, code: str) -> Booking:
    """The booking, or 404 for whoever may not see it: a code is no way to learn that it is one."""
    found = Booking.objects.select_related(
        "session__venue",
        "session__activity__organization",
        "session__activity__edition",
        "organization",
        "by",
    ).filter(code=code.upper())
    booking = found.first()
    if booking is None or not permissions.may_see(request.user, booking):
        raise Http404
    return booking
