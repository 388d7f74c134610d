"""An agreement follows its joint activity: what changes there after publication, the other side learns once.

Called inside the transaction of the change (docs/adr/0021), so that the public page, the promised days and the
message never contradict each other.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from kepuyue.activities.models import Activity, ChangeNotice, Session
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.resources import telling, workflow
from kepuyue.resources.actions import closing, promising
from kepuyue.resources.models import Proposal, Request

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def follow(
    activity: Activity, session: Session | None, what: str, *, notice: ChangeNotice | None, key: str
) -> None:
    """Bring the agreements behind the activity up to date and tell the unit that does not register it.

    Cancelled as a whole, the agreement ends and its days are free again. At a new time the promise moves along
    where the offer is free then; where it is not, the message asks both to talk.
    """
    for request in Request.objects.filter(activity=activity, state=Request.State.ACCEPTED):
        _follow_one(closing.locked(request), activity, session, what, notice, key)


def _follow_one(
    request: Request,
    activity: Activity,
    session: Session | None,
    what: str,
    notice: ChangeNotice | None,
    key: str,
) -> None:
    proposal = (
        request.proposals.select_related("offer__organization", "organization")
        .filter(state=Proposal.State.ACCEPTED)
        .first()
    )
    if proposal is None:
        return
    proposal.request = request
    event = f"joint_{what}"
    if what == ChangeNotice.Kind.RETIMED and session is not None and not _moved(proposal, session):
        event = "joint_clash"
    is_requester = activity.organization_id == request.organization_id
    other = proposal.offer.organization if is_requester else request.organization
    by: User | None = notice.by if notice else None
    telling.joint_changed(event, other, request, activity, session, notice, key=key)
    if session is None and what == ChangeNotice.Kind.CANCELLED:
        promising.free(proposal)
        proposal.state = workflow.PROPOSAL.next_state(proposal.state, "call_off")
        proposal.decided_at = now()
        proposal.save(update_fields=["state", "decided_at"])
        closing.move(request, "call_off", by=by, reason=activity.cancel_reason)


def _moved(proposal: Proposal, session: Session) -> bool:
    """Whether the promise could go along to the session's new time."""
    if session.activity.sessions.held().count() != 1:
        return True  # several sessions: which of them was promised, nobody can say
    length = proposal.ends_at - proposal.starts_at
    proposal.starts_at = session.starts_at
    proposal.ends_at = session.ends_at or session.starts_at + max(length, timedelta(minutes=1))
    try:
        with transaction.atomic():
            promising.move(proposal)
    except NotPossibleNow:
        return False
    proposal.save(update_fields=["starts_at", "ends_at"])
    return True
