"""What the room keeps: `batches` of files that somebody sent, `calendars` that units subscribe to."""

from kepuyue.imports.models.batches import (
    TAKEN,
    ImportBatch,
    ImportRow,
    ImportRowQuerySet,
    KnownHeading,
    Mend,
    SentSheet,
    UnitBatch,
    UnitRow,
)
from kepuyue.imports.models.calendars import CalendarItem, CalendarSubscription

__all__ = [
    "TAKEN",
    "CalendarItem",
    "CalendarSubscription",
    "ImportBatch",
    "ImportRow",
    "ImportRowQuerySet",
    "KnownHeading",
    "Mend",
    "SentSheet",
    "UnitBatch",
    "UnitRow",
]
