"""Signatures as the Standard Webhooks specification has them, so that its libraries verify what we send.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from hashlib import sha256

START = "whsec_"
BYTES = 32


def new_secret() -> str:
    """A secret as the specification writes it: 24 to 64 bytes by chance, in base64 behind its sign."""
    return START + b64encode(secrets.token_bytes(BYTES)).decode()


def signature(secret: str, *, code: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over id, moment (seconds) and body, with its version."""
    key = b64decode(secret.removeprefix(START))
    signed = hmac.new(key, f"{code}.{timestamp}.".encode() + body, sha256).digest()
    return f"v1,{b64encode(signed).decode()}"
