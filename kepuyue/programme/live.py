"""What is going on at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kepuyue.activities.models import Mode
from kepuyue.programme.catalogue import Entry


@dataclass(frozen=True)
class Happening:
    """An activity that is on, and until when, in the edition's zone."""

    activity: int
    until: datetime


def on_now(entries: Iterable[Entry], at: datetime) -> list[Happening]:
    """The activities that one can walk into now, those that end last first.

    All-day sessions state no hours and are not said to be on at this minute; one without a stated end counts for two
    hours. Broadcasts that are on the air stand in a row of their own: `cloud.queries.live_now`.
    """
    found: dict[int, Happening] = {}
    for entry in entries:
        if entry.mode == Mode.ONLINE or entry.is_cancelled:
            continue
        on = [slot.over_at for slot in entry.slots if not slot.is_all_day and slot.start <= at < slot.over_at]
        if on:
            found[entry.pk] = Happening(entry.pk, max(on))
    return sorted(found.values(), key=lambda one: (one.until, one.activity), reverse=True)
