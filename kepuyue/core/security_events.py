"""The record of what concerns security: who came in, who was turned away, what was tried and refused.

One line an event on the logger ``kepuyue.security``: its name, then facts as JSON in ASCII, so that nobody can write a
second line into it. Facts are numbers of rows, names of routes and keyed digests; never a name, an address of mail or
network, a password, a key or what somebody typed (docs/security.md lists the events).
"""

import json
import logging
from datetime import UTC, datetime

from django.conf import settings
from django.utils.crypto import salted_hmac

logger = logging.getLogger("kepuyue.security")

# What an operator looks at; all others are the ordinary course of things
ALARMING = {
    "sign-in.failed", "sign-in.held-off", "code.failed", "code.held-off", "denied", "forged", "fetch.refused",
    "session.over-age",
}  # fmt: skip


def note(event: str, **facts: str | int | None) -> None:
    """Write one event; `facts` as the module says. Alarming ones are warnings, the others information."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"at": at} | {name: value for name, value in facts.items() if value not in (None, "")})
    logger.log(logging.WARNING if event in ALARMING else logging.INFO, "%s %s", event, line)


def digest(text: str) -> str:
    """The same short word for the same text, from which nobody without our key finds the text: 64 bits of an HMAC."""
    if not text:
        return ""
    return salted_hmac("kepuyue.security", text, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()[
        :16
    ]
