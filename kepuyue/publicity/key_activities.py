"""Key activities (重点活动) as the desk sees them: what waits for whom, and what the national platform lacks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity, State
from kepuyue.editions.models import Edition, KeyDate
from kepuyue.editions.queries import key_day
from kepuyue.organizations.permissions import reach
from kepuyue.publicity import national_table
from kepuyue.publicity.models import KeyDecision, PlatformEntry

# What a state is called, in the order in which people see to them
STATES: dict[str, Any] = {
    "proposed": _("待认定"),
    "unposted": _("待登记"),
    "changed": _("有变动，待更新"),
    "off": _("已取消，平台待注明"),
    "waiting": _("认定了，还没发布"),
    "posted": _("已登记"),
    "dropped": _("已取消，不用登记"),
    "declined": _("不列为重点活动"),
}
DUE = ("unposted", "changed", "off")  # the unit has to do something on the platform
LISTED = ("unposted", "changed", "off", "waiting", "posted", "dropped")
GONE = (State.CANCELLED, State.TAKEN_DOWN, State.REJECTED, State.WITHDRAWN)


@dataclass(frozen=True)
class Row:
    """One activity that was put forward or listed."""

    activity: Activity
    state: str
    decision: KeyDecision | None = None
    entry: PlatformEntry | None = None
    changed: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(STATES[self.state])

    @property
    def is_due(self) -> bool:
        """Whether something is to be done on the platform."""
        return self.state in DUE


@dataclass(frozen=True)
class Tally:
    """How far a district or unit is: key activities, and those of them with something to do on the platform."""

    name: str
    listed: int
    due: int


def rows(activities: QuerySet[Activity], edition: Edition) -> list[Row]:
    """Those of the activities that were put forward or decided on, what is due first. A fixed number of queries."""
    found = national_table.with_all(
        activities.filter(edition=edition, city="").filter(Q(is_key=True) | Q(key_decision__isnull=False))
    )
    needs_decision = edition.rules.key_activities.decided_by != "unit"
    order = list(STATES)
    made = [row_of(one, needs_decision=needs_decision) for one in found.distinct()]
    return sorted(made, key=lambda row: (order.index(row.state), row.activity.pk))


def row_of(activity: Activity, *, needs_decision: bool) -> Row:
    """The activity's state; expects what `national_table.with_all` reads."""
    decision = getattr(activity, "key_decision", None)
    entry = getattr(activity, "platform_entry", None)
    if decision is not None and decision.state == KeyDecision.State.DECLINED:
        return Row(activity, "declined", decision, entry)
    if decision is None and needs_decision:
        return Row(activity, "dropped" if activity.state in GONE else "proposed", None, entry)
    if entry is None:
        if activity.state in GONE:
            return Row(activity, "dropped", decision)
        return Row(activity, "unposted" if activity.is_public else "waiting", decision)
    changed = national_table.changed(activity, entry)
    if not changed:
        return Row(activity, "posted", decision, entry)
    return Row(activity, "off" if activity.state in GONE else "changed", decision, entry, changed)


def is_key(activity: Activity) -> bool:
    """Whether it is a key activity for the world outside: put forward, and decided on where that is asked."""
    decision = getattr(activity, "key_decision", None)
    if decision is not None:
        return bool(decision.state == KeyDecision.State.LISTED)
    return activity.is_key and activity.edition.rules.key_activities.decided_by == "unit"


def listed(activities: QuerySet[Activity], edition: Edition) -> QuerySet[Activity]:
    """Those of an edition's activities for which `is_key` holds."""
    known = Q(key_decision__state=KeyDecision.State.LISTED)
    if edition.rules.key_activities.decided_by == "unit":
        known |= Q(key_decision=None, is_key=True)
    return activities.filter(known, edition=edition)


def seen_by(user: Any) -> QuerySet[Activity]:
    """The activities that the person may put forward, or decide on."""
    own = reach(user, "activity.edit", "organization__path")
    return Activity.objects.filter(own | reach(user, "key.decide", "organization__path"))


def overseen_by(user: Any) -> QuerySet[Activity]:
    """The activities below the person, who decides on them and reminds their units."""
    return Activity.objects.filter(reach(user, "key.decide", "organization__path"))


def opens_on(edition: Edition) -> date:
    """From which day on the table may leave: that of the edition's publicity (notice 四(三))."""
    return key_day(edition, KeyDate.Kind.PUBLICITY_OPENS) or edition.starts_on


def is_open(edition: Edition) -> bool:
    """Whether that day has come, in the edition's zone."""
    return edition.today >= opens_on(edition)


def by_district(found: Iterable[Row]) -> list[Tally]:
    """Counts by the activity's district, in the districts' order; without a district: the whole city."""
    return _tallied(
        found,
        lambda row: (
            (row.activity.district.position, row.activity.district.name_for_reader)
            if row.activity.district
            else (10_000, str(_("全市")))
        ),
    )


def by_unit(found: Iterable[Row]) -> list[Tally]:
    """Counts by unit, those with the most to do first, without those that have nothing to do."""
    tallies = _tallied(found, lambda row: (0, row.activity.organization.name))
    return sorted((one for one in tallies if one.due), key=lambda one: (-one.due, one.name))


def _tallied(found: Iterable[Row], key: Any) -> list[Tally]:
    listed: Counter[tuple[int, str]] = Counter()
    due: Counter[tuple[int, str]] = Counter()
    for row in found:
        if row.state in LISTED and row.state != "dropped":
            listed[key(row)] += 1
            due[key(row)] += row.is_due
    return [Tally(place[1], count, due[place]) for place, count in sorted(listed.items())]
