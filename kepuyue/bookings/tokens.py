"""The admission token: where somebody stands in the queue, signed, so that no process has to remember it.

Whoever loses the connection keeps the token and with it the place. 30 bytes and a seal of 16, as letters of an address.
"""

import hmac
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings

LAYOUT = struct.Struct(">BQ8sdd")
VERSION = 1
SEAL = 16  # bytes of HMAC-SHA256
LIFETIME = 900  # seconds after its turn came


@dataclass(frozen=True, slots=True)
class Token:
    """Whose turn it is at which session, and when."""

    session: int
    number: bytes
    "Eight random bytes that tell tokens apart"
    issued_at: float
    "Seconds since 1970, of the clock that rules go by"
    turn_at: float
    "Not before this moment"

    @property
    def ends_at(self) -> float:
        """Until when it opens the door."""
        return self.turn_at + LIFETIME


def issue(session: int, *, issued_at: float, turn_at: float) -> str:
    """A new token as text."""
    facts = LAYOUT.pack(VERSION, session, secrets.token_bytes(8), issued_at, turn_at)
    return urlsafe_b64encode(facts + _seal(settings.SECRET_KEY, facts)).decode().rstrip("=")


def read(text: str) -> Token | None:
    """The token; None where it is none of ours."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    facts, seal = raw[: LAYOUT.size], raw[LAYOUT.size :]
    if len(raw) != LAYOUT.size + SEAL or not any(
        hmac.compare_digest(seal, _seal(secret, facts))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ):
        return None
    version, session, number, issued_at, turn_at = LAYOUT.unpack(facts)
    return Token(session, number, issued_at, turn_at) if version == VERSION else None


def _seal(secret: str, facts: bytes) -> bytes:
    return hmac.digest(_key(secret), facts, "sha256")[:SEAL]


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=32, person=b"booking.token").digest()
