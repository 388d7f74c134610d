"""Summaries open by themselves: after an activity's last session and, before the due day, for all the rest."""

from collections import defaultdict

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.queries import people_of
from kepuyue.summaries.deadlines import Days, days_of, written
from kepuyue.summaries.models import Filing, Summary
from kepuyue.summaries.queries import activities_without

WRITING = (Role.OWNER, Role.EDITOR, Role.OFFICE)
# Units are told anew when so many days are left
REMINDED = (3, 0)


def open_due(edition: Edition) -> int:
    """Open what has to be opened now, tell each unit once a day; returns how many were opened. Safe to run twice."""
    days = days_of(edition)
    if days.is_closed:
        return 0
    rows = activities_without(edition).select_related("organization")
    if not (days.opens and days.today >= days.opens):
        rows = rows.annotate(last=Max(Coalesce("sessions__ends_at", "sessions__starts_at"))).filter(
            last__lte=now()
        )
    opened: dict[Organization, list[Summary]] = defaultdict(list)
    for activity in rows.order_by("pk"):
        if summary := open_one(activity):
            opened[activity.organization].append(summary)
    for unit, summaries in opened.items():
        _tell_opened(unit, summaries, days_of(edition, unit))
    return sum(len(ones) for ones in opened.values())


@transaction.atomic
def open_one(activity: Activity) -> Summary | None:
    """Open the summary of one activity; None where it is open already."""
    summary, is_new = Summary.objects.get_or_create(activity=activity, defaults={"opened_at": now()})
    if not is_new:
        return None
    Filing.objects.create(summary=summary)
    path = activity.organization.path
    audit.record("summary.open", summary, by=None, organization_path=path, is_quiet=True)
    return summary


def remind(edition: Edition) -> int:
    """Tell units whose summaries are due soon and not filed, on the days of `REMINDED`; returns how many people."""
    told = 0
    open_ones: dict[Organization, list[Summary]] = defaultdict(list)
    rows = Summary.objects.due().filter(activity__edition=edition).select_related("activity__organization")
    for summary in rows.order_by("pk"):
        open_ones[summary.activity.organization].append(summary)
    for unit, summaries in open_ones.items():
        days = days_of(edition, unit)
        if days.left in REMINDED and days.due is not None:
            told += _tell_due(unit, summaries, days)
    return told


@notices.in_city_language
def _tell_opened(unit: Organization, summaries: list[Summary], days: Days) -> None:
    notices.tell(
        "summary.due",
        people_of(unit, WRITING),
        subject=_("可以填总结了：%(title)s等%(count)s项"),
        body=_("%(unit)s有%(count)s项活动可以填总结，例如“%(title)s”。系统知道的数字已经填好，核对后报送即可。截止日期：%(due)s。"),
        values=_values(unit, summaries, days),
        link=reverse("summaries:own"),
        key=f"summary-opened:{unit.pk}:{days.today}",
    )  # fmt: skip


@notices.in_city_language
def _tell_due(unit: Organization, summaries: list[Summary], days: Days) -> int:
    return notices.tell(
        "summary.due",
        people_of(unit, WRITING),
        subject=_("总结快到期了：还有%(count)s项没有报送"),
        body=_("%(unit)s还有%(count)s项总结没有报送，例如“%(title)s”。截止日期：%(due)s。"),
        values=_values(unit, summaries, days),
        link=reverse("summaries:own"),
        key=f"summary-due:{unit.pk}:{days.due}:{days.left}",
    )


def _values(unit: Organization, summaries: list[Summary], days: Days) -> dict[str, object]:
    return {
        "unit": unit.name,
        "count": len(summaries),
        "title": summaries[0].activity.title,
        "due": written(days.due or days.closes),
    }
