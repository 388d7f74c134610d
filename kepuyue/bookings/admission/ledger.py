"""What admission reads and writes, in sets (`core.sets`): the same statements on SQLite and PostgreSQL, a
batch in each.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef

from kepuyue.activities.models import Session
from kepuyue.activities.models import State as ActivityState
from kepuyue.bookings.admission.asked import Asked, Outcome
from kepuyue.bookings.admission.deciding import Grant, Known, Present, Standing
from kepuyue.bookings.models import ACTIVE, Block, Booking, BookingTerms, Channel, Quota
from kepuyue.bookings.signals import availability_changed
from kepuyue.core import audit, sets
from kepuyue.core.time import now

# Columns of the sets that statements read, as PostgreSQL calls their types
ASKED = {"session_id": "bigint", "person": "text", "key": "text", "day": "date"}
COUNTED = {"terms_id": "bigint", "channel": "text", "seats": "integer", "parties": "integer"}
PLACED = {"id": "bigint", "last_position": "integer"}
BOOKED = {
    "session_id": "bigint", "channel": "text", "code": "text", "state": "text", "seats": "integer",
    "position": "integer", "person": "text", "key": "text", "asked": "text", "name": "text", "phone": "text",
    "day": "date", "nth": "integer", "arrived_at": "timestamptz", "created_at": "timestamptz", "end_reason": "text",
    "by_id": "bigint", "organization_id": "bigint", "consent": "text", "children": "integer", "school": "text",
    "adults": "integer", "roster": "text",
}  # fmt: skip
_ACTIVE = ", ".join(f"'{state}'" for state in ACTIVE)


def standings(sessions: Iterable[int]) -> dict[int, Standing]:
    """The sessions as they stand, locked until the transaction ends; always in the same order, so that no two wait for
    each other. A session without terms cannot be booked and is left out.
    """
    rows = (
        BookingTerms.objects.filter(session__in=sorted(set(sessions)))
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list(
            "session_id", "pk", "opens_at", "closes_at", "is_paused", "most_seats", "group_most", "per_day",
            "waitlist_most", "last_position", "draws_at",
        )
    )  # fmt: skip
    locked = {row[0]: row for row in rows}
    read_at = time.monotonic()
    # Read after the lock: on PostgreSQL a statement sees what was committed before it began, and of a join only the
    # locked table as it is now
    blocks = Block.objects.standing().filter(edition=OuterRef("activity__edition"))
    held: Iterable[tuple[Any, ...]] = Session.objects.filter(pk__in=list(locked)).values_list(
        "pk", "starts_at", "is_cancelled", "is_postponed", "activity__state", "activity__edition",
        "activity__edition__time_zone", "activity__organization__path", Exists(blocks),
    )  # fmt: skip
    found = {session: _standing(*locked[session], *facts, read_at=read_at) for session, *facts in held}
    by_terms = {standing.terms: standing for standing in found.values()}
    quotas = Quota.objects.filter(terms__in=list(by_terms))
    for terms, channel, capacity, taken, waiting in quotas.values_list(
        "terms_id", "channel", "capacity", "taken", "waiting"
    ):
        by_terms[terms].free[channel] = capacity - taken
        by_terms[terms].waiting[channel] = waiting
    return found


def _standing(
    session: int, terms: int, opens_at: datetime, closes_at: datetime | None, is_paused: bool, most_seats: int,
    group_most: int, per_day: int, waitlist_most: int, last_position: int, draws_at: datetime | None,
    starts_at: datetime, is_cancelled: bool, is_postponed: bool, state: str, edition: int, zone: str,
    organization_path: str, has_blocks: bool, *, read_at: float,
) -> Standing:  # fmt: skip
    return Standing(
        session=session, edition=edition, terms=terms, day=_day(starts_at, zone),
        opens_at=opens_at, closes_at=closes_at or starts_at, starts_at=starts_at,
        is_stopped=is_paused or is_cancelled or is_postponed or state != ActivityState.PUBLISHED,
        most_seats=most_seats, group_most=group_most, per_day=per_day, waitlist_most=waitlist_most,
        last_position=last_position, is_ballot=draws_at is not None, free={}, waiting={},
        organization_path=organization_path, read_at=read_at, has_blocks=has_blocks,
    )  # fmt: skip


def known(batch: Sequence[Asked], found: dict[int, Standing]) -> Known:
    """What the requests have to do with bookings that are there: by key, by person, by the person's day."""
    answer = Known()
    asked = sets.packed(
        {"session_id": one.session, "person": one.person, "key": one.key, "day": found[one.session].day}
        for one in batch
        if one.session in found
    )
    with connection.cursor() as cursor:
        cursor.execute(_known(connection.vendor), [asked, asked])
        answer.add(
            Present(session, person, key, content, code, position, bool(active))
            for session, person, key, content, code, position, active in cursor.fetchall()
        )
        cursor.execute(_days(connection.vendor), [asked])
        given: dict[tuple[str, date], set[int]] = defaultdict(set)
        for person, day, nth in cursor.fetchall():
            given[person, _as_day(day)].add(nth)
        # Most months nobody is kept out, and a rush over many sessions saves a look-up in each of its batches
        if any(standing.has_blocks for standing in found.values()):
            cursor.execute(_blocks(connection.vendor), [asked, sets.spelled(now())])
            answer.blocks = {
                (edition, person): _as_moment(until) for edition, person, until in cursor.fetchall()
            }
    answer.days.update(given)
    return answer


