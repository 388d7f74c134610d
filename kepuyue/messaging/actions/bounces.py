"""Mail that comes back: what a server's report (RFC 3464) says of one of our mails."""

import email
import email.policy
from email.message import EmailMessage

from django.db import transaction

from kepuyue.core.time import now
from kepuyue.messaging import tokens
from kepuyue.messaging.models import BouncedAddress, Message

REPORT_MAX_BYTES = 2_000_000


def mark(address: str, reason: str) -> None:
    """Note that nobody is at the address, so that nothing optional is sent there any more."""
    known = BouncedAddress.objects.filter(address__iexact=address).update(reason=reason[:300], since=now())
    if not known:
        BouncedAddress.objects.create(address=address, reason=reason[:300])


@transaction.atomic
def record(raw: bytes) -> Message | None:
    """Read one report; returns the message that bounced, or None where it tells of none of ours.

    Only a permanent failure (action "failed", status 5.x.x) counts. The report must quote the Message-ID that
    only we can make: a forged one cannot silence somebody's address.
    """
    report = email.message_from_bytes(raw[:REPORT_MAX_BYTES], policy=email.policy.default)
    said = _failure(report)
    pk = _quoted_mark(report)
    if said is None or pk is None:
        return None
    message = Message.objects.select_for_update().filter(pk=pk).first()
    if message is None:
        return None
    message.state = Message.State.BOUNCED
    message.last_error = said[:300]
    message.save(update_fields=["state", "last_error"])
    mark(message.to, said)
    return message


def _failure(report: EmailMessage) -> str | None:
    """Why it failed for good, or None."""
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if not isinstance(block, EmailMessage):
                continue
            status = str(block.get("Status", "")).strip()
            if str(block.get("Action", "")).strip().lower() == "failed" and status.startswith("5."):
                return f"{status} {' '.join(str(block.get('Diagnostic-Code', '')).split())}".strip()
    return None


def _quoted_mark(report: EmailMessage) -> int | None:
    """The number of our message, from the mail or the headers that the report carries."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = [block for block in part.get_payload() if isinstance(block, EmailMessage)]
        elif kind == "text/rfc822-headers":
            inner = [email.message_from_string(part.get_content(), policy=email.policy.default)]
        else:
            continue
        for block in inner:
            if (pk := tokens.read_bounce_mark(str(block.get("Message-ID", "")))) is not None:
                return pk
    return None
