"""How far a branch has come, unit by unit: filed, late, accepted. For the superior's page and the exported table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kepuyue.editions.models import KeyDate
from kepuyue.organizations.models import Organization
from kepuyue.summaries.deadlines import Days, days_of
from kepuyue.summaries.models import ACCEPTED, DUE, WAITING, Summary


@dataclass
class Progress:
    """One unit's summaries."""

    unit: Organization
    summaries: list[Summary] = field(default_factory=list)
    is_late: bool = False
    "Whether its day is over"

    @property
    def total(self) -> int:
        """How many it has to file."""
        return len(self.summaries)

    @property
    def missing(self) -> int:
        """Not filed, or given back."""
        return self._count(*DUE)

    @property
    def waiting(self) -> int:
        """Filed and not decided about."""
        return self._count(*WAITING)

    @property
    def accepted(self) -> int:
        """Accepted at least once; a supplement may be under way."""
        return self._count(*ACCEPTED)

    @property
    def filed(self) -> int:
        """Filed, accepted or not."""
        return self.total - self.missing

    def _count(self, *states: str) -> int:
        return sum(one.state in states for one in self.summaries)


def by_unit(summaries: Iterable[Summary]) -> list[Progress]:
    """Each unit with its summaries: those that are late first, then by how much is missing."""
    found: dict[int, Progress] = {}
    common: dict[int, Days | None] = {}
    for summary in summaries:
        unit = summary.activity.organization
        one = found.get(unit.pk)
        if one is None:
            edition = summary.activity.edition
            if edition.pk not in common:
                # Where nobody has an extension, one day holds for all
                extended = edition.extensions.filter(kind=KeyDate.Kind.SUMMARY_DUE).exists()
                common[edition.pk] = None if extended else days_of(edition)
            days = common[edition.pk] or days_of(edition, unit)
            one = found[unit.pk] = Progress(unit, is_late=days.is_late)
        one.summaries.append(summary)
    return sorted(found.values(), key=lambda one: (-one.missing * one.is_late, -one.waiting, one.unit.name))