def write(grants: Sequence[Grant], found: dict[int, Standing]) -> dict[str, int]:
    """Write the bookings and what they take; the codes of those that the constraints let in, with their numbers."""
    moment = now()
    # In one order everywhere: two processes that write for the same two people at other sessions of a day wait for
    # each other's rows at the cap of the day, and never in a circle
    ordered = sorted(grants, key=lambda grant: (grant.asked.person, grant.asked.session))
    rows = sets.packed(_row(grant, found[grant.asked.session], moment) for grant in ordered)
    with connection.cursor() as cursor:
        cursor.execute(_insertion(connection.vendor), [rows])
        written = dict(cursor.fetchall())
        kept = [grant for grant in grants if grant.answer.code in written]
        seats: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
        last: dict[int, int] = {}
        for grant in kept:
            standing = found[grant.asked.session]
            is_waiting = grant.answer.outcome is not Outcome.CONFIRMED
            count = seats[standing.terms, grant.asked.channel]
            count[is_waiting] += 1 if is_waiting else grant.asked.seats
            if is_waiting:
                last[standing.terms] = standing.last_position
        count_up((*place, taken, parties) for place, (taken, parties) in seats.items())
        if last:
            given = sets.packed({"id": terms, "last_position": number} for terms, number in last.items())
            cursor.execute(_numbering(connection.vendor), [given])
    audit.record_many(
        audit.Entry(
            action="booking.create", subject_type="booking", subject_id=str(written[grant.answer.code]),
            subject_name=grant.answer.code, actor_id=grant.asked.by,
            organization_path=found[grant.asked.session].organization_path,
            changes={"state": ["", str(grant.answer.outcome)], "seats": [0, grant.asked.seats]},
        )
        for grant in kept
    )  # fmt: skip
    return written


