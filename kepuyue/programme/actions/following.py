"""Noting what changed for those who follow the programme, and giving each change its place in the order.

Noted in the transaction of the change, numbered by whoever reads next: what is numbered is committed, and numbers are
given out one reader at a time, so a smaller number never appears behind a greater one that was read already.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.programme.models import PublicChange

BATCH = 1_000
# Numbered for one reader, who asks again for the rest: after a bulk load there may be very many
MOST_AT_ONCE = 2_000


def note(activity: Activity) -> None:
    """What the public may see of the activity has changed. Belongs into the transaction of the change.

    What the public never saw is of no concern to anybody.
    """
    known = PublicChange.objects.filter(activity=activity.pk)
    if known.update(is_noted=True, at=now()) or not activity.is_public:
        return
    note_new([activity])


def note_new(activities: Iterable[Activity]) -> None:
    """Note public activities that were not yet known of, as after a bulk load; the others stay as they are."""
    moment = now()
    PublicChange.objects.bulk_create(
        [
            # Not when its row was written: what is read again from another city would come before its own deletion
            PublicChange(edition_id=one.edition_id, activity=one.pk, code=one.code, at=moment)
            for one in activities
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def note_many(keys: Iterable[int]) -> None:
    """As `note`, of many that are known of, be they public still or not."""
    PublicChange.objects.filter(activity__in=list(keys)).update(is_noted=True, at=now())


def number(edition: Edition) -> bool:
    """Give what was noted its place; tells whether more waits. Costs one short query where nothing was noted."""
    noted = PublicChange.objects.filter(edition=edition, is_noted=True)
    if not noted.exists():
        return False
    with transaction.atomic():
        # One at a time; the key of the edition stays free for rows that point to it
        Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
        # What is being changed just now comes later anyway
        waiting = list(noted.select_for_update(skip_locked=True).order_by("at", "pk")[:MOST_AT_ONCE])
        last = PublicChange.objects.filter(edition=edition).aggregate(last=Max("number"))["last"] or 0
        for place, one in enumerate(waiting, last + 1):
            one.number, one.is_noted = place, False
        PublicChange.objects.bulk_update(waiting, ["number", "is_noted"], batch_size=200)
    return len(waiting) == MOST_AT_ONCE
