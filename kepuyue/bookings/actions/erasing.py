"""What leads to a person leaves the rows: when they ask for it, and some time after the session
(个人信息保护法 art. 47).

What stays is how many came to what, by nobody.
"""

import secrets
from collections.abc import Iterable

from django.db import transaction

from kepuyue.bookings import retention
from kepuyue.bookings.actions import changing
from kepuyue.bookings.models import ACTIVE, Block, Booking
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.editions.models import Edition

# So many rows in a transaction
BATCH = 500


def erase_person(person: str) -> int:
    """Erase all that is kept of a number (its digest); what is still to come is cancelled first. How many bookings.

    A block that holds stays with the digest until it ends, or erasing would be the way around it; what was said about
    it goes.
    """
    rows = Booking.objects.filter(person=person)
    for code in list(
        rows.filter(state__in=ACTIVE, session__starts_at__gt=now()).values_list("code", flat=True)
    ):
        changing.cancel(code)
    Block.objects.standing().filter(person=person).update(appeal="", appealed_at=None)
    _forget_blocks(Block.objects.filter(person=person).exclude(pk__in=Block.objects.standing()))
    return _erase(list(rows.values_list("pk", flat=True)))


def erase_old() -> int:
    """Erase a batch of each edition of what is kept of sessions that were over long enough ago (`retention.due`); how
    many bookings.
    """
    count = 0
    for edition in Edition.objects.all():
        count += _erase(list(retention.due(edition).values_list("pk", flat=True)[:BATCH]))
        _forget_rosters(list(retention.rosters_due(edition).values_list("pk", flat=True)[:BATCH]))
        _forget_blocks(retention.blocks_due(edition)[:BATCH])
    return count


@transaction.atomic
def _forget_rosters(keys: Iterable[int]) -> None:
    rows = list(Booking.objects.select_for_update().filter(pk__in=list(keys)).order_by("pk"))
    Booking.objects.filter(pk__in=[one.pk for one in rows]).update(roster="")
    audit.record_many(
        audit.Entry(
            action="booking.erase", subject_type="booking", subject_id=str(one.pk), subject_name=one.code,
            actor_id=None, changes={"roster": ["…", ""]},
        )
        for one in rows
    )  # fmt: skip


def _forget_blocks(blocks: Iterable[Block]) -> None:
    for block in blocks:
        block.person = block.appeal = ""
        block.save(update_fields=["person", "appeal"])


@transaction.atomic
def _erase(keys: Iterable[int]) -> int:
    rows = Booking.objects.select_for_update().filter(pk__in=list(keys)).order_by("pk")
    entries = []
    for booking in rows:
        booking.name = booking.phone = booking.roster = booking.end_reason = ""
        # Of nobody: two who were erased are not taken for one
        booking.person = secrets.token_hex(16)
        booking.asked = ""
        booking.save(update_fields=["name", "phone", "roster", "end_reason", "person", "asked"])
        entries.append(
            audit.Entry(
                action="booking.erase", subject_type="booking", subject_id=str(booking.pk),
                subject_name=booking.code, actor_id=None, changes={},
            )
        )  # fmt: skip
    audit.record_many(entries)
    return len(entries)
