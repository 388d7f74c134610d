"""Sending what waits: signed, through the guard against inner addresses, again after growing pauses, not forever."""

import json
import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kepuyue.core import audit, ciphers, fetch
from kepuyue.core.time import now
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Role
from kepuyue.organizations.queries import people_of
from kepuyue.partners import signing
from kepuyue.partners.models import Delivery, Endpoint, Event

logger = logging.getLogger(__name__)

# After the first try, the second …: as the specification proposes; then it is given up
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
# Events given up one after the other until the address is no longer tried
MOST_FAILURES = 3
LIMITS = fetch.Limits(total=15.0, phase=5.0, most_bytes=1_000)
CLAIM = timedelta(minutes=5)
KEPT = timedelta(days=30)
GONE = 410


def deliver_due(limit: int = 50, **ways: Any) -> int:
    """Send what is due, oldest first; returns how many arrived. Safe in several processes; `ways` are `fetch`'s.

    An address that does not take one gets the rest the next time: it holds up the others once, not for each event.
    """
    due = Delivery.objects.filter(
        state=Delivery.State.WAITING, due_at__lte=now(), endpoint__state=Endpoint.State.ACTIVE
    )
    arrived, tried, failing = 0, 0, set[int]()
    while tried < limit:
        rest = due.exclude(endpoint__in=failing).order_by("due_at").values_list("pk", "endpoint")
        known = len(failing)
        for pk, endpoint in list(rest[: limit - tried]):
            if endpoint in failing:
                continue
            tried += 1
            if _deliver(pk, ways):
                arrived += 1
            else:
                failing.add(endpoint)
        if len(failing) == known:
            break
    return arrived


def forget() -> int:
    """Throw away events of a month ago with their log; returns how many went."""
    return Event.objects.filter(at__lt=now() - KEPT).delete()[0]


def body_of(event: Event) -> bytes:
    """What is sent, the same at each try."""
    said = {"type": event.kind, "timestamp": event.at.isoformat(), "data": event.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _deliver(pk: int, ways: dict[str, Any]) -> bool:
    moment = now()
    # Claim first: only one process sends it, and a crash after this line only delays it
    claimed = Delivery.objects.filter(pk=pk, state=Delivery.State.WAITING, due_at__lte=moment).update(
        due_at=moment + CLAIM, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    delivery = Delivery.objects.select_related("event", "endpoint__organization").filter(pk=pk).first()
    if delivery is None:
        # Its address was removed just now
        return False
    status, fault = _sent(delivery, ways)
    delivery.answered_at, delivery.status, delivery.fault = now(), status, fault
    arrived = status is not None and 200 <= status < 300
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",))
            .select_related("organization")
            .filter(pk=delivery.endpoint_id)
            .first()
        )
        if endpoint is None:
            return arrived
        if arrived:
            delivery.state = Delivery.State.DELIVERED
            Endpoint.objects.filter(pk=endpoint.pk).exclude(failures=0).update(failures=0)
        elif status == GONE or fault in HOPELESS or delivery.attempts > len(PAUSES):
            delivery.state = Delivery.State.DEAD
            _give_up(endpoint, at_once=status == GONE)
        else:
            delivery.due_at = now() + PAUSES[delivery.attempts - 1]
        delivery.save(update_fields=["state", "due_at", "answered_at", "status", "fault"])
    return arrived


# No later try can end otherwise: the address itself is not to be asked
HOPELESS = frozenset({"scheme", "port", "credentials", "host", "malformed", "inner-address", "secret"})


def _sent(delivery: Delivery, ways: dict[str, Any]) -> tuple[int | None, str]:
    """(status, "") or (None, why nothing came back)."""
    body, moment = body_of(delivery.event), int(now().timestamp())
    try:
        secret = ciphers.decrypted(delivery.endpoint.secret)
        answer = fetch.post(
            delivery.endpoint.url,
            body,
            headers={
                "Content-Type": "application/json",
                "webhook-id": delivery.event.code,
                "webhook-timestamp": str(moment),
                "webhook-signature": signing.signature(
                    secret, code=delivery.event.code, timestamp=moment, body=body
                ),
            },
            limits=LIMITS,
            **ways,
        )
    except ciphers.Unreadable:
        return None, "secret"
    except fetch.NotFetched as failed:
        logger.info("delivery %s not sent: %s", delivery.pk, failed.code)
        return None, failed.code
    return answer.status, ""


def _give_up(endpoint: Endpoint, *, at_once: bool) -> None:
    endpoint.failures += 1
    if endpoint.state == Endpoint.State.ACTIVE and (at_once or endpoint.failures >= MOST_FAILURES):
        endpoint.state = Endpoint.State.FAILED
        audit.record(
            "endpoint.fail", endpoint, by=None, organization_path=endpoint.organization.path, is_quiet=True
        )
        notices.tell(
            "partners.failed",
            people_of(endpoint.organization, (Role.OWNER, Role.OFFICE)),
            subject=_("推送已停用：%(url)s"),
            body=_(
                "“%(unit)s”的推送地址%(url)s多次没有收下推送，已经停用。修好以后可以恢复：停用以前没有送达的可以重新推送，停用期间发生的不补推，请从接口读取。"
            ),
            values={"unit": endpoint.organization, "url": endpoint.url},
            link=reverse("partners:endpoint", args=[endpoint.pk]),
        )
    endpoint.save(update_fields=["state", "failures"])
