"""Reading subscribed calendars again, and keeping what they say now. No activity is changed here, nor is one made."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.core import audit, fetch
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.imports import calendar_content
from kepuyue.imports.actions import settling
from kepuyue.imports.calendars import opening
from kepuyue.imports.calendars.plain import MOST_BYTES, Feed, Unusable
from kepuyue.imports.conversion import Vocabulary
from kepuyue.imports.models import CalendarItem, CalendarSubscription
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Role
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = CalendarSubscription.State
ItemState = CalendarItem.State
EVERY = timedelta(hours=6)
# After readings that gave nothing the pause grows, up to a day
SLOWEST = timedelta(days=1)
# So long a calendar is left to the process that took it; longer than the longest fetch and reading
CLAIM = timedelta(minutes=10)
AT_A_TIME = 5
LIMITS = fetch.Limits(total=40.0, phase=10.0, most_bytes=MOST_BYTES)
LEFT_SHOWN = 200


@dataclass
class Outcome:
    """How many events are new, changed, gone or back since the last reading."""

    new: int = 0
    changed: int = 0
    vanished: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.vanished)


def refresh_due(*, resolve: fetch.Resolve | None = None, dial: fetch.Dial | None = None) -> int:
    """Read what is due, the longest waiting first; returns how many. Safe in several processes at once."""
    due = CalendarSubscription.objects.filter(due_at__lte=now()).exclude(state=State.PAUSED).exclude(url="")
    return sum(
        refresh(calendar, resolve=resolve, dial=dial) for calendar in list(due.order_by("due_at")[:AT_A_TIME])
    )


def refresh(
    calendar: CalendarSubscription, *, resolve: fetch.Resolve | None = None, dial: fetch.Dial | None = None
) -> bool:
    """Read one calendar's address unless another process is at it; whether it was read."""
    asked_at = now()
    claimed = (
        CalendarSubscription.objects.filter(pk=calendar.pk, due_at=calendar.due_at)
        .exclude(state=State.PAUSED)
        .exclude(url="")
        .update(due_at=asked_at + CLAIM)
    )
    if not claimed:
        return False
    calendar = CalendarSubscription.objects.select_related("edition", "organization").get(pk=calendar.pk)
    if calendar.edition.ends_on < asked_at.astimezone(calendar.edition.zone).date():
        # The month is over: nothing that the calendar says can become an activity of it
        CalendarSubscription.objects.filter(pk=calendar.pk).update(due_at=None, state=State.PAUSED)
        return False
    try:
        answer = fetch.get(
            calendar.url, limits=LIMITS, headers=_conditions(calendar), resolve=resolve, dial=dial
        )
        _read(calendar, answer, asked_at)
    except fetch.NotFetched as error:
        _keep_fault(calendar, error.code, {}, asked_at)
    except Unusable as error:
        _keep_fault(calendar, error.code, error.values, asked_at)
    return True


