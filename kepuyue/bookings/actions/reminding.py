"""Messages to who booked: the day before, and when their session changes."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from kepuyue.activities.models import Activity, Session
from kepuyue.activities.models import State as ActivityState
from kepuyue.bookings import telling
from kepuyue.bookings.models import ACTIVE, Booking
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.messaging.models import Message

# Between these hours of the day before, in the edition's zone: nobody is woken
FROM_HOUR, TO_HOUR = 9, 20
# So many at a time, so that the outbox keeps up
BATCH = 1_000


@transaction.atomic
def remind() -> int:
    """Remind who comes tomorrow, each once; how many were told now. Run by a schedule."""
    count = 0
    for edition in Edition.objects.live():
        here = now().astimezone(edition.zone)
        if FROM_HOUR <= here.hour < TO_HOUR:
            rows = _on(edition, here.date() + timedelta(days=1))
            keys = {telling.reminder_key(booking): booking for booking in rows}
            told = set(
                Message.objects.filter(kind=telling.REMINDER, key__in=keys).values_list("key", flat=True)
            )
            for key in [key for key in keys if key not in told][:BATCH]:
                telling.reminded(keys[key])
                count += 1
    return count


def is_ahead_of(session: Session) -> bool:
    """Whether the hours are still to come in which who has a seat is reminded of the session."""
    here = now().astimezone(session.activity.edition.zone)
    day = session.starts_at.astimezone(here.tzinfo).date() - timedelta(days=1)
    return (here.date(), here.hour) < (day, TO_HOUR)


def _on(edition: Edition, day: date) -> QuerySet[Booking]:
    """Bookings that hold seats of sessions that begin on the day and take place."""
    first, end = edition.day_bounds(day)
    return (
        Booking.objects.filter(
            state=Booking.State.CONFIRMED,
            session__activity__edition=edition,
            session__activity__state=ActivityState.PUBLISHED,
            session__starts_at__gte=first,
            session__starts_at__lt=end,
            session__is_cancelled=False,
            session__is_postponed=False,
        )
        .exclude(phone="")
        .select_related("session__activity__edition")
        .order_by("session__starts_at", "pk")
    )


def tell_of_change(activity: Activity, session: Session | None, *, what: str, reason: str, key: str) -> int:
    """Tell who booked the session (None: any of the activity) what has become of it; how many. `key` names it."""
    rows = Booking.objects.filter(state__in=ACTIVE, session__starts_at__gt=now() - timedelta(days=1))
    rows = rows.filter(session=session) if session else rows.filter(session__activity=activity)
    chosen = rows.exclude(phone="").select_related("session__activity__edition").order_by("pk")
    return telling.changed(chosen, what=what, reason=reason, key=key)
