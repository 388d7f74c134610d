"""The addresses that a unit has told of events: added, paused, resumed, removed; and sending once more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit, ciphers, fetch
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import Organization
from kepuyue.partners import signing
from kepuyue.partners.events import EVENTS
from kepuyue.partners.models import Delivery, Endpoint
from kepuyue.partners.permissions import check_can_manage, is_city

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST = 10


@transaction.atomic
def add(
    organization: Organization, *, by: "User", url: str, events: Sequence[str], is_city_wide: bool = False
) -> tuple[Endpoint, str]:
    """An address and the secret by which its program knows that it is we who speak; shown here and never again."""
    organization = tree.held(organization)
    check_can_manage(by, organization)
    url = url.strip()
    why_not = fetch.refusal(url)
    if why_not == "inner-address":
        raise ValidationError({"url": _("这是内网地址，推送不会发往内网。请填写公网可以访问的地址。")})
    if not url.startswith("https://") or len(url) > 500 or why_not:
        raise ValidationError({"url": _("请填写https://开头的公网地址，不带端口、账号和密码。")})
    if not events or not set(events) <= set(EVENTS):
        raise ValidationError({"events": _("请选择要推送的事件。")})
    if is_city_wide and not is_city(organization):
        raise ValidationError({"is_city_wide": _("只有市级可以接收全市的事件。")})
    if organization.endpoints.count() >= MOST:
        raise ValidationError(_("一个单位最多%(most)s个推送地址，请先删除不用的。") % {"most": MOST})
    secret = signing.new_secret()
    endpoint = Endpoint.objects.create(
        organization=organization, url=url, events=[code for code in EVENTS if code in set(events)],
        is_city_wide=is_city_wide, secret=ciphers.encrypted(secret), made_by=by, made_at=now(),
    )  # fmt: skip
    _record("endpoint.make", endpoint, by)
    return endpoint, secret


@transaction.atomic
def pause(endpoint: Endpoint, *, by: "User") -> Endpoint:
    """Nothing is sent until it is resumed; what happens meanwhile is not noted for it."""
    return _moved(endpoint, Endpoint.State.PAUSED, "endpoint.pause", by)


@transaction.atomic
def resume(endpoint: Endpoint, *, by: "User") -> Endpoint:
    """It is told again, beginning with what was still waiting."""
    return _moved(endpoint, Endpoint.State.ACTIVE, "endpoint.resume", by)


@transaction.atomic
def remove(endpoint: Endpoint, *, by: "User") -> None:
    """Away with it and its log; the trail keeps that it was there."""
    endpoint = _locked(endpoint, by)
    _record("endpoint.remove", endpoint, by)
    endpoint.delete()


@transaction.atomic
def send_again(delivery: Delivery, *, by: "User") -> Delivery:
    """The same event with the same id once more, however its last delivery ended."""
    endpoint = _locked(delivery.endpoint, by)
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("event").get(pk=delivery.pk)
    if endpoint.state != Endpoint.State.ACTIVE:
        raise NotPossibleNow(_("这个地址没有启用，请先恢复推送。"))
    delivery.state, delivery.attempts, delivery.due_at = Delivery.State.WAITING, 0, now()
    delivery.save(update_fields=["state", "attempts", "due_at"])
    _record("delivery.again", endpoint, by, reason=delivery.event.code)
    return delivery


def _moved(endpoint: Endpoint, state: str, action: str, by: "User") -> Endpoint:
    endpoint = _locked(endpoint, by)
    if endpoint.state == state:
        return endpoint
    endpoint.state, endpoint.failures = state, 0
    endpoint.save(update_fields=["state", "failures"])
    _record(action, endpoint, by)
    return endpoint


def _locked(endpoint: Endpoint, by: "User") -> Endpoint:
    found = (
        Endpoint.objects.select_for_update(of=("self",)).select_related("organization").get(pk=endpoint.pk)
    )
    check_can_manage(by, found.organization)
    return found


def _record(action: str, endpoint: Endpoint, by: "User", reason: str = "") -> None:
    audit.record(
        action, endpoint, by=by, reason=reason, organization_path=endpoint.organization.path, is_quiet=True
    )