def count_up(changes: Iterable[tuple[int, str, int, int]]) -> None:
    """Add to the counters of quotas: (terms, channel, seats, parties that wait); the lock is the caller's.

    Where the last seat goes that can be booked online, or one comes back, it is announced.
    """
    added = {(terms, channel): (seats, parties) for terms, channel, seats, parties in changes}
    rows = sets.packed(
        {"terms_id": terms, "channel": channel, "seats": seats, "parties": parties}
        for (terms, channel), (seats, parties) in added.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(_counting(connection.vendor), [rows])
        after = cursor.fetchall()
    turned = []
    for terms, channel, free, waiting in after:
        seats, parties = added[terms, channel]
        was_open, is_open = free + seats > 0 and waiting == parties, free > 0 and not waiting
        if channel == Channel.ONLINE and was_open != is_open:
            turned.append(terms)
    if turned:
        availability_changed.send(sender=Quota, terms=turned)


def booked_since(last: dict[int, int]) -> Iterator[tuple[int, int, str, str]]:
    """Of sessions, each with the newest booking that is known (0: none): session, number, person and key of the newer
    ones. Who is among them must not be told from memory that it is sold out. Bookings of a session are numbered as
    they are written, under its lock.

    Sessions of which nothing is known are read whole; of the others only what is newer than the oldest of the newest,
    which is little in a rush. The numbers stand in the statement, so that the database can tell which way is shorter.
    """
    fresh = [session for session, newest in last.items() if not newest]
    known = {session: newest for session, newest in last.items() if newest}
    for sessions, newest in ((fresh, 0), (list(known), min(known.values(), default=0))):
        if not sessions:
            continue
        rows = Booking.objects.filter(session__in=sessions, pk__gt=newest).order_by()
        for session, number, person, key in rows.values_list("session", "pk", "person", "key").iterator(
            chunk_size=5_000
        ):
            if number > last[session]:
                yield session, number, person, key


def _row(grant: Grant, standing: Standing, moment: datetime) -> dict[str, Any]:
    asked = grant.asked
    return {
        "session_id": asked.session, "channel": asked.channel, "code": grant.answer.code,
        "state": grant.answer.outcome, "seats": asked.seats, "position": grant.answer.position,
        "person": asked.person, "key": asked.key, "asked": asked.content, "name": asked.name, "phone": asked.phone,
        "day": standing.day, "nth": grant.nth, "arrived_at": asked.arrived_at, "created_at": moment, "end_reason": "",
        "by_id": asked.by, "organization_id": asked.organization, "consent": asked.party.consent,
        "children": asked.party.children, "school": asked.party.school, "adults": asked.party.adults, "roster": "",
    }  # fmt: skip


def _as_day(value: date | str) -> date:
    # SQLite gives what a statement of ours selects as it keeps it: as text
    return value if isinstance(value, date) else date.fromisoformat(value)


def _as_moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


# The texts below are put together from names of this module alone
@cache
def _known(vendor: str) -> str:
    columns = "b.session_id, b.person, b.key, b.asked, b.code, b.position"
    joined = (
        f"SELECT {columns}, b.state IN ({_ACTIVE}) FROM {sets.source(ASKED, vendor)} JOIN bookings_booking b"  # noqa: S608
    )
    return (
        f"{joined} ON b.session_id = r.session_id AND b.key = r.key UNION "
        f"{joined} ON b.session_id = r.session_id AND b.person = r.person AND b.state IN ({_ACTIVE})"
    )


@cache
def _days(vendor: str) -> str:
    return (
        f"SELECT b.person, b.day, b.nth FROM {sets.source(ASKED, vendor)} "  # noqa: S608
        "JOIN bookings_booking b ON b.person = r.person AND b.day = r.day AND b.nth IS NOT NULL"
    )


@cache
def _blocks(vendor: str) -> str:
    return (
        f"SELECT b.edition_id, b.person, MAX(b.until) FROM {sets.source(ASKED, vendor)} "  # noqa: S608
        "JOIN bookings_block b ON b.person = r.person WHERE b.lifted_at IS NULL AND b.until > %s "
        "GROUP BY b.edition_id, b.person"
    )


@cache
def _insertion(vendor: str) -> str:
    names = ", ".join(BOOKED)
    # SQLite needs a condition here, or it reads ON CONFLICT as that of a join
    return (
        f"INSERT INTO bookings_booking ({names}) SELECT {names} FROM {sets.source(BOOKED, vendor)} WHERE 1 = 1 "  # noqa: S608
        "ON CONFLICT DO NOTHING RETURNING code, id"
    )


@cache
def _counting(vendor: str) -> str:
    return (
        "UPDATE bookings_quota SET taken = taken + r.seats, waiting = waiting + r.parties "  # noqa: S608
        f"FROM {sets.source(COUNTED, vendor)} WHERE bookings_quota.terms_id = r.terms_id "
        "AND bookings_quota.channel = r.channel "
        "RETURNING bookings_quota.terms_id, bookings_quota.channel, bookings_quota.capacity - bookings_quota.taken, "
        "bookings_quota.waiting"
    )


@cache
def _numbering(vendor: str) -> str:
    return (
        f"UPDATE bookings_bookingterms SET last_position = r.last_position FROM {sets.source(PLACED, vendor)} "  # noqa: S608
        "WHERE bookings_bookingterms.id = r.id"
    )
