"""Writing down what happened for whoever is to be told, in the transaction in which it happened."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse

from kepuyue.activities.models import Activity
from kepuyue.core.links import whole
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization
from kepuyue.partners.events import EVENTS
from kepuyue.partners.models import Delivery, Endpoint, Event


def announce(
    kind: str,
    organization: Organization,
    data: Mapping[str, Any],
    *,
    key: str,
    of_turns: Collection[str] = (),
) -> Event | None:
    """Note an event of a unit and whom it is sent to; None where nobody wants to know, or `key` was noted before.

    One short query where nobody is told of anything. `data` holds nothing personal. `of_turns`: the kinds between which
    something turns; it is noted too where somebody wants to know of another of them, to tell the next turn by.
    """
    if kind not in EVENTS:
        raise ValueError(f"no such event: {kind}")
    active = Endpoint.objects.filter(state=Endpoint.State.ACTIVE)
    concerned = active.filter(Q(organization_id=organization.pk) | Q(is_city_wide=True))
    found = list(concerned)
    wanted = [one for one in found if kind in one.events]
    if not wanted and not any(set(of_turns) & set(one.events) for one in found):
        return None
    digest = hashlib.sha256("\n".join((kind, key)).encode()).hexdigest()
    code = f"msg_{digest[:32]}"
    event, is_new = Event.objects.get_or_create(
        code=code, defaults={"kind": kind, "organization": organization, "data": dict(data), "at": now()}
    )
    if not is_new:
        return None
    Delivery.objects.bulk_create(Delivery(endpoint=one, event=event, due_at=event.at) for one in wanted)
    return event


def of_activity(
    kind: str, activity: Activity, *, key: str, of_turns: Collection[str] = (), **more: Any
) -> Event | None:
    """Note an event of an activity."""
    data = {
        "code": activity.code,
        "key": activity.outside_key.removeprefix("api:") if activity.outside_key.startswith("api:") else "",
        "edition": activity.edition.code,
        "title": activity.title,
        "status": activity.state,
        "version": activity.version,
        "url": whole(reverse("programme:activity", args=[activity.code])),
        "unit": activity.organization.code,
    }
    return announce(kind, activity.organization, data | more, key=key, of_turns=of_turns)
