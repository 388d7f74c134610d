"""Who gets seats. Rules only: no database, no clock of their own; the caller holds the lock of every session in
hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from kepuyue.bookings.admission.asked import Answer, Asked, Outcome
from kepuyue.bookings.models import CODE_LENGTH, Channel
from kepuyue.core.codes import new_code


@dataclass(slots=True)
class Standing:
    """A session as it stands under its lock; deciding counts in it what it gives out."""

    session: int
    edition: int
    terms: int
    day: date
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    is_stopped: bool
    "Paused, cancelled, postponed, or not public"
    most_seats: int
    group_most: int
    "Seats of one class"
    per_day: int
    waitlist_most: int
    last_position: int
    is_ballot: bool
    "Everybody enters, and seats are drawn by lot later"
    free: dict[str, int]
    "Free seats by channel"
    waiting: dict[str, int]
    "Parties on the waiting list by channel"
    organization_path: str = ""
    "Whose activity it is"
    read_at: float = 0.0
    "By the process's own clock (`time.monotonic`): a moment before the counters were read under the lock"
    has_blocks: bool = True
    "Whether anybody is kept from booking online in the edition; where nobody is, nobody is looked up"

    @property
    def promotes_until(self) -> datetime:
        """Until when free seats go to those who wait. A ballot closes before it is drawn: there it goes on until the
        session begins.
        """
        return self.starts_at if self.is_ballot else self.closes_at

    def is_open(self, at: datetime) -> bool:
        """Whether seats are given out at a moment."""
        return not self.is_stopped and self.opens_at <= at < self.closes_at


@dataclass(frozen=True, slots=True)
class Present:
    """A booking that is there already."""

    session: int
    person: str
    key: str
    content: str
    code: str
    position: int | None
    is_active: bool


@dataclass(slots=True)
class Known:
    """What the requests in hand have to do with bookings of before; grows with what is decided."""

    by_key: dict[tuple[int, str], Present] = field(default_factory=dict)
    by_person: dict[tuple[int, str], Present] = field(default_factory=dict)
    days: dict[tuple[str, date], set[int]] = field(default_factory=dict)
    "The numbers of a person's sessions of a day that are given"
    blocks: dict[tuple[int, str], datetime] = field(default_factory=dict)
    "Until when a person may not book online in an edition"

    def add(self, bookings: Iterable[Present]) -> None:
        """Take up bookings of the sessions in hand."""
        for booking in bookings:
            self.by_key[booking.session, booking.key] = booking
            if booking.is_active:
                self.by_person[booking.session, booking.person] = booking


@dataclass(frozen=True, slots=True)
class Grant:
    """A booking to be written."""

    asked: Asked
    answer: Answer
    nth: int


def decide(standing: Standing | None, asked: Asked, known: Known) -> Answer | Grant:
    """The answer, or the booking that it needs; in the order of arrival, each sees what was given before it.

    Who asks again with the same key is told the same again, whatever has changed since. Nobody passes those who wait:
    while the waiting list of the channel holds a party, newcomers join it even where seats are free.
    """
    before = known.by_key.get((asked.session, asked.key))
    if before is not None:
        if before.content != asked.content:
            return Answer(Outcome.KEY_USED)
        return again(before, is_ballot=standing is not None and standing.is_ballot)
    if standing is None:
        return Answer(Outcome.NOT_BOOKABLE)
    if (held := known.by_person.get((asked.session, asked.person))) is not None:
        return Answer(Outcome.ALREADY_BOOKED, held.code)
    if (refusal := _refused(standing, asked)) is not None:
        return refusal
    if asked.channel == Channel.ONLINE and (until := known.blocks.get((standing.edition, asked.person))):
        return Answer(Outcome.BLOCKED, until=until)
    given = known.days.get((asked.person, standing.day), set())
    if len(given) >= standing.per_day:
        return Answer(Outcome.DAY_IS_FULL, limit=standing.per_day)
    nth = next(number for number in range(1, standing.per_day + 1) if number not in given)
    return _given(standing, asked, known, nth)


def again(booking: Present, *, is_ballot: bool = False) -> Answer:
    """What the booking was answered when it was made."""
    if booking.position is None:
        return Answer(Outcome.CONFIRMED, booking.code)
    return Answer(Outcome.ENTERED if is_ballot else Outcome.WAITLISTED, booking.code, booking.position)


def _refused(standing: Standing, asked: Asked) -> Answer | None:
    if standing.is_stopped or asked.arrived_at >= standing.closes_at:
        return Answer(Outcome.CLOSED)
    if asked.arrived_at < standing.opens_at:
        return Answer(Outcome.NOT_OPEN, opens_at=standing.opens_at)
    if asked.channel not in standing.free:
        return Answer(Outcome.NOT_BOOKABLE)
    most = standing.group_most if asked.party.is_class else standing.most_seats
    if asked.seats > most:
        return Answer(Outcome.TOO_MANY_SEATS, limit=most)
    return None


def _given(standing: Standing, asked: Asked, known: Known, nth: int) -> Answer | Grant:
    channel = asked.channel
    if standing.is_ballot:
        standing.waiting[channel] += 1
        standing.last_position += 1
        answer = Answer(Outcome.ENTERED, new_code(CODE_LENGTH), standing.last_position)
    elif standing.free[channel] >= asked.seats and not standing.waiting[channel]:
        standing.free[channel] -= asked.seats
        answer = Answer(Outcome.CONFIRMED, new_code(CODE_LENGTH))
    elif standing.waiting[channel] < standing.waitlist_most:
        standing.waiting[channel] += 1
        standing.last_position += 1
        answer = Answer(Outcome.WAITLISTED, new_code(CODE_LENGTH), standing.last_position)
    else:
        return Answer(Outcome.SOLD_OUT, as_of=standing.read_at)
    known.add(
        [Present(asked.session, asked.person, asked.key, asked.content, answer.code, answer.position, True)]
    )
    known.days.setdefault((asked.person, standing.day), set()).add(nth)
    return Grant(asked, answer, nth)


def take_back(standing: Standing, grant: Grant, known: Known) -> None:
    """Undo in the counts what the database refused. Its number on the waiting list stays unused."""
    asked = grant.asked
    if grant.answer.outcome is Outcome.CONFIRMED:
        standing.free[asked.channel] += asked.seats
    else:
        standing.waiting[asked.channel] -= 1
    del known.by_key[asked.session, asked.key]
    del known.by_person[asked.session, asked.person]
    known.days[asked.person, standing.day].discard(grant.nth)
