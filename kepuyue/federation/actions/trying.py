"""The first look at a source: what it calls itself, what it has, what would come. No activity is taken here."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from kepuyue.federation import likeness, wire
from kepuyue.federation.counterparts import Dictionary
from kepuyue.federation.models import Source
from kepuyue.organizations.models import District

LOOKED_AT = 50
SHOWN = 10


@transaction.atomic
def keep(source: Source, page: wire.Page, asked_at: datetime) -> None:
    """Keep what the first page tells, and what its words would be here, for who decides about the source."""
    found = Source.objects.select_for_update(of=("self",)).select_related("edition").get(pk=source.pk)
    if found.state != Source.State.TRIED or found.address != source.address:
        return
    told = [
        one
        for change in page.results
        if change.change == "upsert"
        if (one := wire.told(change, found.address))
    ]
    own = [one for one in told if not one.through]
    found.there = page.edition
    found.instance = own[0].instance if own else ""
    cities = Counter(one.city for one in told)
    if cities and found.name == host_of(found.address):
        found.name = _free_name(found, cities.most_common(1)[0][0])
    is_one_city = len(cities) == 1 and len(own) == len(told)
    if found.district is None and not found.passes_on and is_one_city:
        found.district = likeness.likest(next(iter(cities)), District.objects.all())
    Dictionary.of(found, told)
    found.trial = {
        "activities": len(told),
        "passed_on": len(told) - len(own),
        "has_more": page.has_more,
        "is_open": bool(page.cursor),
        "is_us": found.instance == wire.root(settings.PUBLIC_URL),
        "cities": [[city, count] for city, count in cities.most_common(SHOWN)],
        "samples": [_sample(one) for one in told[:SHOWN]],
    }
    found.checked_at = found.read_at = asked_at
    found.due_at, found.fault, found.fault_values, found.failures = None, "", {}, 0
    found.save()


def host_of(address: str) -> str:
    """The name of a source that has none yet."""
    return address.partition("://")[2][:40]


def _free_name(source: Source, name: str) -> str:
    others = Source.objects.filter(edition=source.edition_id, name=name).exclude(pk=source.pk)
    return source.name if others.exists() else name


def _sample(one: wire.Told) -> dict[str, Any]:
    first = min((session.start for session in one.activity.sessions), default=None)
    return {
        "title": one.activity.title[:120],
        "city": one.city,
        "unit": one.unit.name[:120],
        "url": one.url,
        "start": first.isoformat() if first else "",
    }
