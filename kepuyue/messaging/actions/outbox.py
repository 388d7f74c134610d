"""The outbox: a message is written in the transaction of what it tells of; a worker sends it afterwards."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string

from kepuyue.messaging import kinds, wording
from kepuyue.messaging.models import Message

logger = logging.getLogger(__name__)

# A claimed message that got no answer within this time is tried again
CLAIM = timedelta(minutes=5)
MAX_ATTEMPTS = 8


def post(
    *,
    kind: str,
    to: str,
    subject: Any,
    body: Any,
    key: str | None,
    values: Mapping[str, object] | None = None,
    person: Any = None,
    link: str = "",
) -> Message | None:
    """Put one message into the outbox; returns None where the same `key` was posted before.

    `kind` is one that a room registered (`messaging.kinds`). `subject` and `body` are sentences of ours;
    what people typed goes through `values` only and becomes neither a link nor a header. `link` is a path
    inside the site; its full address is put under the text. `key` names what is told and to whom (for
    instance "returned:42:7"); None makes a key of its own.
    """
    kinds.kind(kind)
    values = values or {}
    text = wording.filled(body, values, lines=True)
    message, is_new = Message.objects.get_or_create(
        key=key or f"once:{get_random_string(24)}",
        defaults={
            "kind": kind,
            "to": to,
            "person": person,
            "subject": " ".join(wording.filled(subject, values).split())[:200],
            "body": f"{text}\n\n{settings.PUBLIC_URL}{link}" if link else text,
            "link": link,
            "due_at": timezone.now(),
        },
    )
    return message if is_new else None


def deliver_due(limit: int = 50) -> int:
    """Send what is due, oldest first; returns how many were sent. Safe to run in several processes."""
    sent = 0
    due = Message.objects.filter(state=Message.State.WAITING, due_at__lte=timezone.now())
    for pk in list(due.order_by("due_at").values_list("pk", flat=True)[:limit]):
        sent += _deliver(pk)
    return sent


def _deliver(pk: int) -> bool:
    moment = timezone.now()
    # Claim first: only one process moves the row, and a crash after this line only delays the message
    claimed = Message.objects.filter(pk=pk, state=Message.State.WAITING, due_at__lte=moment).update(
        due_at=moment + CLAIM, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    message = Message.objects.get(pk=pk)
    try:
        EmailMessage(message.subject, message.body, to=[message.to]).send()
    except (
        Exception
    ) as error:  # the server is away or refuses, or the address is none: the others still go out
        _put_back(message, error)
        return False
    Message.objects.filter(pk=pk).update(state=Message.State.SENT, sent_at=timezone.now(), last_error="")
    return True


def _put_back(message: Message, error: Exception) -> None:
    logger.warning("mail %s not sent (attempt %s): %s", message.pk, message.attempts, error)
    message.last_error = f"{type(error).__name__}: {error}"[:300]
    message.due_at = timezone.now() + timedelta(minutes=2**message.attempts)
    if message.attempts >= MAX_ATTEMPTS:
        message.state = Message.State.FAILED
    message.save(update_fields=["last_error", "due_at", "state"])
