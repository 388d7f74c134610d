"""The ticket of a booking: the code that is scanned at the door, and the link that opens its page.

What is scanned is signed (Ed25519, RFC 8032) by a key made from the site's secret; whoever has the public keys
(`public_keys`, published at /booking/keys.json) verifies it without a network and without a secret. It names nobody.

    KP1.<base32 without padding of: key id 2 bytes, session 5, code 5, seats 2, signature 64>

Numbers are big-endian. The code is a number of base 28, a digit for each of its places (`core.codes.READABLE`). The
signature is over the letters "KP1." and the 14 bytes. Seats are those of the moment it was drawn: a list that is newer
than the ticket knows better, as it does of a booking that was given back.
"""

import hmac
from base64 import b32decode, b32encode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.urls import reverse

from kepuyue.bookings.models import CODE_LENGTH, Booking
from kepuyue.core.codes import READABLE

PREFIX = "KP1."
KEY_ID, SESSION, CODE, SEATS, SIGNATURE = 2, 5, 5, 2, 64  # bytes
FACTS = KEY_ID + SESSION + CODE + SEATS
SEAL = 16  # bytes of HMAC-SHA256 in the link of a ticket's page


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a scanned code says, once its signature was found right."""

    code: str
    session: int
    seats: int
    key: str
    "The id of the key that signed it"


def text_of(booking: Booking) -> str:
    """What is scanned, as a QR code holds it at its densest: capital letters, digits and a dot, 129 of them."""
    key = _key(settings.SECRET_KEY)
    facts = (
        key.id
        + booking.session_id.to_bytes(SESSION, "big")
        + _number(booking.code).to_bytes(CODE, "big")
        + booking.seats.to_bytes(SEATS, "big")
    )
    return PREFIX + b32encode(facts + key.private.sign(PREFIX.encode() + facts)).decode().rstrip("=")


def read(text: str) -> Ticket | None:
    """The ticket; None where no key of this site signed it. Whether the booking still stands is another question."""
    text = text.strip().upper()
    letters = text.removeprefix(PREFIX)
    try:
        raw = b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError:
        return None
    facts, signature = raw[:FACTS], raw[FACTS:]
    if not text.startswith(PREFIX) or len(raw) != FACTS + SIGNATURE:
        return None
    if b32encode(raw).decode().rstrip("=") != letters:
        return None  # the last letter has a bit to spare: one ticket has one spelling
    for key in _keys():
        if key.id == facts[:KEY_ID]:
            try:
                key.private.public_key().verify(signature, PREFIX.encode() + facts)
            except InvalidSignature:
                continue
            number = int.from_bytes(facts[KEY_ID + SESSION : -SEATS], "big")
            return Ticket(
                code=_letters(number),
                session=int.from_bytes(facts[KEY_ID : KEY_ID + SESSION], "big"),
                seats=int.from_bytes(facts[-SEATS:], "big"),
                key=key.id.hex(),
            )
    return None


def public_keys() -> list[dict[str, str]]:
    """The keys that tickets are verified by, the present one first, as a JSON Web Key Set has them (RFC 8037)."""
    return [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": "EdDSA",
            "kid": key.id.hex(),
            "x": urlsafe_b64encode(key.public).decode().rstrip("="),
        }
        for key in _keys()
    ]


def link(code: str) -> str:
    """The path of the ticket's page. Who has it may change the booking, so it goes to nobody but who booked."""
    return reverse("programme:ticket", args=[code, seal(code)])


def seal(code: str) -> str:
    """What of the link proves that it was given out by this site."""
    return _sealed(settings.SECRET_KEY, code)


def is_sealed(code: str, given: str) -> bool:
    """Whether the seal is that of the code, under the present secret or one of before."""
    return any(
        hmac.compare_digest(given.encode(), _sealed(secret, code).encode())
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


@dataclass(frozen=True, slots=True)
class _Key:
    private: Ed25519PrivateKey
    public: bytes
    id: bytes


def _keys() -> list[_Key]:
    return [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@lru_cache(maxsize=8)
def _key(secret: str) -> _Key:
    private = Ed25519PrivateKey.from_private_bytes(_derived(secret, b"booking.ticket"))
    public = private.public_key().public_bytes_raw()
    return _Key(private, public, sha256(public).digest()[:KEY_ID])


def _sealed(secret: str, code: str) -> str:
    raw = hmac.digest(_derived(secret, b"booking.link"), code.encode(), "sha256")[:SEAL]
    return urlsafe_b64encode(raw).decode().rstrip("=")


@lru_cache(maxsize=16)
def _derived(secret: str, purpose: bytes) -> bytes:
    return blake2b(secret.encode(), digest_size=32, person=purpose).digest()


def _number(code: str) -> int:
    number = 0
    for letter in code:
        number = number * len(READABLE) + READABLE.index(letter)
    return number


def _letters(number: int) -> str:
    letters = []
    for _place in range(CODE_LENGTH):
        number, rest = divmod(number, len(READABLE))
        letters.append(READABLE[rest])
    return "".join(reversed(letters))
