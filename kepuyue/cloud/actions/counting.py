"""Counting how often items are opened here. Nothing is kept of who opened them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from kepuyue.cloud.models import CloudItem, Opening
from kepuyue.core.time import now

if TYPE_CHECKING:
    from kepuyue.accounts.network import Origin

# So long the same browser of a network opens an item once, however often it presses; each process asks its own memory
ONCE_IN = timedelta(minutes=30)


def count(item: CloudItem, *, origin: "Origin") -> bool:
    """Count that somebody opened a public item; False where it was counted a moment ago.

    No row of the trail: a number that grows by one says nothing of anybody.
    """
    asked = salted_hmac("kepuyue.cloud.opening", f"{item.pk} {origin.network} {origin.browser}").hexdigest()
    if not cache.add(f"opening:{asked}", 1, ONCE_IN.total_seconds()):
        return False
    with transaction.atomic():
        row, _is_new = Opening.objects.get_or_create(
            item=item, day=now().astimezone(item.edition.zone).date()
        )
        Opening.objects.filter(pk=row.pk).update(count=F("count") + 1)
    return True
