"""Telling of changes to what is public: once to each person, and to the rooms above by a signal."""

from typing import TYPE_CHECKING

from kepuyue.activities.actions import notification
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, ChangeNotice, Session
from kepuyue.activities.signals import session_changed
from kepuyue.core.time import now

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

TIME = ("starts_at", "ends_at", "is_all_day")
PLACE = ("venue", "place", "online_url")


def tell(
    activity: Activity,
    session: Session | None,
    kind: str,
    *,
    old: Content,
    new: Content,
    by: "User",
    reason: str = "",
) -> ChangeNotice:
    """Keep one change for the public page and tell everyone concerned. Inside the caller's transaction."""
    notice = ChangeNotice.objects.create(
        activity=activity, session=session, kind=kind, old=old, new=new, reason=reason, by=by, at=now()
    )
    session_changed.send(
        sender=Activity,
        activity=activity,
        session=session,
        what=kind,
        notice=notice,
        key=f"notice:{notice.pk}",
    )
    notification.changed(notice)
    return notice


def of_revision(activity: Activity, before: Content, after: Content, *, by: "User") -> list[ChangeNotice]:
    """Notices for every session whose time or place an approved change has altered, or that it cancelled."""
    known = {entry["id"]: entry for entry in before["sessions"]}
    sessions = {session.pk: session for session in activity.sessions.all()}
    found = []
    for new in after["sessions"]:
        old = known.get(new["id"])
        if old is None or old["is_cancelled"]:
            continue
        if new["is_cancelled"]:
            kind = ChangeNotice.Kind.CANCELLED
        elif any(old[key] != new[key] for key in TIME):
            kind = ChangeNotice.Kind.RETIMED
        elif any(old[key] != new[key] for key in PLACE):
            kind = ChangeNotice.Kind.MOVED
        else:
            continue
        found.append(tell(activity, sessions[new["id"]], kind, old=old, new=new, by=by))
    return found
