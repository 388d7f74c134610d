"""What a unit offers: written, opened, paused, stopped."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict, write
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import Organization
from kepuyue.resources import telling, workflow
from kepuyue.resources.actions import closing
from kepuyue.resources.models import Offer, Proposal, Request
from kepuyue.resources.permissions import check_can_close, check_can_offer

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Facts = dict[str, Any]


@transaction.atomic
def create(
    *, edition: Edition, organization: Organization, kind: str, by: "User", facts: Facts, token: UUID
) -> Offer:
    """A new offer of the unit, as a draft. The same form sent twice gives the same offer."""
    # One at a time in a unit, so that the second of two clicks finds what the first one made
    organization = tree.held(organization)
    check_can_offer(by, organization)
    if known := Offer.objects.filter(token=token, organization=organization).first():
        return known
    offer = Offer(edition=edition, organization=organization, kind=kind, token=token, created_by=by)
    write(offer, facts)
    _record("offer.create", offer, by=by)
    return offer


@transaction.atomic
def change(offer: Offer, facts: Facts, *, by: "User", version: int) -> Offer:
    """Change what the offer says. Raises `Conflict` where somebody else changed it since `version`."""
    offer = _locked(offer)
    check_can_offer(by, offer.organization)
    if offer.state == Offer.State.CLOSED:
        raise NotPossibleNow(_("已经停止的资源不能再修改，可以另登记一项。"))
    if version != offer.version:
        raise Conflict(offer)
    if (most := facts.get("times_at_most")) is not None and most < offer.times_promised:
        raise ValidationError(
            {"times_at_most": _("已经约出%(count)s次，不能少于这个次数。") % {"count": offer.times_promised}}
        )
    offer.updated_at = now()
    if changes := write(offer, facts):
        offer.version += 1
        offer.save(update_fields=["version"])
        _record("offer.change", offer, by=by, changes=changes)
    return offer


@transaction.atomic
def open_to_units(offer: Offer, *, by: "User") -> Offer:
    """Show it to all units, from which moment it can be asked for."""
    offer = _locked(offer)
    check_can_offer(by, offer.organization)
    return _move(offer, "open", by=by)


@transaction.atomic
def pause(offer: Offer, *, by: "User") -> Offer:
    """Take no new requests for a while; those that wait can still be answered."""
    offer = _locked(offer)
    check_can_offer(by, offer.organization)
    return _move(offer, "pause", by=by)


@transaction.atomic
def close(offer: Offer, *, by: "User", reason: str) -> Offer:
    """Stop it for good, by its unit or by those who oversee it; whoever waits for an answer is told why.

    What is agreed already stands: calling off an agreement is a step of its own.
    """
    if not reason.strip():
        raise ValidationError(_("请写明停止的原因，正在等待答复的单位会看到。"), code="reason-missing")
    # Requests before their offer, as everywhere, so that two people never wait for each other
    waiting = list(
        Request.objects.select_for_update(of=("self",))
        .filter(proposals__offer=offer, proposals__state=Proposal.State.PENDING)
        .order_by("pk")
    )
    offer = _locked(offer)
    check_can_close(by, offer)
    offer.close_reason = reason.strip()[:200]
    offer = _move(offer, "close", by=by, reason=reason.strip())
    for request in dict.fromkeys(waiting):
        closing.lapse_pending(request, offer=offer)
        if request.offer_id == offer.pk:
            closing.move(request, "decline", by=by, reason=offer.close_reason)
            telling.tell(
                "stopped",
                request.organization,
                request,
                key=f"request:{request.pk}",
                reason=offer.close_reason,
            )
        else:
            closing.settle(request)
    if not offer.organization.memberships.filter(user=by).exists():
        telling.offer_stopped(offer)
    return offer


def _locked(offer: Offer) -> Offer:
    return (
        Offer.objects.select_for_update(of=("self",))
        .select_related("organization", "edition")
        .get(pk=offer.pk)
    )


def _move(offer: Offer, verb: str, *, by: "User", reason: str = "") -> Offer:
    offer.state = workflow.OFFER.next_state(offer.state, verb)
    offer.version += 1
    offer.updated_at = now()
    offer.save()
    _record(f"offer.{verb}", offer, by=by, reason=reason)
    return offer


def _record(
    action: str, offer: Offer, *, by: "User", changes: dict[str, list[Any]] | None = None, reason: str = ""
) -> None:
    audit.record(
        action, offer, by=by, changes=changes, reason=reason, organization_path=offer.organization.path,
        version=offer.version,
    )  # fmt: skip
