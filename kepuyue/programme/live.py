"""What is going on at this moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kepuyue.activities.models import Mode
from kepuyue.programme import bits
from kepuyue.programme.catalogue import Catalogue


@dataclass(frozen=True)
class Happening:
    """An activity that is on, and until when, in the edition's zone."""

    activity: int
    until: datetime


def on_now(known: Catalogue, chosen: int, at: datetime) -> list[Happening]:
    """The activities of a set that one can walk into now, those that end last first.

    All-day sessions state no hours and are not said to be on at this minute; one without a stated end counts for two
    hours. Broadcasts that are on the air stand in a row of their own: `cloud.queries.live_now`.
    """
    look = bits.Look(chosen & ~known.cancelled & ~known.having("mode", Mode.ONLINE))
    found: dict[int, Happening] = {}
    # What began yesterday and has no stated end may be on past midnight
    for number, slot in known.days.dated(at.date() - timedelta(days=1), at.date()):
        if not slot.is_all_day and slot.start <= at < slot.over_at and number in look:
            before = found.get(slot.activity)
            until = max(slot.over_at, before.until) if before else slot.over_at
            found[slot.activity] = Happening(slot.activity, until)
    return sorted(found.values(), key=lambda one: (one.until, one.activity), reverse=True)
