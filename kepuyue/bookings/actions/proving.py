"""Showing that a phone number is one's own, by a code sent to it: the way to one's bookings without an account.

What is asked for is answered the same whether the number has bookings or not; a code leaves only where it has.
Guessing is bounded as sign-in is (`accounts.actions.lockout`): a code has six places, five tries and ten minutes, and
neither a number nor a network may ask or guess without end.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from kepuyue.accounts.actions.tries import Bound, Claim, claim, counter, give_back
from kepuyue.bookings import telling
from kepuyue.bookings.models import Booking
from kepuyue.core import ciphers
from kepuyue.core.time import now

if TYPE_CHECKING:
    from kepuyue.accounts.network import Origin

PLACES = 6
LIVES = timedelta(minutes=10)
TRIES = 5
# Codes to one number: five at once, then one in twelve minutes; from one network (a school is one) more
CODES_TO_PHONE = Bound(5, timedelta(minutes=12))
CODES_FROM_NETWORK = Bound(60, timedelta(minutes=1))
# Wrong guesses at the codes of one number, from wherever: ten, then one in five minutes (a code in 3,000 days)
GUESSES_OF_PHONE = Bound(10, timedelta(minutes=5))
GUESSES_FROM_NETWORK = Bound(60, timedelta(seconds=30))


@dataclass
class Sent:
    """A code on its way, as the browser's session keeps it: what leads to a person encrypted or a digest."""

    person: str
    phone: str
    code: str
    until: float
    "Seconds since 1970"
    tries: int = 0

    @classmethod
    def of(cls, kept: Any) -> "Sent | None":
        """From what a session holds; None where it holds none, or one that is over."""
        sent = cls(**kept) if isinstance(kept, dict) else None
        return sent if sent and sent.until > now().timestamp() and sent.tries < TRIES else None


def send_code(phone: str, *, origin: "Origin") -> Sent | Claim:
    """Send a code to a number (as `phones.as_kept` gives it); a refused claim where that was asked for too often."""
    person = ciphers.digest(phone, "booking.person")
    claimed = claim(
        counter(CODES_TO_PHONE, "booking.code.phone", person),
        counter(CODES_FROM_NETWORK, "booking.code.network", origin.network),
    )
    if not claimed.is_granted:
        return claimed
    code = f"{secrets.randbelow(10**PLACES):0{PLACES}}"
    if Booking.objects.filter(person=person).exists():
        telling.code(phone, code)
    return Sent(
        person=person,
        phone=ciphers.encrypted(phone),
        code=_digest(person, code),
        until=(now() + LIVES).timestamp(),
    )


def is_right(sent: Sent, typed: str, *, origin: "Origin") -> bool | Claim:
    """Whether the code is the one that was sent; a refused claim where too many were tried. Counts the try."""
    claimed = claim(
        counter(GUESSES_OF_PHONE, "booking.guess.phone", sent.person),
        counter(GUESSES_FROM_NETWORK, "booking.guess.network", origin.network),
    )
    if not claimed.is_granted:
        return claimed
    sent.tries += 1
    digits = "".join(sign for sign in typed if sign.isdecimal())
    if not compare_digest(_digest(sent.person, digits), sent.code):
        return False
    give_back(claimed)
    return True


def _digest(person: str, code: str) -> str:
    return ciphers.digest(f"{person} {code}", "booking.code")
