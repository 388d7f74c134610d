"""What the staff at the doors of a session are told: which sessions are theirs, who is expected, who is in already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db.models import Count, Max, QuerySet, Sum

from kepuyue.activities.models import PUBLIC_STATES, Session
from kepuyue.bookings.models import Booking, BookingTerms, CheckIn
from kepuyue.core.time import now
from kepuyue.organizations.permissions import reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

# Doors are prepared some days before, and late batches are looked at some days after
BEFORE, AFTER = timedelta(days=14), timedelta(days=7)
MOST_SESSIONS = 200
# What a phone carries along is erased so long after the session's end
KEPT_AFTER = timedelta(hours=12)
LONGEST = timedelta(hours=24)  # of a session without a stated end
RECENT = 8
MOST_CONFLICTS = 200


def doors(user: "Person") -> QuerySet[BookingTerms]:
    """The sessions, by their terms, at whose doors the person may stand these days, in the order of their time."""
    moment = now()
    return (
        BookingTerms.objects.filter(reach(user, "session.check_in", "session__activity__organization__path"))
        .filter(
            session__activity__state__in=PUBLIC_STATES, session__is_cancelled=False, session__is_postponed=False,
            session__starts_at__range=(moment - AFTER, moment + BEFORE),
        )
        .select_related("session__venue", "session__activity__edition", "session__activity__organization")
        .order_by("session__starts_at", "session")[:MOST_SESSIONS]
    )  # fmt: skip


def session_of(user: "Person", pk: int) -> Session | None:
    """A session at whose doors the person may stand; None for any other. Fetching is checking."""
    theirs = reach(user, "session.check_in", "activity__organization__path")
    return (
        Session.objects.filter(theirs, pk=pk, booking_terms__isnull=False)
        .select_related("venue", "activity__organization", "activity__edition", "booking_terms")
        .first()
    )


def check_in_of(user: "Person", pk: int) -> CheckIn | None:
    """A check-in at a session of theirs."""
    theirs = reach(user, "session.check_in", "session__activity__organization__path")
    return CheckIn.objects.filter(theirs, pk=pk).select_related("session__activity__organization").first()


def kept_until(session: Session) -> datetime:
    """When a phone erases what it carries of the session."""
    return (session.ends_at or session.starts_at + LONGEST) + KEPT_AFTER


@dataclass(frozen=True, slots=True)
class Expected:
    """One booking as the door sees it; of one that lets nobody in, no person is told."""

    code: str
    seats: int
    state: str
    name: str
    "Its first character"
    tail: str
    "The last two digits of the number, by which two of one name are told apart"
    children: int
    school: str
    first: CheckIn | None

    @property
    def key(self) -> str:
        """For one check-in by a form: a page that is sent twice checks in once."""
        return str(uuid4())


def expected(session: Session) -> list[Expected]:
    """Every booking of the session, in the order of the codes."""
    firsts = standing(CheckIn.objects.filter(session=session))
    rows = Booking.objects.filter(session=session).order_by("code")
    return [as_expected(row, firsts.get(row.pk)) for row in rows]


def as_expected(row: Booking, first: CheckIn | None) -> Expected:
    """The booking with as little of the person as finds it."""
    comes = row.state == Booking.State.CONFIRMED
    return Expected(
        code=row.code, seats=row.seats, state=row.state, first=first,
        name=row.masked_name if comes else "", tail=row.plain_phone[-2:] if comes else "",
        children=row.children if comes else 0, school=row.school if comes else "",
    )  # fmt: skip


def standing(rows: QuerySet[CheckIn]) -> dict[int, CheckIn]:
    """By booking the scan that counts, of these."""
    firsts = rows.filter(result=CheckIn.Result.FIRST, undone_at=None, booking__isnull=False)
    return {row.booking_id: row for row in firsts if row.booking_id}


def news(session: Session, since: datetime) -> list[tuple[str, CheckIn | None]]:
    """(code, the scan that counts) of the bookings that were scanned, or whose scan was taken back, after `since`."""
    rows = CheckIn.objects.filter(session=session, booking__isnull=False)
    moved = rows.filter(received_at__gte=since) | rows.filter(undone_at__gte=since)
    codes = dict(moved.order_by().values_list("booking", "booking__code"))
    firsts = standing(CheckIn.objects.filter(booking__in=codes))
    return [(code, firsts.get(booking)) for booking, code in codes.items()]


def mark(session: Session) -> str:
    """Says another thing once a booking of the session was made, given back or changed, or its time was moved: a phone
    then asks for the list again. Two changes of seats that cancel each other out are not noticed; what counts is
    decided here anyway.
    """
    rows = Booking.objects.filter(session=session).order_by("state").values_list("state")
    parts = rows.annotate(Count("pk"), Sum("seats"), Max("pk"))
    counts = "~".join(".".join(str(value) for value in part) for part in parts)
    return f"{counts}@{kept_until(session):%Y%m%d%H%M}"


def recent(session: Session, user: "Person") -> list[CheckIn]:
    """The last check-ins by which this person let somebody in, newest first: what may have to be taken back."""
    rows = CheckIn.objects.filter(session=session, by_id=user.pk, undone_at=None).select_related("booking")
    rows = rows.exclude(result=CheckIn.Result.AGAIN)
    return list(rows.order_by("-pk")[:RECENT])


def conflicts(sessions: Sequence[int]) -> dict[int, list[tuple[CheckIn, CheckIn | None]]]:
    """By session (scan that let a ticket in once more, the one that counts), in the order in which they were sent."""
    rows = list(
        CheckIn.objects.filter(session__in=sessions, result=CheckIn.Result.CONFLICT, undone_at=None)
        .select_related("booking", "by")
        .order_by("pk")[:MOST_CONFLICTS]
    )
    firsts = standing(
        CheckIn.objects.filter(booking__in={row.booking_id for row in rows}).select_related("by")
    )
    found: dict[int, list[tuple[CheckIn, CheckIn | None]]] = {}
    for row in rows:
        found.setdefault(row.session_id, []).append((row, firsts.get(row.booking_id or 0)))
    return found
