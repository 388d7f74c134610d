"""Two units come to terms: an answer, one counter-proposal, acceptance or refusal, and calling it off."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.actions import drafting
from kepuyue.activities.models import Activity, Origin
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.permissions import may
from kepuyue.organizations.queries import people_of
from kepuyue.resources import joint, telling, workflow
from kepuyue.resources.actions import closing, illustrating, promising
from kepuyue.resources.actions.requesting import Wish
from kepuyue.resources.availability import objections
from kepuyue.resources.models import Offer, Proposal, Request
from kepuyue.resources.permissions import check_can_call_off, check_can_decide, check_can_offer

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def answer(request: Request, offer: Offer, *, by: "User", wish: Wish) -> Proposal:
    """A unit answers an open request with an offer of its own; the requesting unit is told once."""
    request = closing.locked(request)
    offer = Offer.objects.select_related("organization", "edition").get(pk=offer.pk)
    check_can_offer(by, offer.organization)
    _check_time(wish)
    if request.offer_id is not None or not request.is_waiting:
        raise NotPossibleNow(_("这个需求不再征集答复。"))
    if offer.organization_id == request.organization_id:
        raise ValidationError(_("不能答复本单位的需求。"))
    if offer.state != Offer.State.OPEN or offer.kind != request.kind:
        raise ValidationError(_("请选择一项开放中的同类资源来答复。"))
    if request.proposals.filter(offer=offer, state=Proposal.State.PENDING).exists():
        raise NotPossibleNow(_("已经用这项资源答复过，正在等对方确认。"))
    _check_free(offer, wish)
    proposal = _proposed(request, offer, offer.organization, by, wish)
    closing.move(request, "answer", by=by, action="proposal.answer", changes=_told(proposal))
    telling.tell(
        "answered", request.organization, request, by_unit=offer.organization, proposal=proposal,
        key=f"proposal:{proposal.pk}",
    )  # fmt: skip
    return proposal


@transaction.atomic
def counter(proposal: Proposal, *, by: "User", wish: Wish) -> Proposal:
    """Propose another time or place instead, once. The first proposal is set aside."""
    request, proposal = _both_locked(proposal)
    check_can_decide(by, proposal)
    _check_time(wish)
    if proposal.counters_id is not None:
        raise NotPossibleNow(_("双方已经各提过一次时间，请接受或谢绝；需要再商量，可以谢绝后另提。"))
    side = proposal.other_side
    _check_free(proposal.offer, wish)
    if side.pk == request.organization_id:
        against = objections(
            proposal.offer, starts_at=wish.starts_at, ends_at=wish.ends_at, people=request.head_count,
            district=request.district, is_online=wish.is_online,
        )  # fmt: skip
        if against:
            raise ValidationError(against)
    _decide(proposal, "counter")
    new = _proposed(request, proposal.offer, side, by, wish, counters=proposal)
    if new.is_from_offering_side:
        closing.move(request, "answer", by=by, action="proposal.counter", changes=_told(new))
    else:
        closing.record("proposal.counter", request, by=by, changes=_told(new))
        closing.settle(request)
    telling.tell(
        "countered", proposal.organization, request, by_unit=side, proposal=new, key=f"proposal:{new.pk}"
    )
    return new


@transaction.atomic
def accept(proposal: Proposal, *, by: "User", registrar: Organization) -> Activity:
    """Agree: the days are promised, a joint draft is made for `registrar`, both sides are told once.

    `registrar` is one of the two units and the one that hands the activity in. Where it is the other side, the
    draft is made in the name of the person who proposed for it, whose proposal is its consent; the trail names
    who accepted. Raises `NotPossibleNow` where the day or the last time is promised meanwhile.
    """
    # The unit before the request, in the order of a merger: the other way round the two would wait for each other
    registrar = tree.held(registrar)
    request, proposal = _both_locked(proposal)
    check_can_decide(by, proposal)
    if registrar.pk not in (request.organization_id, proposal.offer.organization_id):
        raise ValidationError({"registrar": _("请选择由需求方还是提供方填报活动。")})
    if proposal.starts_at < now():
        raise NotPossibleNow(_("约定的时间已经过去，请谢绝后另提时间。"))
    _decide(proposal, "accept")
    promising.claim(proposal)
    writer = _writer(proposal, registrar, by)
    activity = drafting.create(
        edition=request.edition,
        organization=registrar,
        by=writer,
        content=joint.content_of(proposal, registrar),
        origin=Origin.JOINT,
        outside_key=f"resource:{proposal.pk}",
    )
    illustrating.carry_over(proposal.offer, activity)
    request.activity = activity
    changes = {"activity": [None, activity.code], "registrar": [None, registrar.name]}
    closing.move(request, "accept", by=by, action="proposal.accept", changes=changes)
    # The other side's branch reads the agreement too, and the activity's own trail says where it comes from
    audit.record(
        "joint.draft", activity, by=by, organization_path=registrar.path, version=activity.version,
        reason=f"{request.code} {request.organization} · {proposal.offer.organization}",
    )  # fmt: skip
    key = f"request:{request.pk}"
    telling.tell(
        "accepted",
        proposal.organization,
        request,
        by_unit=proposal.other_side,
        proposal=proposal,
        key=key,
        registrar=registrar.name,
    )
    telling.tell("agreed", proposal.other_side, request, proposal=proposal, key=key, registrar=registrar.name)
    for other in closing.lapse_pending(request):
        telling.tell("lapsed", other.offer.organization, request, proposal=other, key=f"proposal:{other.pk}")
    return activity


@transaction.atomic
def decline(proposal: Proposal, *, by: "User", reason: str) -> Proposal:
    """Say no, with a reason. A request for a certain offer ends by it; an open one goes on."""
    if not reason.strip():
        raise ValidationError(_("请写一句谢绝的原因，对方会看到。"), code="reason-missing")
    request, proposal = _both_locked(proposal)
    check_can_decide(by, proposal)
    side = proposal.other_side
    proposal.reason = reason.strip()[:200]
    _decide(proposal, "decline")
    if request.offer_id is not None:
        closing.move(request, "decline", by=by, reason=proposal.reason, action="proposal.decline")
    else:
        closing.record("proposal.decline", request, by=by, reason=proposal.reason)
        closing.settle(request)
    telling.tell(
        "declined", proposal.organization, request, by_unit=side, proposal=proposal, key=f"proposal:{proposal.pk}",
        reason=proposal.reason,
    )  # fmt: skip
    return proposal


@transaction.atomic
def take_back(proposal: Proposal, *, by: "User") -> Proposal:
    """The unit that answered takes its proposal back before it is decided."""
    request, proposal = _both_locked(proposal)
    check_can_offer(by, proposal.offer.organization)
    if not proposal.is_from_offering_side:
        raise NotPossibleNow(_("需求方请撤回整个需求。"))
    _decide(proposal, "take_back")
    if request.offer_id is not None:
        closing.move(request, "decline", by=by, reason=_("对方收回了答复"), action="proposal.take_back")
    else:
        closing.record("proposal.take_back", request, by=by)
        closing.settle(request)
    telling.tell(
        "taken_back", proposal.other_side, request, by_unit=proposal.organization, proposal=proposal,
        key=f"proposal:{proposal.pk}",
    )  # fmt: skip
    return proposal


@transaction.atomic
def call_off(request: Request, *, by: "User", reason: str) -> Request:
    """Undo an agreement, by either side and with a reason: the day is free again, the other side is told once.

    The joint activity stays with the unit that registers it, which cancels or goes on without the other.
    """
    if not reason.strip():
        raise ValidationError(_("请写明取消约定的原因，对方会看到。"), code="reason-missing")
    request = closing.locked(request)
    check_can_call_off(by, request)
    proposal = (
        request.proposals.select_related("offer__organization").filter(state=Proposal.State.ACCEPTED).first()
    )
    if proposal is None:
        raise NotPossibleNow(_("这个需求现在没有约定。"))
    offer_side = may(by, "resource.offer", proposal.offer.organization)
    promising.free(proposal)
    _decide(proposal, "call_off")
    closing.move(request, "call_off", by=by, reason=reason.strip())
    sides = [request.organization, proposal.offer.organization]
    mine, other = reversed(sides) if offer_side else sides
    telling.tell(
        "called_off", other, request, by_unit=mine, proposal=proposal, key=f"request:{request.pk}",
        reason=request.end_reason,
    )  # fmt: skip
    return request


def _writer(proposal: Proposal, registrar: Organization, by: "User") -> "User":
    """In whose name the draft is made: the acceptor's own where it is their unit, else the one who proposed."""
    if may(by, "activity.edit", registrar):
        return by
    candidates = [proposal.by, proposal.request.created_by, proposal.offer.created_by]
    candidates += people_of(registrar, (Role.OWNER, Role.EDITOR, Role.OFFICE))
    for person in candidates:
        if person is not None and may(person, "activity.edit", registrar):
            return person
    raise NotPossibleNow(_("“%(unit)s”现在没有填报人，请选择由另一方填报。") % {"unit": registrar.name})


