"""What a phone or computer has to do before it gets a place in a queue: nothing, a little arithmetic, or what an
adapter of the city's own asks (a captcha service, for one).

Off unless the operator sets `BOOKING_CHALLENGE`. Arithmetic (ALTCHA, by the `altcha` package) costs a visitor about a
second of their device and whoever wants a thousand places a thousand of them; nobody is asked to read blurred letters,
which many older and blind people cannot. It is asked before anything else is done for the request, and never of
bookings by telephone or at a counter.
"""

import time
from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import Any, Protocol

from altcha import Payload, create_challenge, verify_solution
from django.conf import settings
from django.utils.module_loading import import_string

from kepuyue.core import ciphers

MOST_BYTES = 2_000


class Challenge(Protocol):
    """An adapter. Both are called for each request in the event loop: they answer at once and ask nobody."""

    def offer(self, session: int) -> dict[str, Any]:
        """What the page is told, so that it can be done; `kind` names who does it there."""

    def is_met(self, session: int, answer: str) -> bool:
        """Whether it was done for this session, and this answer was never accepted before."""


class ProofOfWork:
    """Arithmetic: the device tries keys until one begins with a zero byte, 256 on average."""

    ALGORITHM = "PBKDF2/SHA-256"
    LASTS = 1_200  # seconds; who solves it early waits with it for the opening
    MOST_SPENT = 200_000

    def __init__(self) -> None:
        self._secret = ciphers.digest("challenge", "booking.challenge")
        self._spent: OrderedDict[str, float] = OrderedDict()
        self._spending = Lock()

    def offer(self, session: int) -> dict[str, Any]:
        """A challenge of its own, signed; nothing is kept of it."""
        made = create_challenge(
            self.ALGORITHM, settings.BOOKING_CHALLENGE_COST, expires_at=int(time.time()) + self.LASTS,
            data={"session": session}, hmac_secret=self._secret,
        )  # fmt: skip
        return {"kind": "proof-of-work", **made.to_dict()}

    def is_met(self, session: int, answer: str) -> bool:
        """By one more derivation. A solution is good once in each process that remembers it."""
        if len(answer) > MOST_BYTES:
            return False
        try:
            payload = Payload.from_base64(answer)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        parameters = payload.challenge.parameters
        # What it costs to look at is ours to say: nothing is derived that was not asked for
        if parameters.data != {"session": session} or parameters.cost != settings.BOOKING_CHALLENGE_COST:
            return False
        return bool(verify_solution(payload, self._secret).verified) and self._is_first(parameters.nonce)

    def _is_first(self, nonce: str) -> bool:
        moment = time.monotonic()
        with self._spending:
            if nonce in self._spent:
                return False
            self._spent[nonce] = moment + self.LASTS
            while self._spent and (
                len(self._spent) > self.MOST_SPENT or next(iter(self._spent.values())) < moment
            ):
                self._spent.popitem(last=False)
        return True


KINDS = {"proof-of-work": f"{__name__}.ProofOfWork"}


@lru_cache(maxsize=2)
def adapter(name: str) -> Challenge | None:
    """The adapter of a setting: "" for none, a name of ours, or a class by its dotted path."""
    made: Challenge | None = import_string(KINDS.get(name, name))() if name else None
    return made


def demanded(session: int, answer: str) -> dict[str, Any] | None:
    """What has to be done before the session's queue can be joined; None where nothing has, or it was done."""
    found = adapter(settings.BOOKING_CHALLENGE)
    if found is None or (answer and found.is_met(session, answer)):
        return None
    return found.offer(session)
