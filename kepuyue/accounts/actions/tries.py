"""Counting tries, so that guessing is slow and nobody is locked out by somebody else.

Every counter is a bucket that a try fills by one and time empties. A try is claimed before the work is done and
given back when it was honest, so that many requests at once cannot all look first and count later.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from kepuyue.accounts.models import Tries

KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Bound:
    """`burst` tries at once, and one more after each pause of `every`."""

    burst: int
    every: timedelta


@dataclass(frozen=True)
class Counter:
    """One bucket: what is counted, for whom, and its bound."""

    key: str
    bound: Bound


@dataclass(frozen=True)
class Claim:
    """The answer: `wait` seconds until the next try (0: go on), and what to give back if it was honest."""

    wait: int
    counters: tuple[Counter, ...] = ()

    @property
    def is_granted(self) -> bool:
        return self.wait == 0


def counter(bound: Bound, purpose: str, *parts: object) -> Counter:
    """The bucket of this purpose and source; addresses are kept as digests only."""
    text = "\n".join(map(str, (purpose, *parts)))
    return Counter(salted_hmac("kepuyue.accounts.tries", text, algorithm="sha256").hexdigest(), bound)


@transaction.atomic
def claim(*counters: Counter) -> Claim:
    """Count one try in every bucket, or in none of them where one is full."""
    moment = timezone.now()
    rows = _locked(counters)
    longest = 0.0
    for one in counters:
        row = rows[one.key]
        row.level = _faded(row, one.bound)
        if row.level + 1 > one.bound.burst:
            over = row.level + 1 - one.bound.burst
            longest = max(longest, over * one.bound.every.total_seconds())
    if longest:
        return Claim(math.ceil(longest))
    for row in rows.values():
        row.level, row.at = row.level + 1, moment
        row.save(update_fields=["level", "at"])
    return Claim(0, tuple(counters))


@transaction.atomic
def give_back(claimed: Claim) -> None:
    """The try was honest (the right password): it does not count."""
    rows = _locked(claimed.counters)
    for one in claimed.counters:
        row = rows[one.key]
        row.level, row.at = max(0.0, _faded(row, one.bound) - 1), timezone.now()
        row.save(update_fields=["level", "at"])


def forget_old() -> int:
    """Drop buckets that have long been empty; returns how many."""
    return Tries.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _locked(counters: Sequence[Counter]) -> dict[str, Tries]:
    keys = sorted(one.key for one in counters)
    Tries.objects.bulk_create([Tries(key=key, at=timezone.now()) for key in keys], ignore_conflicts=True)
    # In one order for all, so that two requests cannot wait for each other
    return {row.key: row for row in Tries.objects.select_for_update().filter(key__in=keys).order_by("key")}


def _faded(row: Tries, bound: Bound) -> float:
    passed = (timezone.now() - row.at).total_seconds()
    return max(0.0, row.level - max(0.0, passed) / bound.every.total_seconds())
