"""The one-minute form after a session: its questions, its address at the door, and what came of it.

`results` is what summary and evaluation read. Few answers are shown as few: under `FEWEST` there is no average, and the
number of answers always stands beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from kepuyue.activities.models import Session
from kepuyue.bookings.models import HOLDING, Booking
from kepuyue.bookings.models.feedback import Feedback
from kepuyue.core import ciphers, wording
from kepuyue.editions.models import Edition

SCALE = (1, 2, 3, 4, 5)
# Fewer answers say too little for an average
FEWEST = 5
SEAL = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the edition, answered on `SCALE`."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """What was answered to one question."""

    question: Question
    counts: tuple[int, ...]
    "How often each of `SCALE` was given"

    @property
    def answers(self) -> int:
        """How many answered it."""
        return sum(self.counts)

    @property
    def average(self) -> float | None:
        """None under `FEWEST` answers."""
        if self.answers < FEWEST:
            return None
        return sum(mark * count for mark, count in zip(SCALE, self.counts, strict=True)) / self.answers


@dataclass(frozen=True, slots=True)
class Results:
    """What visitors of some sessions answered."""

    answers: int
    "Devices that answered; not people, and whoever wants to can answer from two"
    booked: int
    "Seats that were held, to see how few of them answered; 0 where nobody booked here"
    lines: tuple[Line, ...]

    @property
    def is_few(self) -> bool:
        """Whether so few answered that nothing follows from it."""
        return self.answers < FEWEST


def questions(edition: Edition) -> list[Question]:
    """The edition's questions in the reader's language; a line holds the Chinese, a bar and the English."""
    found = []
    for number, line in enumerate(edition.rules.feedback.lines, start=1):
        chinese, _bar, english = line.partition("|")
        text = english.strip() if wording.is_english() and english.strip() else chinese.strip()
        found.append(Question(number, text))
    return found


def results(sessions: Iterable[int], edition: Edition) -> Results:
    """What was answered at these sessions (their keys), all together. Two queries."""
    keys = list(sessions)
    given = list(Feedback.objects.filter(session__in=keys).values_list("answers", flat=True))
    held = Booking.objects.filter(session__in=keys, state__in=HOLDING).values_list("seats", flat=True)
    lines = []
    for question in questions(edition):
        marks = [one.get(str(question.number)) for one in given]
        lines.append(Line(question, tuple(marks.count(mark) for mark in SCALE)))
    return Results(len(given), sum(held), tuple(lines))


def address(session: int) -> str:
    """The path of the form of a session; nobody guesses that of another."""
    return reverse("bookings:feedback", args=[session, seal(session)])


def seal(session: int) -> str:
    """What of the address shows that it hung at the door."""
    return ciphers.digest(str(session), "feedback.address")[:SEAL]


def device(mark: str, session: int) -> str:
    """The mark of a browser as it is kept for one session."""
    return ciphers.digest(f"{mark} {session}", "feedback.device")


def hours(session: Session, edition: Edition) -> tuple[datetime, datetime]:
    """From the beginning of the session until some days after its end."""
    ends_at = session.ends_at or session.starts_at
    return session.starts_at, ends_at + timedelta(days=edition.rules.feedback.open_days)
