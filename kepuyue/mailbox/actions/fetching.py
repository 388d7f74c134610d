"""The mailbox is read: each message is kept in the same transaction that counts it as read, and marked afterwards.

What breaks off in between is read again and recognized, so that nothing is lost and nothing comes twice.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import DataError, transaction
from django.db.models import Q

from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.mailbox import server
from kepuyue.mailbox.actions import taking
from kepuyue.mailbox.models import Box, Letter

logger = logging.getLogger(__name__)

HOLD = timedelta(minutes=10)  # longer than any single message takes
MOST_AT_ONCE = 200
# What a message itself can cause; where the machine or the database fails, it is fetched again instead
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, DataError)


@dataclass
class Fetched:
    """What came of it: new letters, messages that were here already, what went wrong (a code; empty: nothing)."""

    address: str = ""
    new: int = 0
    known: int = 0
    fault: str = ""
    said: str = ""
    is_busy: bool = False
    "Whether another process reads it at the moment"


def fetch(edition: Edition) -> Fetched:
    """Take in what arrived since the last time. Raises nothing for a server that is away: the box says it."""
    where = server.place()
    if where is None:
        return Fetched(fault="not-set-up")
    fetched = Fetched(where.address)
    box = _held(where.address)
    if box is None:
        fetched.is_busy = True
        return fetched
    # What nobody foresaw stands there too, until it was read well once more
    fetched.fault = "interrupted"
    try:
        with server.opened(where) as folder:
            _take_all(edition, box, folder, fetched)
        fetched.fault = ""
    except server.Unreachable as reason:
        logger.warning("mailbox %s: %s", where.address, reason)
        fetched.fault, fetched.said = reason.code, reason.said
    finally:
        box.fault, box.fault_said = fetched.fault, fetched.said
        box.held_until, box.tried_at = None, now()
        if not fetched.fault:
            box.read_at = box.tried_at
        box.save(update_fields=["fault", "fault_said", "held_until", "tried_at", "read_at"])
    return fetched


def _held(address: str) -> Box | None:
    """The box, for this process alone; None where another one reads it. One that died lets go by itself."""
    moment = now()
    box, _is_new = Box.objects.get_or_create(address=address)
    free = Box.objects.filter(Q(held_until=None) | Q(held_until__lt=moment), pk=box.pk)
    if not free.update(held_until=moment + HOLD):
        return None
    return Box.objects.get(pk=box.pk)


def _take_all(edition: Edition, box: Box, folder: server.Folder, fetched: Fetched) -> None:
    if folder.validity != box.uid_validity:
        # The server has numbered everything anew: all is looked at again, and what is here is recognized
        box.uid_validity, box.last_uid = folder.validity, 0
    for arrived in folder.since(box.last_uid):
        with transaction.atomic():
            letter = _taken(edition, arrived)
            box.last_uid, box.held_until = arrived.uid, now() + HOLD
            box.save(update_fields=["uid_validity", "last_uid", "held_until"])
        folder.mark(arrived.uid)
        fetched.new += letter is not None
        fetched.known += letter is None
        if fetched.new + fetched.known >= MOST_AT_ONCE:
            return


def _taken(edition: Edition, arrived: server.Arrived) -> Letter | None:
    """The message as a letter. One that breaks our reading is kept unread: those behind it come in all the same."""
    try:
        with transaction.atomic():
            return taking.take(edition, arrived.data, is_whole=arrived.is_whole, size=arrived.size)
    except UNREADABLE:
        logger.exception("message %s cannot be read and is kept as it is", arrived.uid)
        return taking.take_unread(edition, arrived.data, size=arrived.size)
