"""How long what leads to a person is kept, and what of it is left.

个人信息保护法 art. 19: the shortest time that the purpose needs; art. 47: erased when the purpose is met; art. 17:
those who book are told for how long. 网络数据安全管理条例 art. 24: erased or made of nobody. The purpose of name and
number is the session: entry, changes, and complaints shortly after. How many days, the edition says
(`editions.policy.Booking`).
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce

from kepuyue.bookings.models import Block, Booking
from kepuyue.core.time import now
from kepuyue.editions.models import Edition

# Fields that lead to a person. The names of pupils are needed for the visit alone, and go first
FIELDS = ("name", "phone", "person", "end_reason")


@dataclass(frozen=True, slots=True)
class Report:
    """Bookings of an edition by what is still kept of whom, and why."""

    edition: str
    kept_days: int
    roster_days: int
    to_come: int
    "The session is not over: needed for entry and changes"
    within: int
    "Over, and the days for complaints are running"
    due: int
    "To be erased by the next run"
    erased: int
    oldest_due: date | None
    "The day of the oldest session of what is due; old ones mean that the schedule does not run"

    @property
    def as_data(self) -> dict[str, Any]:
        """For machines, with the fields that the days hold for."""
        found = asdict(self) | {"oldest_due": self.oldest_due and self.oldest_due.isoformat()}
        return found | {"fields": dict.fromkeys(FIELDS, self.kept_days) | {"roster": self.roster_days}}


def kept(edition: Edition) -> QuerySet[Booking]:
    """Bookings of the edition that still lead to a person."""
    rows = Booking.objects.filter(session__activity__edition=edition)
    return rows.exclude(name="", phone="", roster="")


def due(edition: Edition) -> QuerySet[Booking]:
    """Those whose time is over. A session over weeks is not over on its first day."""
    return _over_since(edition, edition.rules.booking.kept_days)


def rosters_due(edition: Edition) -> QuerySet[Booking]:
    """Bookings of classes whose names are needed no longer."""
    return _over_since(edition, edition.rules.booking.roster_days).exclude(roster="")


def _over_since(edition: Edition, days: int) -> QuerySet[Booking]:
    ago = now() - timedelta(days=days)
    last = ago.astimezone(edition.zone).date()
    return kept(edition).filter(day__lt=last).exclude(session__ends_at__gt=ago)


def blocks_due(edition: Edition) -> QuerySet[Block]:
    """Blocks that ended so long ago that nobody is behind them any more; those of nobody already are left out."""
    ended = now() - timedelta(days=edition.rules.booking.kept_days)
    return Block.objects.filter(edition=edition, until__lt=ended).exclude(person="")


def report(edition: Edition) -> Report:
    """What is kept, and why."""
    everything, ripe = kept(edition), due(edition)
    over = Coalesce("session__ends_at", "session__starts_at")
    to_come = everything.alias(over=over).filter(Q(over__gt=now())).count()
    count = ripe.count()
    return Report(
        edition=edition.code,
        kept_days=edition.rules.booking.kept_days,
        roster_days=edition.rules.booking.roster_days,
        to_come=to_come,
        within=everything.count() - to_come - count,
        due=count,
        erased=Booking.objects.filter(
            session__activity__edition=edition, name="", phone="", roster=""
        ).count(),
        oldest_due=ripe.aggregate(day=Min("day"))["day"],
    )
