"""Addresses that units typed, asked in the background and kept with result and moment."""

from datetime import timedelta

from django.db.models import Q

from kepuyue.activities.models import LinkCheck, Submission
from kepuyue.activities.reviewing.checks import addresses
from kepuyue.core import fetch
from kepuyue.core.time import now

# So long a result is believed; so long a claimed address is left to the process that took it
GOOD_FOR = timedelta(days=3)
CLAIM = timedelta(minutes=5)
NEW = timedelta(hours=1)
AT_A_TIME = 10
# What the whole check needs is a status line and a little more
LIMITS = fetch.Limits(total=12.0, phase=4.0, most_bytes=16_384)


def ask_for(submission: Submission) -> list[str]:
    """Have the addresses of a submission checked where nothing recent is known; returns those that will be."""
    return ask(addresses(submission.content))


def ask(asked: list[str]) -> list[str]:
    """Have addresses that people typed checked where nothing recent is known; returns those that will be."""
    if not asked:
        return []
    fresh = set(
        LinkCheck.objects.filter(url__in=asked)
        .filter(Q(result=LinkCheck.Result.WAITING) | Q(checked_at__gte=now() - GOOD_FOR))
        .values_list("url", flat=True)
    )
    stale = [url for url in asked if url not in fresh]
    LinkCheck.objects.bulk_create([LinkCheck(url=url) for url in stale], ignore_conflicts=True)
    LinkCheck.objects.filter(url__in=stale).update(result=LinkCheck.Result.WAITING, asked_at=now())
    return stale


def ask_for_new() -> int:
    """Have the addresses of what was just handed in checked before a reviewer opens it; returns how many."""
    new = Submission.objects.filter(state=Submission.State.PENDING, submitted_at__gte=now() - NEW)
    return sum(len(ask_for(submission)) for submission in new.only("content").iterator())


def check_waiting(*, resolve: fetch.Resolve | None = None, dial: fetch.Dial | None = None) -> int:
    """Ask what waits, oldest first; returns how many. Safe in several processes: each claims before it asks."""
    done = 0
    waiting = LinkCheck.objects.filter(result=LinkCheck.Result.WAITING, asked_at__lte=now())
    for row in list(waiting.order_by("asked_at")[:AT_A_TIME]):
        claimed = LinkCheck.objects.filter(
            pk=row.pk, result=LinkCheck.Result.WAITING, asked_at=row.asked_at
        ).update(asked_at=now() + CLAIM)
        if not claimed:
            continue
        result, detail = _ask(row.url, resolve, dial)
        LinkCheck.objects.filter(pk=row.pk).update(result=result, detail=detail[:200], checked_at=now())
        done += 1
    return done


def _ask(url: str, resolve: fetch.Resolve | None, dial: fetch.Dial | None) -> tuple[str, str]:
    try:
        answer = fetch.get(url, limits=LIMITS, resolve=resolve, dial=dial)
    except fetch.Refused as refused:
        return LinkCheck.Result.REFUSED, refused.code
    except fetch.Unreachable as error:
        return LinkCheck.Result.BROKEN, error.code
    # Some sites show machines the door (403, 429) and people the page: only what says "not there" is broken
    if answer.status in (404, 410) or answer.status >= 500:
        return LinkCheck.Result.BROKEN, f"http-{answer.status}"
    return LinkCheck.Result.REACHED, ""
