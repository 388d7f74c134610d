"""Noting what changed in the programme, for the processes that keep it in memory."""

from collections.abc import Iterable
from datetime import timedelta

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.programme.models import CatalogueChange

# What is kept for processes that have not looked for a while
KEPT = 1_000
KEPT_FOR = timedelta(hours=1)


def changed(activity: Activity) -> None:
    """What the public may see of an activity has changed. Belongs into the transaction of the change."""
    CatalogueChange.objects.create(edition_id=activity.edition_id, activity=activity.pk)


def seats_changed(terms: Iterable[int]) -> None:
    """Sessions with these `BookingTerms` became full or have seats again."""
    activities = Activity.objects.filter(sessions__booking_terms__in=terms).distinct()
    CatalogueChange.objects.bulk_create(
        CatalogueChange(edition_id=edition, activity=key)
        for key, edition in activities.values_list("pk", "edition_id")
    )


def many_changed(edition: Edition, keys: Iterable[int]) -> None:
    """As `changed`, of many at once."""
    CatalogueChange.objects.bulk_create([CatalogueChange(edition=edition, activity=key) for key in keys])


def all_changed(edition: Edition) -> None:
    """The whole programme of an edition is to be read again, as after a bulk load."""
    CatalogueChange.objects.create(edition=edition)


def forget() -> int:
    """Throw away what every process has read by now; returns how many rows went."""
    gone = 0
    for edition in Edition.objects.all():
        known = CatalogueChange.objects.filter(edition=edition)
        oldest = known.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1]
        if oldest:
            gone += known.filter(pk__lte=oldest[0], at__lt=now() - KEPT_FOR).delete()[0]
    return gone
