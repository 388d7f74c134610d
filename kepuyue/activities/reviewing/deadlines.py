"""Service times (服务时限): by when a step should be decided, in working days."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities.models import Submission
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization

ONE_DAY = timedelta(days=1)
IsWorking = Callable[[date], bool]


def after(day: date, days: int, is_working: IsWorking) -> date:
    """The last of `days` working days that begin with the first one after `day`."""
    while days > 0:
        day += ONE_DAY
        days -= is_working(day)
    return day


def latest_before(day: date, days: int, is_working: IsWorking) -> date:
    """The latest day from which `days` working days are over before `day`."""
    start = day - ONE_DAY
    while after(start, days, is_working) >= day:
        start -= ONE_DAY
    return start


def days_for(edition: Edition, kind: str, level: str) -> int:
    """Working days that a reviewing unit has for a new activity or a change, by the edition's policy."""
    times = edition.rules.review_times
    step = times.office if level == Organization.Level.OFFICE else times.branch
    return step.revision if kind == Submission.Kind.REVISION else step.new


def due_day(submission: Submission) -> date | None:
    """The last day on which the present step is in time."""
    if submission.state != Submission.State.PENDING or not (submission.turn and submission.turn_since):
        return None
    edition = submission.activity.edition
    started = submission.turn_since.astimezone(edition.zone).date()
    days = days_for(edition, submission.kind, submission.turn.level)
    return after(started, days, edition.rules.calendar.is_working)


def due_words(due: date, edition: Edition) -> str:
    """A due day as people say it: 今天到期, 明天到期, 还有3天, 已超2天 (days of the calendar)."""
    left = (due - edition.today).days
    if left < 0:
        return ngettext("已超%(n)s天", "已超%(n)s天", -left) % {"n": -left}
    if left == 0:
        return _("今天到期")
    if left == 1:
        return _("明天到期")
    return ngettext("还有%(n)s天", "还有%(n)s天", left) % {"n": left}


def overdue(edition: Edition, *, extra: int = 0) -> Q:
    """A condition for pending submissions of the edition whose step is late, by `extra` working days or more."""
    condition = Q(pk__in=[])
    for kind in Submission.Kind.values:
        for level in (Organization.Level.OFFICE, None):
            days = days_for(edition, kind, level or "") + extra
            late = Q(kind=kind, turn_since__lt=_cut(edition, days))
            office = Q(turn__level=Organization.Level.OFFICE)
            condition |= late & (office if level else ~office)
    return condition & Q(activity__edition=edition, state=Submission.State.PENDING)


def _cut(edition: Edition, days: int) -> datetime:
    """What began to wait before this moment is late today."""
    today = edition.today
    latest = latest_before(today, days, edition.rules.calendar.is_working)
    return datetime.combine(latest + ONE_DAY, time(), edition.zone)


def editions_under_review() -> list[Edition]:
    """Editions in which something waits; rarely more than one."""
    waiting = Submission.objects.filter(state=Submission.State.PENDING)
    return list(Edition.objects.filter(pk__in=waiting.values("activity__edition")))


def overdue_anywhere() -> Q:
    """`overdue` for every edition in which something waits."""
    condition = Q(pk__in=[])
    for edition in editions_under_review():
        condition |= overdue(edition)
    return condition
