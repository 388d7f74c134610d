"""What must not be read in a copy of the database: encrypted where it is kept, found again by a keyed digest.

个人信息保护法第51条 asks for encryption of what leads to a person. The keys come from the site's secret; keys of before
(`SECRET_KEY_FALLBACKS`) still open what they closed. A digest has no key of before: change the secret and known numbers
are known no more, so an office changes it between two editions.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12  # bytes, as RFC 5116 has it for AES-GCM


class Unreadable(Exception):
    """No key of this site opens it."""


def encrypted(text: str) -> str:
    """The text under the site's key (AES-256-GCM), as letters that any column holds: 38 more than a third above it."""
    nonce = secrets.token_bytes(NONCE)
    return urlsafe_b64encode(
        nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), None)
    ).decode()


def decrypted(sealed: str) -> str:
    """The text again. Raises `Unreadable` where it was written under a key that this site does not have."""
    try:
        raw = urlsafe_b64decode(sealed)
    except ValueError as error:
        raise Unreadable from error
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(secret).decrypt(raw[:NONCE], raw[NONCE:], None).decode()
        except (InvalidTag, ValueError):  # another key, or too short to hold a nonce
            continue
    raise Unreadable


def digest(text: str, purpose: str) -> str:
    """A keyed digest of 32 hexadecimal places: the same for the same text and purpose, and telling nothing of
    either.
    """
    return blake2b(text.encode(), digest_size=16, key=_key(settings.SECRET_KEY, purpose)).hexdigest()


@lru_cache(maxsize=8)
def _cipher(secret: str) -> AESGCM:
    return AESGCM(_key(secret, "kepuyue.core.ciphers"))


@lru_cache(maxsize=64)
def _key(secret: str, purpose: str) -> bytes:
    # One key for each purpose; the secret is longer than what BLAKE2b takes as a key
    return blake2b(
        secret.encode(), digest_size=32, person=blake2b(purpose.encode(), digest_size=16).digest()
    ).digest()
