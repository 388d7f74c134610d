"""Days of an offer that are promised, taken under lock and freed again.

The offer's count is claimed by a conditional update, which also holds its row, then the days are taken as rows that
the database keeps unique. So no order of calls promises a day twice.
"""

from datetime import date

from django.db.models import F, Q
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.resources.models import Offer, PromisedDay, Proposal

# An offer that is paused takes no new requests, but those that wait can be accepted
PROMISING = (Offer.State.OPEN, Offer.State.PAUSED)


def claim(proposal: Proposal) -> None:
    """Claim one of the offer's times and the days; raises `NotPossibleNow` and leaves no trace where that fails."""
    claimed = (
        Offer.objects.filter(pk=proposal.offer_id, state__in=PROMISING)
        .filter(Q(times_at_most__isnull=True) | Q(times_promised__lt=F("times_at_most")))
        .update(times_promised=F("times_promised") + 1)
    )
    if not claimed:
        raise NotPossibleNow(_("这项资源已经约满或停止，不能再约。"))
    # From here on the offer's row is held: nobody else promises it until we are done
    _take_days(proposal)


def free(proposal: Proposal) -> None:
    """The agreement does not stand any more: its days and its time can be promised to others."""
    Offer.objects.filter(pk=proposal.offer_id).update(times_promised=F("times_promised") - 1)
    PromisedDay.objects.filter(proposal=proposal).delete()


def move(proposal: Proposal) -> None:
    """Promise the days of the proposal's new time instead of the old ones; call it in a savepoint.

    Raises `NotPossibleNow` where the new time is promised to somebody else.
    """
    Offer.objects.filter(pk=proposal.offer_id).update(times_promised=F("times_promised"))  # holds its row
    PromisedDay.objects.filter(proposal=proposal).delete()
    _take_days(proposal)


def _take_days(proposal: Proposal) -> None:
    days = proposal.touched_days(proposal.request.edition.zone)
    clash = Proposal.objects.filter(
        offer=proposal.offer,
        state=Proposal.State.ACCEPTED,
        starts_at__lt=proposal.ends_at,
        ends_at__gt=proposal.starts_at,
    ).exclude(pk=proposal.pk)
    if clash.exists():
        raise NotPossibleNow(_("这个时间已经约给别的单位，请换一个时间。"))
    taken: dict[date, set[int]] = {}
    for day, place in PromisedDay.objects.filter(offer=proposal.offer, day__in=days).values_list(
        "day", "place_in_day"
    ):
        taken.setdefault(day, set()).add(place)
    for day in days:
        free_places = set(range(1, proposal.offer.per_day + 1)) - taken.get(day, set())
        if not free_places:
            raise NotPossibleNow(_("%(day)s已经约给别的单位，请换一天。") % {"day": wording.day_text(day)})
        PromisedDay.objects.create(
            offer=proposal.offer, proposal=proposal, day=day, place_in_day=min(free_places)
        )
