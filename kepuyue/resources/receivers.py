"""What the exchange does when an activity that it led to changes after publication."""

from typing import Any

from django.dispatch import receiver

from kepuyue.activities.models import Activity, ChangeNotice, Session
from kepuyue.activities.signals import session_changed
from kepuyue.resources.actions import accompanying


@receiver(session_changed)
def follow_change(
    sender: Any,
    activity: Activity,
    session: Session | None,
    what: str,
    notice: ChangeNotice | None,
    key: str,
    **kwargs: Any,
) -> None:
    """In the same transaction: an agreement never contradicts the activity that it became."""
    accompanying.follow(activity, session, what, notice=notice, key=key)
