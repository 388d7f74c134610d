"""What time does by itself: reminders after days without an answer, requests that expire, agreements kept."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from kepuyue.activities.models import State
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization
from kepuyue.resources import telling
from kepuyue.resources.actions import closing
from kepuyue.resources.models import Proposal, Request

# A side that has not answered for so long is reminded, and again after as long
REMIND_AFTER = timedelta(days=3)


def follow_up() -> None:
    """All three; safe to run in several processes and twice."""
    for request in Request.objects.unanswered().select_related("edition"):
        if request.until_day < request.edition.today:
            expire(request)
    late = now() - REMIND_AFTER
    waiting = Request.objects.unanswered().filter(waiting_since__lte=late)
    for request in waiting.filter(Q(reminded_at=None) | Q(reminded_at__lte=late)):
        remind(request)
    kept = Request.objects.filter(
        state=Request.State.ACCEPTED, proposals__state=Proposal.State.ACCEPTED, proposals__ends_at__lt=now()
    )
    for request in kept.exclude(activity__state=State.CANCELLED):
        fulfil(request)


@transaction.atomic
def expire(request: Request) -> None:
    """The last day that would do is over."""
    request = closing.locked(request)
    if not request.is_waiting or request.until_day >= request.edition.today:
        return
    closing.move(request, "expire", by=None)
    ended = closing.lapse_pending(request)
    for unit in {
        unit.pk: unit for unit in [request.organization, *(p.offer.organization for p in ended)]
    }.values():
        telling.tell("expired", unit, request, key=f"request:{request.pk}")


@transaction.atomic
def remind(request: Request) -> None:
    """Remind the side whose turn it is; an open request that nobody answered has nobody to remind."""
    request = closing.locked(request)
    late = now() - REMIND_AFTER
    if not request.is_waiting or (request.reminded_at and request.reminded_at > late):
        return
    units: dict[int, tuple[Organization, Proposal]] = {}
    pending = request.proposals.filter(state=Proposal.State.PENDING, created_at__lte=late)
    for proposal in pending.select_related("offer__organization", "organization"):
        proposal.request = request
        units[proposal.other_side.pk] = (proposal.other_side, proposal)
    request.reminded_at = now()
    request.save(update_fields=["reminded_at"])
    days = (now() - request.waiting_since).days
    for unit, proposal in units.values():
        key = f"request:{request.pk}:{request.version}:{days}"
        telling.tell("reminded", unit, request, proposal=proposal, key=key, days=days)


@transaction.atomic
def fulfil(request: Request) -> None:
    """The agreed time is over and the activity was not cancelled."""
    request = closing.locked(request)
    if request.state == Request.State.ACCEPTED:
        closing.move(request, "fulfil", by=None)
