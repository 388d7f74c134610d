"""Subscribing to a calendar, sending a new file of it, pausing and ending it. Nothing here asks the network."""

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition
from kepuyue.imports import calendar_content, calendar_words
from kepuyue.imports.actions import refreshing
from kepuyue.imports.calendars import opening
from kepuyue.imports.calendars.plain import Feed, Unusable
from kepuyue.imports.models import CalendarItem, CalendarSubscription
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = CalendarSubscription.State
MOST_OF_A_UNIT = 30


def address_of(typed: str) -> str:
    """The address as it is asked: calendar programs write webcal:// for https://."""
    parts = urlsplit(typed.strip())
    scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme.lower(), parts.scheme.lower())
    return urlunsplit((scheme, parts.netloc, parts.path, parts.query, ""))


@transaction.atomic
def subscribe(*, organization: Organization, edition: Edition, url: str, by: "User") -> CalendarSubscription:
    """Keep the address; it is read in the background. The same address twice gives the same subscription."""
    check(by, "import.run", organization)
    Organization.objects.select_for_update().get(pk=organization.pk)
    url = address_of(url)
    known = CalendarSubscription.objects.filter(organization=organization, edition=edition, url=url).first()
    if known is not None:
        return known
    _check_room(organization, edition)
    calendar = CalendarSubscription.objects.create(
        organization=organization, edition=edition, url=url, by=by, due_at=now()
    )
    audit.record("calendar.subscribe", calendar, by=by, organization_path=organization.path)
    return calendar


def _check_room(organization: Organization, edition: Edition) -> None:
    if (
        CalendarSubscription.objects.filter(organization=organization, edition=edition).count()
        >= MOST_OF_A_UNIT
    ):
        raise ValidationError(
            _("一个单位最多订阅%(count)s个日历，请先删除不用的。") % {"count": MOST_OF_A_UNIT}
        )


def read_file(data: bytes, edition: Edition) -> Feed:
    """What a file holds for the edition. Raises `ValidationError` with one sentence."""
    try:
        return opening.read(data, calendar_content.window_of(edition))
    except Unusable as reason:
        raise ValidationError(calendar_words.fault(reason.code, reason.values)) from None


def keep_file(
    data: bytes, *, file_name: str, organization: Organization, edition: Edition, by: "User"
) -> CalendarSubscription:
    """A calendar that is sent as a file, each new one by hand. Raises `ValidationError`."""
    check(by, "import.run", organization)
    feed = read_file(data, edition)
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization.pk)
        _check_room(organization, edition)
        calendar = CalendarSubscription.objects.create(
            organization=organization, edition=edition, file_name=file_name[-200:], by=by
        )
        audit.record("calendar.subscribe", calendar, by=by, organization_path=organization.path)
        _take_in(calendar, data, feed, by)
    return calendar


def renew_file(calendar: CalendarSubscription, data: bytes, *, file_name: str, by: "User") -> None:
    """A new file of the same calendar; what changed becomes proposals. Raises `ValidationError`."""
    check(by, "import.run", calendar.organization)
    if calendar.url:
        raise NotPossibleNow(_("这个日历按网址刷新，不用上传文件。"))
    feed = read_file(data, calendar.edition)
    with transaction.atomic():
        CalendarSubscription.objects.filter(pk=calendar.pk).update(file_name=file_name[-200:])
        _take_in(calendar, data, feed, by)


def _take_in(calendar: CalendarSubscription, data: bytes, feed: Feed, by: "User") -> None:
    refreshing.take_in(calendar.pk, feed, asked_at=now(), sha256=hashlib.sha256(data).hexdigest(), by=by)


@transaction.atomic
def refresh_soon(calendar: CalendarSubscription, *, by: "User") -> None:
    """Have the address read by the next process that is free."""
    check(by, "import.run", calendar.organization)
    found = CalendarSubscription.objects.select_for_update().get(pk=calendar.pk)
    if not found.url or found.state == State.PAUSED:
        raise NotPossibleNow(_("这个日历没有网址，或已暂停，不能刷新。"))
    if found.checked_at and found.checked_at > now() - timedelta(seconds=20):
        return  # pressed twice: it has just been read
    found.due_at = now()
    found.save(update_fields=["due_at"])
    audit.record("calendar.refresh_soon", found, by=by, organization_path=calendar.organization.path)


@transaction.atomic
def pause(calendar: CalendarSubscription, *, by: "User") -> None:
    """Read the address no more until somebody says otherwise."""
    _switch(calendar, State.PAUSED, "calendar.pause", by)


@transaction.atomic
def resume(calendar: CalendarSubscription, *, by: "User") -> None:
    """Read the address again."""
    _switch(calendar, State.ACTIVE, "calendar.resume", by)


def _switch(calendar: CalendarSubscription, state: str, action: str, by: "User") -> None:
    check(by, "import.run", calendar.organization)
    found = CalendarSubscription.objects.select_for_update().get(pk=calendar.pk)
    if found.state == state:
        return
    found.state = state
    found.due_at = now() if state == State.ACTIVE and found.url else None
    found.save(update_fields=["state", "due_at"])
    audit.record(action, found, by=by, organization_path=calendar.organization.path)


@transaction.atomic
def remove(calendar: CalendarSubscription, *, by: "User") -> None:
    """End the subscription. The activities that came from it stay; only their tie to the calendar is gone."""
    check(by, "import.run", calendar.organization)
    found = CalendarSubscription.objects.select_for_update().filter(pk=calendar.pk).first()
    if found is None:
        return
    count = found.items.filter(state=CalendarItem.State.TAKEN).count()
    audit.record(
        "calendar.remove", found, by=by, organization_path=calendar.organization.path,
        changes={"activities": [count, count]},
    )  # fmt: skip
    found.delete()
