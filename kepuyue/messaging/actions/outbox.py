"""The outbox: a message is written in the transaction of what it tells of; a worker sends it afterwards."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone, translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from kepuyue.messaging import kinds, queries, wording
from kepuyue.messaging.actions import bounces
from kepuyue.messaging.channels import NotConfigured, NotSent, Refused, transport
from kepuyue.messaging.models import Channel, Delivery, Message

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
    channel: str = Channel.EMAIL,
) -> Message | None:
    """Put one message into the outbox; returns None where the same `key` was posted before.

    `kind` is one that a room registered (`messaging.kinds`). `subject` and `body` are sentences of ours;
    what people typed goes through `values` only and becomes neither a link nor a header. `link` is a path
    inside the site; its full address is put under the text. `key` names what is told and to whom (for
    instance "returned:42:7"); None makes a key of its own. The person's choice (`Preference`) decides whether it
    leaves at once, with the daily digest, or stays at the desk.
    """
    known = kinds.kind(kind)
    values = values or {}
    text = wording.filled(body, values, lines=True)
    key = key or f"once:{get_random_string(24)}"
    if Message.objects.filter(key=key).exists():
        return None
    state, error = _first_state(known, to, person)
    message, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "channel": channel,
            "to": to,
            "person": person,
            "subject": " ".join(wording.filled(subject, values).split())[:200],
            "body": f"{text}\n\n{settings.PUBLIC_URL}{link}" if link else text,
            "values": {name: wording.neutral(value) for name, value in values.items()},
            "link": link,
            "state": state,
            "last_error": error,
            "due_at": timezone.now(),
        },
    )
    return message if is_new else None


def _first_state(kind: kinds.Kind, to: str, person: Any) -> tuple[str, str]:
    wanted = queries.delivery(person.pk if person else None, kind)
    if wanted == Delivery.DESK:
        return Message.State.DESK, ""
    if kind.may_unsubscribe and (bounced := queries.has_bounced(to)):
        # What nobody must miss (passwords, decisions) is tried all the same: the address may live again
        return Message.State.BOUNCED, bounced.reason
    if queries.is_held(kind.code):
        return Message.State.HELD, ""
    return (Message.State.DIGEST if wanted == Delivery.DAILY else Message.State.WAITING), ""


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
        transport(message.channel).send(message)
    except Refused as refused:
        _give_up(message, refused)
        return False
    except (
        Exception
    ) as error:  # the server is away or refuses, or the address is none: the others still go out
        _put_back(message, error)
        return False
    sent = {"state": Message.State.SENT, "sent_at": timezone.now(), "last_error": ""}
    Message.objects.filter(pk=pk).update(**sent, **(_without_key() if message.is_secret else {}))
    return True


def _without_key() -> dict[str, Any]:
    """What is left of a message with a key once it was sent: neither a backup nor a look into the table opens doors."""
    with translation.override(settings.CITY_LANGUAGE):
        left = _("邮件里有登录或邀请链接，发出后已从这里清除。")
    return {"body": left, "link": "", "values": {}, "cleared_at": timezone.now()}


def _give_up(message: Message, refused: Refused) -> None:
    logger.warning("message %s refused for good: %s", message.pk, refused)
    message.last_error = str(refused)[:300]
    message.state = Message.State.BOUNCED if refused.is_address else Message.State.FAILED
    message.save(update_fields=["last_error", "state"])
    if refused.is_address:
        bounces.mark(message.to, str(refused))


def _put_back(message: Message, error: Exception) -> None:
    logger.warning("message %s not sent (attempt %s): %s", message.pk, message.attempts, error)
    said = str(error) if isinstance(error, NotSent) else f"{type(error).__name__}: {error}"
    is_over = message.attempts >= MAX_ATTEMPTS or isinstance(error, NotConfigured)
    # Only where it still waits: the office may have held it while the server was being asked
    Message.objects.filter(pk=message.pk, state=Message.State.WAITING).update(
        last_error=said[:300],
        due_at=timezone.now() + timedelta(minutes=2**message.attempts),
        state=Message.State.FAILED if is_over else Message.State.WAITING,
    )
