"""What is asked of admission, and what it answers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kepuyue.bookings.models import Channel
from kepuyue.bookings.parties import ALONE, Party


class Outcome(StrEnum):
    """How a request ended. The first three left a booking, all others left nothing behind."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    ENTERED = "entered"
    ALREADY_BOOKED = "already-booked"
    SOLD_OUT = "sold-out"
    NOT_OPEN = "not-open"
    CLOSED = "closed"
    TOO_MANY_SEATS = "too-many-seats"
    DAY_IS_FULL = "day-is-full"
    BLOCKED = "blocked"
    KEY_USED = "key-used"
    NOT_BOOKABLE = "not-bookable"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for seats, ready to be written: what leads to a person is encrypted or a digest already."""

    session: int
    person: str
    "Keyed digest of the phone number"
    key: str
    "Digest of the Idempotency-Key; the same key gets the same answer"
    content: str
    "Digest of all that was asked with the key"
    name: str
    phone: str
    "Both encrypted (`core.ciphers`)"
    arrived_at: datetime
    "UTC; when it came to the queue: what opening and closing are held against"
    seats: int = 1
    channel: str = Channel.ONLINE
    by: int | None = None
    "The person who books for somebody else"
    organization: int | None = None
    "The unit that they do it for"
    party: Party = ALONE
    "Who comes along"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered; with a booking its code, on the waiting list also the number there."""

    outcome: Outcome
    code: str = ""
    position: int | None = None
    opens_at: datetime | None = None
    "With NOT_OPEN: when booking begins (UTC)"
    limit: int | None = None
    "With TOO_MANY_SEATS and DAY_IS_FULL: how many there may be"
    until: datetime | None = None
    "With BLOCKED: when the number may book online again (UTC)"
    as_of: float = field(default=0.0, compare=False)
    "With SOLD_OUT: when the counters of the session were read, by the process's own clock (`time.monotonic`)"

    @property
    def is_booked(self) -> bool:
        """Whether a booking stands behind it."""
        return self.outcome in (Outcome.CONFIRMED, Outcome.WAITLISTED, Outcome.ENTERED)
