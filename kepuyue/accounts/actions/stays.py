"""Signing in and out: the sessions of a person, the browsers they are known by, and what is told about them."""

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from kepuyue.accounts.actions import letters
from kepuyue.accounts.models import Device, Stay, User
from kepuyue.accounts.network import Origin
from kepuyue.accounts.queries import device_key
from kepuyue.core import audit

if TYPE_CHECKING:
    from collections.abc import Iterable

DEVICE_KEPT = timedelta(days=365)


@transaction.atomic
def begin(user: User, *, session_key: str, origin: Origin, way: str) -> Stay:
    """A person has signed in. From a browser that is new to them they are told by mail, but for their very first."""
    stay, _is_new = Stay.objects.update_or_create(
        session_key=session_key,
        defaults={
            "user": user,
            "name": origin.browser,
            "network": origin.shown_network,
            "way": way,
            "last_seen_at": timezone.now(),
        },
    )
    others = Device.objects.filter(user=user).exists()
    device, is_new = Device.objects.update_or_create(
        user=user,
        key=device_key(origin.device),
        defaults={"name": origin.browser, "last_seen_at": timezone.now()},
    )
    if is_new and others:
        audit.record("account.new_device", user, by=user, changes={"device": [None, device.name]})
        letters.new_device(user, device.name, origin.shown_network)
    return stay


def touch(stay_pk: int, *, origin: Origin) -> None:
    """The session was used just now."""
    Stay.objects.filter(pk=stay_pk).update(last_seen_at=timezone.now(), network=origin.shown_network)


def carry_on(stay_pk: int, *, session_key: str) -> None:
    """The session goes on under a new key."""
    Stay.objects.filter(pk=stay_pk).update(session_key=session_key)


@transaction.atomic
def end(stay: Stay, *, by: User) -> None:
    """End one session; its next request is that of a visitor."""
    audit.record("account.session_end", stay.user, by=by, changes={"device": [stay.name, None]})
    _end_all([stay])


@transaction.atomic
def end_others(user: User, *, by: User | None, keep: int = 0, reason: str = "") -> int:
    """End every session of the person but the one whose row is `keep`; returns how many were listed.

    Sessions that no list knows end too: the epoch that each session must carry is counted up. The browsers that they
    were in are no longer known. Who keeps a session must give it the new epoch (`update_session_auth_hash`).
    """
    ended = list(Stay.objects.filter(user=user).exclude(pk=keep))
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    _end_all(ended)
    audit.record("account.sessions_end", user, by=by, changes={"sessions": [len(ended), 0]}, reason=reason)
    return len(ended)


@transaction.atomic
def end_by_operator(users: "Iterable[User]", *, why: str) -> int:
    """An operator ends every session of these people, whose browsers are strangers again; returns how many people.

    Raises ValidationError without a reason.
    """
    if not why.strip():
        raise ValidationError(_("请写明原因，操作记录里要留下。"))
    count = 0
    for user in users:
        end_others(user, by=None, reason=why)
        forget_devices(user)
        count += 1
    return count


def forget_devices(user: User, *, keep: str = "") -> None:
    """Take away the own budget of every browser but the one that holds the token `keep`."""
    Device.objects.filter(user=user).exclude(key=device_key(keep)).delete()


def forget_old() -> int:
    """Drop browsers that have not been seen for a year, and sessions that are over; returns how many."""
    moment = timezone.now()
    return int(
        Device.objects.filter(last_seen_at__lt=moment - DEVICE_KEPT).delete()[0]
        + Stay.objects.filter(
            last_seen_at__lt=moment - timedelta(seconds=settings.SESSION_COOKIE_AGE)
        ).delete()[0]
    )


def _end_all(stays: "Iterable[Stay]") -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for stay in stays:
        store().delete(stay.session_key)
        stay.delete()
