"""Reading the sources in the background: one page after another, as `taking` writes them."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import DatabaseError, transaction
from django.db.models import F

from kepuyue.core import audit, fetch
from kepuyue.core.time import now
from kepuyue.federation import wire
from kepuyue.federation.actions import clearing, taking, trying
from kepuyue.federation.models import ANEW_EVERY, MOST_A_PAGE, Source

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

logger = logging.getLogger(__name__)
State = Source.State
PATH = "/api/v1/programme/changes"
FEWEST_A_PAGE = 10
LIMITS = fetch.Limits(total=60.0, phase=20.0, most_bytes=16_000_000)
# So many pages are read in one turn, so that a large source keeps no other waiting
PAGES_A_TURN = 20
AT_A_TIME = 5
# So long a source is left to the process that took it; each page takes it anew
CLAIM = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=5)
# After readings that failed the pause grows, up to a day
SLOWEST = timedelta(days=1)
Progress = Callable[[int], object]


class Fault(Exception):
    """Why a reading gave nothing, as a code and values for `wording`."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def read_due(*, resolve: fetch.Resolve | None = None, dial: fetch.Dial | None = None) -> int:
    """Read what is due, the longest waiting first; returns how many. Safe in several processes at once."""
    due = Source.objects.filter(due_at__lte=now()).exclude(state=State.PAUSED).order_by("due_at")
    return sum(read(one, resolve=resolve, dial=dial) for one in list(due[:AT_A_TIME]))


def read(
    source: Source,
    *,
    resolve: fetch.Resolve | None = None,
    dial: fetch.Dial | None = None,
    most_pages: int = PAGES_A_TURN,
    progress: Progress = lambda done: None,
) -> bool:
    """Read one source unless another process is at it; whether it was read. A new one is only looked at."""
    asked_at = now()
    claimed = Source.objects.filter(pk=source.pk, due_at=source.due_at).exclude(state=State.PAUSED)
    if not claimed.update(due_at=asked_at + CLAIM):
        return False
    source = Source.objects.select_related("edition").get(pk=source.pk)
    if source.state == State.WITHDRAWN:
        clearing.sweep(source, progress)
        # Not where it was started again meanwhile
        Source.objects.filter(pk=source.pk, state=State.WITHDRAWN).update(due_at=None)
        return True
    try:
        if source.state == State.TRIED:
            page = ask(source, limit=trying.LOOKED_AT, resolve=resolve, dial=dial)
            trying.keep(source, page, asked_at)
            return True
        is_at_end = _read_on(source, most_pages, progress, resolve, dial)
    except (Fault, fetch.NotFetched) as error:
        _keep_fault(source, error.code, getattr(error, "values", {}), asked_at)
        return True
    except DatabaseError:
        raise
    except Exception:
        # Whatever one source tells, the others are read and the desk says which it is
        logger.exception("source %s could not be read", source.pk)
        _keep_fault(source, "unexpected", {}, asked_at)
        return True
    Source.objects.filter(pk=source.pk, state=State.ON).update(
        checked_at=asked_at, read_at=asked_at, due_at=asked_at + (source.pace if is_at_end else timedelta()),
        fault="", fault_values={}, failures=0, moved_to="",
    )  # fmt: skip
    return True


def ask(
    source: Source, *, limit: int = 0, resolve: fetch.Resolve | None = None, dial: fetch.Dial | None = None
) -> wire.Page:
    """The next page of a source. Raises `Fault` or `fetch.NotFetched`; writes nothing."""
    wanted = {"cursor": source.cursor, "limit": str(limit or source.page_size), "edition": source.there}
    query = urlencode({name: value for name, value in wanted.items() if value})
    answer = fetch.get(f"{source.address}{PATH}?{query}", limits=LIMITS, resolve=resolve, dial=dial)
    if answer.status == 410 or (answer.status == 422 and source.cursor):
        raise Fault("cursor-ahead")
    if answer.status == 404 and source.there:
        raise Fault("edition-gone", edition=source.there)
    if answer.status != 200:
        raise Fault("http-status", status=answer.status)
    if not answer.is_whole:
        raise Fault("too-big", megabytes=LIMITS.most_bytes // 1_000_000)
    try:
        return wire.page(answer.body)
    except wire.NoProgramme:
        raise Fault("no-programme") from None


def _read_on(
    source: Source,
    most_pages: int,
    progress: Progress,
    resolve: fetch.Resolve | None,
    dial: fetch.Dial | None,
) -> bool:
    """Read up to so many pages; whether the end was reached."""
    if not source.is_round_open and source.round_at and source.round_at < now() - ANEW_EVERY:
        begin_anew(source)
    for _page in range(most_pages):
        source.refresh_from_db()
        if source.state != State.ON:
            return True
        Source.objects.filter(pk=source.pk).update(due_at=now() + CLAIM)
        try:
            page = ask(source, resolve=resolve, dial=dial)
        except Fault as fault:
            if not _mended(source, fault):
                raise
            continue
        if not page.cursor:
            raise Fault("not-open")
        try:
            outcome = taking.take(source, page)
        except taking.Moved as moved:
            Source.objects.filter(pk=source.pk).update(moved_to=moved.instance)
            raise Fault("moved", old=source.instance, new=moved.instance) from None
        if outcome is None:
            # Somebody read it meanwhile, or decided that it is read anew: soon once more
            return False
        progress(len(page.results))
        if not page.has_more:
            source.refresh_from_db()
            clearing.sweep(source)
            return True
    return False


def _mended(source: Source, fault: Fault) -> bool:
    """What needs nobody: a source that was restored is read anew, a page that is too big is asked for by halves."""
    if fault.code == "cursor-ahead" and source.cursor:
        begin_anew(source)
        return True
    if fault.code == "too-big" and source.page_size > FEWEST_A_PAGE:
        Source.objects.filter(pk=source.pk).update(page_size=max(source.page_size // 2, FEWEST_A_PAGE))
        return True
    return False


def begin_anew(source: Source, *, by: "User | None" = None) -> None:
    """Read it from the beginning; what does not come then is dropped at the end, what comes unchanged is left alone."""
    with transaction.atomic():
        begun = Source.objects.filter(pk=source.pk, round=source.round).update(
            cursor="",
            round=source.round + 1,
            is_round_open=True,
            left={},
            unreadable=[],
            page_size=MOST_A_PAGE,
        )
        if begun:
            audit.record("source.begin_anew", source, by=by)
    source.refresh_from_db()


def _keep_fault(source: Source, code: str, values: dict[str, Any], asked_at: Any) -> None:
    """Nothing that is known is given up for one reading that failed; it is tried again, less and less often."""
    # A city that is not open yet has no fault, and is looked for as often as any other
    is_waiting = code == "not-open"
    wait = source.pace if is_waiting else min(FIRST_PAUSE * 2 ** min(source.failures, 10), SLOWEST)
    # Not where it has another address since, or is read from the beginning: that was not asked yet
    same = Source.objects.filter(pk=source.pk, state=source.state, address=source.address, round=source.round)
    same.exclude(state=State.PAUSED).update(
        checked_at=asked_at, due_at=asked_at + wait, fault=code, fault_values=values,
        failures=0 if is_waiting else F("failures") + 1,
    )  # fmt: skip