def _conditions(calendar: CalendarSubscription) -> dict[str, str]:
    """Ask only for what is newer than what is known (RFC 9110, 13.1), as long as it was read for the same days."""
    if calendar.read_for != _days(calendar.edition):
        return {}
    conditions = {"If-None-Match": calendar.etag, "If-Modified-Since": calendar.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _days(edition: Edition) -> str:
    """The days for which a calendar is read: where the edition's change, an unchanged calendar says something else."""
    return f"{edition.starts_on}/{edition.ends_on}"


def _read(calendar: CalendarSubscription, answer: fetch.Answer, asked_at: datetime) -> None:
    if answer.status == 304:
        _keep_unchanged(calendar, asked_at)
        return
    if answer.status != 200:
        raise Unusable("http-status", status=answer.status)
    if not answer.is_whole:
        raise Unusable("too-big", megabytes=MOST_BYTES // 1_000_000)
    sha256 = hashlib.sha256(answer.body).hexdigest()
    is_same = sha256 == calendar.sha256 and calendar.read_for == _days(calendar.edition)
    if is_same and not calendar.fault:
        _keep_unchanged(calendar, asked_at)
        return
    declared = (
        answer.headers.get("content-type", "").lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    )
    feed = opening.read(answer.body, calendar_content.window_of(calendar.edition), declared)
    known = {"etag": answer.headers.get("etag", ""), "last_modified": answer.headers.get("last-modified", "")}
    take_in(calendar.pk, feed, asked_at=asked_at, sha256=sha256, headers=known)


def _keep_unchanged(calendar: CalendarSubscription, asked_at: datetime) -> None:
    CalendarSubscription.objects.filter(pk=calendar.pk).exclude(state=State.PAUSED).update(
        checked_at=asked_at, due_at=asked_at + EVERY, fault="", fault_values={}, failures=0
    )


def _keep_fault(
    calendar: CalendarSubscription, code: str, values: dict[str, Any], asked_at: datetime
) -> None:
    """Nothing that is known is given up for one reading that failed; it is tried again, less and less often."""
    wait = min(timedelta(minutes=15) * 2 ** min(calendar.failures, 10), SLOWEST)
    CalendarSubscription.objects.filter(pk=calendar.pk).exclude(state=State.PAUSED).update(
        checked_at=asked_at, due_at=asked_at + wait, fault=code, fault_values=values,
        failures=F("failures") + 1, etag="", last_modified="",
    )  # fmt: skip


@transaction.atomic
def take_in(
    key: int,
    feed: Feed,
    *,
    asked_at: datetime,
    sha256: str = "",
    headers: dict[str, str] | None = None,
    by: "User | None" = None,
) -> Outcome:
    """Keep what the calendar says: new events, changes that wait for a decision, what it names no more.

    Nothing is done where the subscription is gone meanwhile, or has been read by somebody who asked later.
    """
    calendar = CalendarSubscription.objects.select_for_update().filter(pk=key).first()
    if calendar is None or (calendar.checked_at and calendar.checked_at > asked_at):
        return Outcome()
    is_first = calendar.state == State.READING
    left = [list(one) for one in feed.left]
    outcome = _keep_events(calendar, feed, left)
    calendar.name = (feed.name or calendar.name)[:200]
    calendar.format, calendar.sha256, calendar.checked_at = feed.format, sha256, asked_at
    calendar.read_for = _days(calendar.edition)
    calendar.etag = (headers or {}).get("etag", "")[:300]
    calendar.last_modified = (headers or {}).get("last_modified", "")[:60]
    calendar.fault, calendar.fault_values, calendar.failures = "", {}, 0
    calendar.left, calendar.left_count = left[:LEFT_SHOWN], len(left)
    if calendar.state != State.PAUSED:
        calendar.state = State.ACTIVE
        calendar.due_at = asked_at + EVERY if calendar.url else None
    calendar.save()
    if outcome or is_first:
        audit.record(
            "calendar.refresh", calendar, by=by, organization_path=calendar.organization.path,
            changes={name: [0, count] for name, count in vars(outcome).items() if count},
        )  # fmt: skip
    if outcome and not is_first and by is None:
        _tell(calendar, asked_at)
    return outcome


def _keep_events(calendar: CalendarSubscription, feed: Feed, left: list[list[Any]]) -> Outcome:
    outcome = Outcome()
    vocabulary = Vocabulary.of(calendar.edition)
    known = {
        item.key: item
        for item in calendar.items.select_for_update(of=("self",)).select_related("activity__edition")
    }
    here = _already_here(
        calendar, [calendar_content.outside_key(calendar_content.key_of(e.uid)) for e in feed.events]
    )
    seen = set()
    new = []
    for event in feed.events:
        key = calendar_content.key_of(event.uid)
        if key in seen:
            continue
        seen.add(key)
        item = known.get(key)
        if item is None and event.is_cancelled:
            left.append([event.title, "cancelled", {}])
            continue
        found = calendar_content.understood(
            event, edition=calendar.edition, vocabulary=vocabulary, host=calendar.organization.name
        )
        if item is None:
            item = CalendarItem(calendar=calendar, key=key)
            new.append(item)
            if activity := here.get(calendar_content.outside_key(key)):
                item.state, item.activity, item.taken = ItemState.TAKEN, activity, found.content
            else:
                outcome.new += 1
        outcome.changed += _keep_item(item, event.title, found)
    CalendarItem.objects.bulk_create(new, batch_size=200)
    for key, item in known.items():
        if key not in seen:
            outcome.vanished += _keep_vanished(item)
    return outcome


def _already_here(calendar: CalendarSubscription, keys: Sequence[str]) -> dict[str, Activity]:
    """Activities that came from the same events by another way, or from an earlier subscription."""
    found = Activity.objects.filter(edition=calendar.edition, organization=calendar.organization)
    return {
        one.outside_key: one
        for one in found.filter(outside_key__startswith=calendar_content.KEY_PREFIX)
        if one.outside_key in set(keys)
    }


def _keep_item(item: CalendarItem, title: str, found: calendar_content.Understood) -> bool:
    """Keep what is said of one event now; whether that is a change that has not waited before."""
    before = calendar_content.digest(item.content)
    item.title, item.content = calendar_content.plain_text(title)[:300], found.content
    item.refused, item.doubts = found.refused, [list(one) for one in found.doubts]
    item.vanished_at, item.is_kept = None, False
    is_news = False
    if item.state == ItemState.TAKEN:
        after = calendar_content.digest(found.content)
        item.is_changed = after not in (calendar_content.digest(item.taken), item.declined_digest)
        if item.is_changed and after != before and settling.is_idle(item):
            item.taken, item.is_changed = item.content, False
        is_news = item.is_changed and after != before
    if item.pk:
        item.save()
    return is_news


def _keep_vanished(item: CalendarItem) -> bool:
    """Flag what became an activity; forget what nobody took. What is over may go: many calendars drop the past."""
    if item.state in (ItemState.NEW, ItemState.REFUSED):
        item.delete()
        return False
    if item.state != ItemState.TAKEN or item.vanished_at or calendar_content.last_end(item.taken) < now():
        return False
    item.vanished_at = now()
    item.save(update_fields=["vanished_at"])
    return item.activity_id is not None


@notices.in_city_language
def _tell(calendar: CalendarSubscription, asked_at: datetime) -> None:
    """One message a day and calendar to those who register for the unit, however often it changes."""
    counts = {
        "changed": calendar.items.proposed().count(),
        "vanished": calendar.items.vanished().count(),
        "new": calendar.items.offered().count(),
    }
    if not any(counts.values()):
        return
    day = asked_at.astimezone(calendar.edition.zone).date()
    notices.tell(
        "calendar.news",
        people_of(calendar.organization, (Role.OWNER, Role.EDITOR, Role.OFFICE)),
        subject=_("日历有变动：%(calendar)s"),
        body=_(
            "订阅的日历“%(calendar)s”：%(changed)s项活动有变动，%(vanished)s项不见了，%(new)s项可以导入。请核对。"
        ),
        values={"calendar": str(calendar), **counts},
        link=reverse("imports:calendar", args=[calendar.pk]),
        key=f"calendar:{calendar.pk}:{day.isoformat()}",
    )
