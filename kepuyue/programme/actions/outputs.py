"""Large files of public data: asked for by anybody, made by the worker, kept for a while.

They copy what is public and can be made again at any time, so that no trail records them.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils import timezone

from kepuyue.editions.models import Edition
from kepuyue.programme.models import Output

logger = logging.getLogger(__name__)

# How many may wait at a time: whoever asks for more is asked to come again
MOST_WAITING = 12
# How many files of a kind are kept, and how long after somebody last asked for them
MOST_KEPT = 60
KEPT = timedelta(days=3)
# A process that says nothing for so long is taken for dead
SILENCE = timedelta(minutes=11)
AGAIN_AFTER = timedelta(minutes=2)
Progress = Callable[[float], object]
Maker = Callable[[Output, Progress], bytes | File]
"What is too large for the memory is given as a file, read from its beginning and closed"
_makers: dict[str, Maker] = {}


class Busy(RuntimeError):
    """Too many files wait already."""


def ask(kind: str, edition: Edition, *, key: str, series: str, wish: dict[str, Any]) -> tuple[Output, bool]:
    """The file of this key, and whether the worker is to be told of it. Raises `Busy`."""
    at = timezone.now()
    with transaction.atomic():
        found = Output.objects.filter(key=key).first()
        if found is None:
            waiting = Output.objects.filter(state__in=(Output.State.WAITING, Output.State.WORKING))
            if waiting.count() >= MOST_WAITING:
                raise Busy
            found, is_new = Output.objects.get_or_create(
                key=key, defaults={"kind": kind, "edition": edition, "series": series, "wish": wish}
            )
            return found, is_new
        if found.used_at < at - timedelta(minutes=1):
            Output.objects.filter(pk=found.pk).update(used_at=at)
        if found.is_failed and found.moved_at < at - AGAIN_AFTER:
            again = Output.objects.filter(pk=found.pk, state=Output.State.FAILED)
            told = again.update(state=Output.State.WAITING, share=0, trouble="", moved_at=at)
            found.refresh_from_db()
            return found, bool(told)
    return found, False


def maker(kind: str) -> Callable[[Maker], Maker]:
    """Have files of a kind made by the function; it hears whom to tell how far it is."""

    def enlist(work: Maker) -> Maker:
        _makers[kind] = work
        return work

    return enlist


def make(key: int) -> None:
    """Make a waiting file. Of two that try, one does it; safe to run twice."""
    claim = Output.objects.filter(pk=key, state=Output.State.WAITING)
    if not claim.update(state=Output.State.WORKING, moved_at=timezone.now()):
        return
    output = Output.objects.select_related("edition").get(pk=key)
    try:
        body = _makers[output.kind](output, _Telling(output))
    except Exception as error:
        logger.warning("%s could not be made: %s", output, error, exc_info=True)
        _move(output, state=Output.State.FAILED, trouble=str(error)[:300])
        return
    with body if isinstance(body, File) else ContentFile(body) as content:
        size = content.size
        output.file.save(f"{output.kind}-{output.key[:32]}", content, save=False)
    with transaction.atomic():
        _move(output, state=Output.State.READY, share=1, file=output.file.name, size=size)
        older = Output.objects.filter(series=output.series, asked_at__lte=output.asked_at).exclude(
            pk=output.pk
        )
        for one in older.filter(state__in=(Output.State.READY, Output.State.FAILED)):
            _remove(one)


def tidy() -> list[int]:
    """Remove what nobody asked for lately, and give back what a dead process left; the keys of the latter."""
    at = timezone.now()
    done = Output.objects.filter(state__in=(Output.State.READY, Output.State.FAILED))
    keep = set(done.order_by("-used_at").values_list("pk", flat=True)[:MOST_KEPT])
    for one in done:
        if one.used_at < at - KEPT or one.pk not in keep:
            _remove(one)
    dead = Output.objects.filter(state=Output.State.WORKING, moved_at__lt=at - SILENCE)
    left = list(dead.values_list("pk", flat=True))
    dead.update(state=Output.State.WAITING, moved_at=at)
    return left


class _Telling:
    """Notes the progress, at most once a second."""

    def __init__(self, output: Output) -> None:
        self.output, self.told = output, 0.0

    def __call__(self, share: float) -> None:
        if monotonic() - self.told >= 1:
            self.told = monotonic()
            _move(self.output, share=min(max(share, 0.0), 1.0))


def _move(output: Output, **facts: Any) -> None:
    Output.objects.filter(pk=output.pk).update(moved_at=timezone.now(), **facts)


def _remove(output: Output) -> None:
    """The row first: a file without a row is garbage, a row without a file would be a promise."""
    name = output.file.name
    output.delete()
    if name:
        transaction.on_commit(lambda: Output.file.field.storage.delete(name))
