"""Taking gathered activities out: one by one as they are told of, or all of a source. Nothing else is touched."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import QuerySet

from kepuyue.activities.models import Activity, Venue
from kepuyue.editions.models import Edition
from kepuyue.federation import signals
from kepuyue.federation.actions.writing import HOLDER
from kepuyue.federation.models import Gathered, Source

BATCH = 200


def take_out(edition: Edition, keys: Iterable[int]) -> int:
    """Delete these gathered activities with all that belongs to them; how many there were."""
    keys = list(keys)
    if keys:
        signals.leaving.send(Source, edition=edition, keys=keys)
        Activity.objects.filter(pk__in=keys, gathered__isnull=False).delete()
    return len(keys)


def sweep(source: Source, progress: Callable[[int], object] = lambda done: None) -> int:
    """Take out what must not be here any more; how many. Batch by batch, to be called again after a crash.

    Of a source that was withdrawn that is everything; else what did not come when it was last read through.
    """
    total = 0
    while done := _sweep_some(source.pk):
        total += done
        progress(done)
    if total:
        _sweep_venues()
    return total


def left_over(source: Source) -> int:
    """How many activities `sweep` would take out."""
    return _stale(source).count()


@transaction.atomic
def _sweep_some(key: int) -> int:
    source = Source.objects.select_for_update(of=("self",)).select_related("edition").get(pk=key)
    # Locked, as `taking` does: another source may be taking one of them over
    rows = _stale(source).select_for_update().order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:BATCH])
    if keys:
        Source.objects.filter(pk=key).update(removed=source.removed + len(keys))
    return take_out(source.edition, keys)


@transaction.atomic
def _sweep_venues() -> None:
    """Take out the venues of gathered activities where nothing takes place any more."""
    unused = Venue.objects.filter(organization__code=HOLDER, sessions=None)
    # What another source is just giving a session is locked by it (`writing`), and not unused then
    keys = (
        unused.order_by("pk").select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
    )
    # Asked again under the lock: a session that was committed meanwhile is seen now
    unused.filter(pk__in=list(keys)).delete()


def _stale(source: Source) -> QuerySet[Gathered]:
    if source.state == Source.State.WITHDRAWN:
        return source.held.all()
    return source.held.none() if source.is_round_open else source.held.filter(round__lt=source.round)
