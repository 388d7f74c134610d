"""What the head of a letter says: who sent it, when, whether a machine did, whether the server believed it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr, parsedate_to_datetime

from django.conf import settings

NOBODY = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounce[s+]?|abuse)", re.IGNORECASE
)


@dataclass(frozen=True)
class Head:
    """The head, within the lengths of the columns that keep it."""

    sender: str
    sender_name: str
    subject: str
    message_id: str
    sent_at: datetime | None
    is_automatic: bool
    is_forged: bool


def head_of(headers: Mapping[str, str]) -> Head:
    """Put together from headers as `opening.mail.headers_of` gives them."""
    name, address = parseaddr(headers.get("From", ""))
    return Head(
        sender=address.strip().lower()[:254] if "@" in address else "",
        sender_name=" ".join(name.split())[:120],
        subject=headers.get("Subject", "")[:300],
        message_id=headers.get("Message-ID", "").strip()[:300],
        sent_at=_moment(headers.get("Date", "")),
        is_automatic=_is_automatic(headers, address),
        is_forged=_is_forged(headers.get("Authentication-Results", "")),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if 1990 < moment.year < 2200 else None


def _is_automatic(headers: Mapping[str, str], address: str) -> bool:
    """Whether a machine or a list sent it: such a mail is never answered (RFC 3834, 2), or two machines would talk
    for ever."""
    is_marked = headers.get("Auto-Submitted", "no").split(";")[0].strip().lower() != "no"
    is_bulk = headers.get("Precedence", "").strip().lower() in ("bulk", "junk", "list", "auto_reply")
    is_list = "List-Id" in headers or "List-Unsubscribe" in headers or "X-Auto-Response-Suppress" in headers
    is_bounce = headers.get("Return-Path", "").strip() == "<>"
    return is_marked or is_bulk or is_list or is_bounce or bool(NOBODY.match(address))


def _is_forged(results: str) -> bool:
    """Whether the receiving server, by the name that the operator trusts, found the sender's domain misused
    (RFC 8601; RFC 7489). The topmost result is the server's own; one that a sender wrote stands below it."""
    trusted = settings.IMAP_AUTHSERV_ID.lower()
    if not trusted:
        return False
    words = results.lower()
    if words.split(";")[0].split(" ")[0].strip() != trusted:
        return True
    verdict = re.search(r"\bdmarc\s*=\s*(\w+)", words)
    return verdict is None or verdict[1] not in ("pass", "bestguesspass")
