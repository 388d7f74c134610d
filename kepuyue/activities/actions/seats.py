"""What a unit says about the seats of a session that is booked elsewhere: full, or seats again."""

from typing import TYPE_CHECKING

from django.db import transaction

from kepuyue.activities import content as contents
from kepuyue.activities.actions.rescheduling import carry_into_revision, held
from kepuyue.activities.models import Activity, Session
from kepuyue.activities.permissions import check_can_edit
from kepuyue.activities.signals import public_content_changed
from kepuyue.core import audit
from kepuyue.core.time import now

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def state_full(session: Session, *, is_full: bool, by: "User") -> Session:
    """The public page says at once that a session is full, or that there are seats again, and since when.

    Said twice it stays as it was said first. Raises `NotPossibleNow` for one that is over, cancelled or not public.
    """
    activity, session = held(session)
    check_can_edit(by, activity)
    if session.is_full == is_full:
        return session
    before = contents.of(activity)
    session.is_full, session.full_stated_at = is_full, now()
    session.save(update_fields=["is_full", "full_stated_at"])
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["version", "updated_at"])
    after = contents.of(activity)
    carry_into_revision(activity, session, after)
    audit.record(
        "session.full",
        activity,
        by=by,
        changes={"sessions": [before["sessions"], after["sessions"]]},
        organization_path=activity.organization.path,
        version=activity.version,
    )
    public_content_changed.send(sender=Activity, activity=activity)
    return session
