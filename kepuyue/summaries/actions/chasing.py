"""Chasing: the units of a branch that are late are told, each once a day, after the superior has seen whom and what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kepuyue.core import audit, wording
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Organization
from kepuyue.organizations.queries import people_of
from kepuyue.summaries.actions.opening import WRITING
from kepuyue.summaries.deadlines import Days, days_of, written
from kepuyue.summaries.models import DUE, Summary
from kepuyue.summaries.permissions import check_can_decide

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@dataclass(frozen=True)
class Chase:
    """What one unit would be told."""

    unit: Organization
    summaries: list[Summary]
    people: "list[User]"
    days: Days

    @property
    def is_told_today(self) -> bool:
        """Whether it was told today already: a second time adds nothing."""
        return any(one.chased_on == self.days.today for one in self.summaries)

    @property
    def is_sent(self) -> bool:
        """Whether pressing the button sends it."""
        return bool(self.people) and not self.is_told_today


def late(summaries: Iterable[Summary]) -> list[Chase]:
    """Of these the ones that are due, by unit, where the unit's day is over; the units with most first."""
    by_unit: dict[Organization, list[Summary]] = defaultdict(list)
    for summary in summaries:
        if summary.state in DUE:
            by_unit[summary.activity.organization].append(summary)
    found = []
    for unit, ones in by_unit.items():
        days = days_of(ones[0].activity.edition, unit)
        if days.is_late:
            found.append(Chase(unit, ones, people_of(unit, WRITING), days))
    return sorted(found, key=lambda one: (-len(one.summaries), one.unit.name))


@transaction.atomic
def chase(summaries: Iterable[Summary], *, by: "User") -> list[Chase]:
    """Tell every late unit of these that was not told today and has somebody to tell; returns those told."""
    # Held, so that of two officers who press at once one tells
    rows = Summary.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in summaries])
    held = rows.select_related("activity__organization__parent", "activity__edition").order_by("pk")
    told = [one for one in late(held) if one.is_sent]
    for one in told:
        check_can_decide(by, one.summaries[0])
        Summary.objects.filter(pk__in=[it.pk for it in one.summaries]).update(chased_on=one.days.today)
        _tell(one, by)
        audit.record("summary.chase", one.unit, by=by, organization_path=one.unit.path, is_quiet=True)
    return told


@notices.in_city_language
def _tell(one: Chase, by: "User") -> None:
    notices.tell(
        "summary.late",
        one.people,
        subject=_("总结已经过期，请尽快报送：%(count)s项"),
        body=_("%(unit)s还有%(count)s项总结没有报送：%(titles)s。截止日期是%(due)s，迟报到%(last)s为止。"),
        values={
            "unit": one.unit.name,
            "count": len(one.summaries),
            "titles": wording.listed(it.activity.title for it in one.summaries[:10]),
            "due": written(one.days.due),
            "last": written(one.days.closes),
        },
        link=reverse("summaries:own"),
        key=f"summary-late:{one.unit.pk}:{one.days.today}",
    )
