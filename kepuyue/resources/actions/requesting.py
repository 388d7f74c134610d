"""What a unit asks for: a certain offer with its wish, or openly; changed and withdrawn by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict, write
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import Organization
from kepuyue.resources import telling
from kepuyue.resources.actions import closing
from kepuyue.resources.availability import objections
from kepuyue.resources.models import Offer, Proposal, Request
from kepuyue.resources.permissions import check_can_request

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Facts = dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """A time and place that somebody has in mind; moments are aware."""

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    is_online: bool = False
    note: str = ""


@transaction.atomic
def ask_openly(
    *, edition: Edition, organization: Organization, kind: str, by: "User", facts: Facts, token: UUID
) -> Request:
    """Ask whoever can help. The same form sent twice gives the same request."""
    check_can_request(by, organization)
    if facts["until_day"] < edition.today:
        raise ValidationError({"until_day": _("希望的日期已经过去，请改一个。")})
    request, _is_new = _made(edition, organization, kind, by, facts, token)
    return request


@transaction.atomic
def ask_for(
    offer: Offer, *, organization: Organization, by: "User", facts: Facts, wish: Wish, token: UUID
) -> Request:
    """Ask for one offer with a wish; its unit is told once. Raises ValidationError with what speaks against it."""
    check_can_request(by, organization)
    offer = Offer.objects.with_facts().get(pk=offer.pk)
    if offer.organization_id == organization.pk:
        raise ValidationError(_("这是本单位自己的资源，可以直接登记活动。"))
    if offer.state != Offer.State.OPEN:
        raise NotPossibleNow(_("这项资源现在不接受预约。可以看看其他资源，或公开征集。"))
    if offer.times_left == 0:
        raise NotPossibleNow(_("这项资源已经约满。可以看看其他资源，或公开征集。"))
    if wish.starts_at < now():
        raise ValidationError(_("希望的时间已经过去，请改一个。"))
    against = objections(
        offer, starts_at=wish.starts_at, ends_at=wish.ends_at, people=facts["head_count"],
        district=facts.get("district"), is_online=wish.is_online,
    )  # fmt: skip
    if against:
        raise ValidationError(against)
    zone = offer.edition.zone
    days = {
        "from_day": wish.starts_at.astimezone(zone).date(),
        "until_day": wish.ends_at.astimezone(zone).date(),
    }
    facts = facts | days | {"offer": offer, "place": wish.place, "is_online": wish.is_online}
    request, is_new = _made(offer.edition, organization, offer.kind, by, facts, token)
    if is_new:
        proposal = Proposal.objects.create(
            request=request, offer=offer, organization=organization, by=by, created_at=now(), **vars(wish)
        )
        telling.tell(
            "asked",
            offer.organization,
            request,
            by_unit=organization,
            proposal=proposal,
            key=f"proposal:{proposal.pk}",
        )
    return request


def _made(
    edition: Edition, organization: Organization, kind: str, by: "User", facts: Facts, token: UUID
) -> tuple[Request, bool]:
    # One at a time in a unit, so that the second of two clicks finds what the first one made
    organization = tree.held(organization)
    if known := Request.objects.filter(token=token, organization=organization).first():
        return known, False
    request = Request(
        edition=edition, organization=organization, kind=kind, token=token, created_by=by, created_at=now(),
        waiting_since=now(),
    )  # fmt: skip
    write(request, facts)
    closing.record("request.create", request, by=by)
    return request, True


@transaction.atomic
def change(request: Request, facts: Facts, *, by: "User", version: int) -> Request:
    """Change an open request that nobody has answered yet. Raises `Conflict`, `NotPossibleNow`."""
    request = closing.locked(request)
    check_can_request(by, request.organization)
    if why_not := why_closed(request):
        raise NotPossibleNow(why_not)
    if version != request.version:
        raise Conflict(request)
    if changes := write(request, facts):
        request.version += 1
        request.save(update_fields=["version"])
        closing.record("request.change", request, by=by, changes=changes)
    return request


def why_closed(request: Request) -> str:
    """Why the request's text cannot be changed now; empty where it can."""
    if request.offer_id is not None:
        return _("点名预约的需求不能改，可以撤回后重新提出。")
    if request.state != Request.State.OPEN or request.proposals.filter(state=Proposal.State.PENDING).exists():
        return _("已经有单位答复，不能再改。请先处理答复，或撤回后重新提出。")
    return ""


@transaction.atomic
def withdraw(request: Request, *, by: "User") -> Request:
    """Take the request back; units with a proposal under way are told once."""
    request = closing.locked(request)
    check_can_request(by, request.organization)
    closing.move(request, "withdraw", by=by)
    for proposal in closing.lapse_pending(request):
        telling.tell(
            "withdrawn", proposal.offer.organization, request, by_unit=request.organization, proposal=proposal,
            key=f"request:{request.pk}",
        )  # fmt: skip
    return request


@transaction.atomic
def open_up(request: Request, *, by: "User") -> Request:
    """After a refusal: ask everybody with the same words, nothing typed again."""
    request = closing.locked(request)
    check_can_request(by, request.organization)
    if request.until_day < request.edition.today:
        raise NotPossibleNow(_("希望的日期已经过去，请另提一个需求。"))
    request.offer, request.end_reason = None, ""
    closing.move(request, "open_up", by=by)
    return request