def _both_locked(proposal: Proposal) -> tuple[Request, Proposal]:
    request = closing.locked(proposal.request)
    fresh = Proposal.objects.select_related(
        "offer__organization__district", "offer__edition", "organization", "by"
    ).get(pk=proposal.pk)
    fresh.request = request
    return request, fresh


def _decide(proposal: Proposal, verb: str) -> None:
    proposal.state = workflow.PROPOSAL.next_state(proposal.state, verb)
    proposal.decided_at = now()
    proposal.save(update_fields=["state", "decided_at", "reason"])


def _proposed(
    request: Request,
    offer: Offer,
    side: Organization,
    by: "User",
    wish: Wish,
    counters: Proposal | None = None,
) -> Proposal:
    return Proposal.objects.create(
        request=request,
        offer=offer,
        organization=side,
        by=by,
        counters=counters,
        created_at=now(),
        **vars(wish),
    )


def _check_time(wish: Wish) -> None:
    if wish.starts_at < now():
        raise ValidationError(_("提出的时间已经过去，请改一个。"))


def _check_free(offer: Offer, wish: Wish) -> None:
    """Say early what acceptance would refuse."""
    taken = Proposal.objects.filter(
        offer=offer, state=Proposal.State.ACCEPTED, starts_at__lt=wish.ends_at, ends_at__gt=wish.starts_at
    )
    if taken.exists():
        raise ValidationError(_("这个时间已经约给别的单位，请换一个时间。"))
    if offer.times_left == 0:
        raise ValidationError(_("这项资源已经约满。"))


def _told(proposal: Proposal) -> dict[str, list[Any]]:
    return {
        "offer": [None, proposal.offer.title],
        "time": [None, telling.when(proposal)],
        "place": [None, proposal.place],
    }
