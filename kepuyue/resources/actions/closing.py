"""Small steps that several actions share: moving a request along its table, ending proposals that lost their point."""

from typing import TYPE_CHECKING, Any

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.resources import workflow
from kepuyue.resources.models import Offer, Proposal, Request

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def locked(request: Request) -> Request:
    """The request, locked until the end of the transaction. Requests are locked before offers, everywhere."""
    return (
        Request.objects.select_for_update(of=("self",))
        .select_related("organization", "edition", "district")
        .get(pk=request.pk)
    )


def move(
    request: Request, verb: str, *, by: "User | None", reason: str = "", action: str = "",
    changes: dict[str, list[Any]] | None = None,
) -> None:  # fmt: skip
    """Move along the table, restart the wait and record it. `action` names it where the verb alone would not."""
    request.state = workflow.REQUEST.next_state(request.state, verb)
    request.version += 1
    request.waiting_since, request.reminded_at = now(), None
    if reason:
        request.end_reason = reason[:200]
    request.save()
    record(action or f"request.{verb}", request, by=by, reason=reason, changes=changes)


def record(
    action: str, request: Request, *, by: "User | None", reason: str = "",
    changes: dict[str, list[Any]] | None = None,
) -> None:  # fmt: skip
    """An audit row of the request, readable in the requesting unit's branch."""
    audit.record(
        action, request, by=by, reason=reason, changes=changes, organization_path=request.organization.path,
        version=request.version,
    )  # fmt: skip


def settle(request: Request) -> None:
    """After a proposal is gone: whose turn is it now? Where the requester has nothing left to decide, hand back."""
    waiting = [
        proposal
        for proposal in request.proposals.filter(state=Proposal.State.PENDING).select_related("offer")
        if proposal.is_from_offering_side
    ]
    if request.state == Request.State.PROPOSED and not waiting:
        request.state = workflow.REQUEST.next_state(request.state, "hand_back")
        request.version += 1
        request.waiting_since, request.reminded_at = now(), None
        request.save()


def lapse_pending(
    request: Request, *, offer: Offer | None = None, but: Proposal | None = None
) -> list[Proposal]:
    """End the proposals that lost their point; returns them so that their units can be told."""
    pending = request.proposals.filter(state=Proposal.State.PENDING).select_related(
        "offer__organization", "organization"
    )
    if offer:
        pending = pending.filter(offer=offer)
    ended = []
    for proposal in pending:
        if but is not None and proposal.pk == but.pk:
            continue
        proposal.state = workflow.PROPOSAL.next_state(proposal.state, "lapse")
        proposal.decided_at = now()
        proposal.save(update_fields=["state", "decided_at"])
        ended.append(proposal)
    return ended
