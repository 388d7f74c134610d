"""Messages to who booked: the day before, and when their session changes."""

from datetime import timedelta

from django.db import transaction

from kepuyue.activities.models import Activity, Session
from kepuyue.activities.models import State as ActivityState
from kepuyue.bookings import telling
from kepuyue.bookings.models import ACTIVE, Booking
from kepuyue.core.time import now
from kepuyue.messaging.models import Message

# Between these hours of the day before, in the edition's zone: nobody is woken
FROM_HOUR, TO_HOUR = 9, 20
BATCH = 200


@transaction.atomic
def remind() -> int:
    """Remind who comes tomorrow, each once; how many were told now. Run by a schedule."""
    count = 0
    for booking in _tomorrow():
        if Message.objects.filter(key=telling.reminder_key(booking)).exists():
            continue
        telling.reminded(booking)
        count += 1
        if count == BATCH:
            break
    return count


def _tomorrow() -> list[Booking]:
    moment = now()
    rows = (
        Booking.objects.filter(
            state=Booking.State.CONFIRMED,
            session__starts_at__gt=moment,
            session__starts_at__lt=moment + timedelta(days=2),
            session__is_cancelled=False,
            session__is_postponed=False,
            session__activity__state=ActivityState.PUBLISHED,
        )
        .exclude(phone="")
        .select_related("session__activity__edition")
        .order_by("session__starts_at", "pk")
    )
    found = []
    for booking in rows:
        zone = booking.session.activity.edition.zone
        here = moment.astimezone(zone)
        day = booking.session.starts_at.astimezone(zone).date()
        if FROM_HOUR <= here.hour < TO_HOUR and day == here.date() + timedelta(days=1):
            found.append(booking)
    return found


def tell_of_change(activity: Activity, session: Session | None, *, what: str, reason: str, key: str) -> int:
    """Tell who booked the session (None: any of the activity) what has become of it; how many. `key` names it."""
    rows = Booking.objects.filter(state__in=ACTIVE, session__starts_at__gt=now() - timedelta(days=1))
    rows = rows.filter(session=session) if session else rows.filter(session__activity=activity)
    chosen = rows.exclude(phone="").select_related("session__activity__edition").order_by("pk")
    return telling.changed(chosen, what=what, reason=reason, key=key)
