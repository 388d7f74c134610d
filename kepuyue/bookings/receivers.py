"""What bookings do when activities announce something."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from kepuyue.activities.models import Activity, ChangeNotice, Session
from kepuyue.activities.signals import public_content_changed, session_changed
from kepuyue.bookings.actions import following, reminding
from kepuyue.bookings.admission import ledger


@receiver(session_changed)
def tell_who_booked(
    sender: Any,
    activity: Activity,
    session: Session | None,
    what: str,
    notice: ChangeNotice | None,
    key: str,
    **more: Any,
) -> None:
    """In the transaction of the change, so that nobody is told of what did not happen.

    Under the lock of the sessions: whoever is being given seats meanwhile has them before the change and is told of it,
    or comes after it.
    """
    ledger.standings([session.pk] if session else activity.sessions.values_list("pk", flat=True))
    if notice and session and what == ChangeNotice.Kind.RETIMED and (was := notice.old.get("starts_at")):
        following.follow(session, was=datetime.fromisoformat(was))
    reminding.tell_of_change(activity, session, what=what, reason=notice.reason if notice else "", key=key)


@receiver(public_content_changed)
def fit_to_the_room(sender: Any, activity: Activity, **more: Any) -> None:
    """A session may have become smaller than what can be booked of it."""
    following.fit(activity)
