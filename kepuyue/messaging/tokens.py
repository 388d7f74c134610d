"""Signed marks that leave with a mail and come back: for turning a kind off, and for bounces."""

from django.core import signing
from django.core.signing import BadSignature
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

_UNSUBSCRIBE = "kepuyue.messaging.unsubscribe"
_BOUNCE = "kepuyue.messaging.bounce"


def unsubscribe_path(person_id: int, kind: str) -> str:
    """The path that turns the kind off for the person. It never expires, as an old mail must still work."""
    token = signing.dumps([person_id, kind], salt=_UNSUBSCRIBE, compress=False)
    return reverse("messaging:unsubscription", args=[token])


def read_unsubscribe(token: str) -> tuple[int, str] | None:
    """(person, kind), or None where the token is not one of ours."""
    try:
        person_id, kind = signing.loads(token, salt=_UNSUBSCRIBE)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(kind)


def bounce_mark(pk: int) -> str:
    """The left part of a mail's Message-ID. Only we can make it, so nobody can report a stranger's mail as bounced."""
    return f"kepuyue.{pk}.{_sum(pk)}"


def read_bounce_mark(message_id: str) -> int | None:
    """The number of the message that the mark is of, or None."""
    parts = message_id.strip().strip("<>").partition("@")[0].split(".")
    if len(parts) != 3 or parts[0] != "kepuyue" or not (parts[1].isascii() and parts[1].isdecimal()):
        return None
    pk = int(parts[1])
    return pk if constant_time_compare(parts[2], _sum(pk)) else None


def _sum(pk: int) -> str:
    return salted_hmac(_BOUNCE, str(pk), algorithm="sha256").hexdigest()[:24]
