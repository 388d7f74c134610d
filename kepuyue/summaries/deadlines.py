"""When a summary opens, when it is due and until when it is taken at all; all days are the edition's."""

from dataclasses import dataclass
from datetime import date, timedelta

from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import window
from kepuyue.organizations.models import Organization


@dataclass(frozen=True)
class Days:
    """The days that hold for one unit, each included."""

    opens: date | None
    "From here on also for activities that are still on; None: the edition sets no due day"
    due: date | None
    closes: date
    "The last day to file late or to supplement"
    today: date

    @property
    def is_late(self) -> bool:
        """Whether the due day is over."""
        return self.due is not None and self.today > self.due

    @property
    def is_closed(self) -> bool:
        """Whether nothing is taken any more."""
        return self.today > self.closes

    @property
    def left(self) -> int | None:
        """Days until it is due; 0: today; None: over, or not set."""
        return None if self.due is None or self.is_late else (self.due - self.today).days


def written(day: date | None) -> str:
    """A day as messages write it; nothing for none."""
    return wording.day_text(day, weekday=False) if day else ""


def days_of(edition: Edition, organization: Organization | None = None) -> Days:
    """The days of an edition for a unit, an extension for it or its branch considered."""
    due = window(edition, "summary", organization).due
    rules = edition.rules.summaries
    closes = edition.ends_on + timedelta(days=rules.supplement_days)
    return Days(
        opens=due and due - timedelta(days=rules.open_days),
        due=due,
        closes=max(closes, due or closes),
        today=edition.today,
    )
