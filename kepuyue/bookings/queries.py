"""What is read across bookings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When

from kepuyue.activities.models import Session, State
from kepuyue.bookings import phones
from kepuyue.bookings.models import CODE_LENGTH, Block, Booking, BookingTerms, Channel, CheckIn, Quota
from kepuyue.core import audit, ciphers
from kepuyue.core.codes import READABLE
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from kepuyue.organizations.permissions import reach

if TYPE_CHECKING:
    from kepuyue.editions.models import Edition
    from kepuyue.organizations.permissions import Person

CODE = re.compile(rf"[{READABLE}]{{{CODE_LENGTH}}}")
# On one page; the rest comes up as these are decided or end
MOST_BLOCKS = 200
# What is written when somebody looks at personal data of a session
LOOKS = ("booking.list", "booking.export", "booking.carry", "booking.find")


def booked_out(**of: Any) -> QuerySet[Quota]:
    """The online quotas of which nothing can be had, as `offers.Offer.to_have` says it; `of` narrows them."""
    none_left = Q(waiting__gt=0) | Q(taken__gte=F("capacity"))
    return Quota.objects.filter(none_left, channel=Channel.ONLINE, **of)


def found_in(session: Session, word: str) -> tuple[QuerySet[Booking], str]:
    """(bookings of the session, how the word was understood): as a code, a whole number, its last four digits; a word
    that is none of these finds nothing ("none"), an empty one everything ("").

    A whole number is found by its keyed digest. Four digits are compared with numbers opened one by one: a digest of
    so few would be no secret.
    """
    rows = Booking.objects.filter(session=session)
    text = re.sub(r"[\s\-]", "", word).upper()
    if not text:
        return rows, ""
    if CODE.fullmatch(text):
        return rows.filter(code=text), "code"
    if number := phones.as_kept(text):
        return rows.filter(person=ciphers.digest(number, "booking.person")), "phone"
    if re.fullmatch(r"\d{4}", text):
        sealed = rows.exclude(phone="").values_list("pk", "phone")
        return rows.filter(
            pk__in=[pk for pk, one in sealed if ciphers.decrypted(one).endswith(text)]
        ), "last four"
    return rows.none(), "none"


def standing_of(session: Session) -> list[Quota]:
    """What each channel of the session has given out, in the order of the channels."""
    order = {channel: place for place, channel in enumerate(Channel.values)}
    return sorted(Quota.objects.filter(terms__session=session), key=lambda one: order[one.channel])


def by_state(session: Session) -> list[tuple[str, str, int, int]]:
    """(state, what it is called, bookings, seats), those that there are."""
    rows = Booking.objects.filter(session=session).values_list("state").order_by("state")
    counts = {state: (bookings, seats) for state, bookings, seats in rows.annotate(Count("pk"), Sum("seats"))}
    return [(code, str(label), *counts[code]) for code, label in Booking.State.choices if code in counts]


@dataclass(frozen=True)
class Attendance:
    """How many people came to a session, by how it is known. `checked_in` and `walk_in` stand side by side and are
    never added up: one was scanned, one was counted by hand."""

    booked: int
    "People on confirmed bookings"
    checked_in: int
    "People on tickets that were scanned or typed at a door: the first check-in of each booking"
    walk_in: int
    "People without a booking whom the staff at the doors counted in"
    conflicts: int
    "Tickets' scans that let somebody in a second time; in none of the other figures"
    walk_in_free: int = 0
    "Seats that are left for people without a booking"
    beyond: int = 0
    "Of those counted in, how many found no seat left: phones without a network let them in"

    @property
    def is_known(self) -> bool:
        """Whether anybody was checked in or counted: where nobody was, nothing says that nobody came."""
        return bool(self.checked_in or self.walk_in or self.conflicts)

    @property
    def missing(self) -> int:
        """People who had booked and were not checked in."""
        return max(0, self.booked - self.checked_in)

    @property
    def room(self) -> int:
        """What the drawing of it is wide: everybody who booked, was counted in or still may be."""
        return max(1, self.checked_in + self.missing + self.walk_in + self.walk_in_free)


def attendance(session: Session) -> Attendance:
    """Who came, by method; check-ins that were taken back are in no figure."""
    return attendances([session.pk])[session.pk]


def attendances(sessions: Sequence[int]) -> dict[int, Attendance]:
    """`attendance` of several sessions at once, by their numbers."""
    came: dict[tuple[int, str], tuple[int, int]] = {}
    beyond: dict[int, int] = {}
    rows = CheckIn.objects.filter(session__in=sessions, undone_at=None).order_by().values("session", "result")
    for row in rows.annotate(people=Sum("seats"), scans=Count("pk"), over=Sum("beyond")):
        came[row["session"], row["result"]] = (row["people"], row["scans"])
        beyond[row["session"]] = beyond.get(row["session"], 0) + row["over"]
    confirmed = Booking.objects.filter(session__in=sessions, state=Booking.State.CONFIRMED).order_by()
    booked = dict(confirmed.values_list("session").annotate(Sum("seats")))
    free = {
        quota.terms.session_id: quota.free
        for quota in Quota.objects.filter(
            terms__session__in=sessions, channel=Channel.WALK_IN
        ).select_related("terms")
    }
    result, none = CheckIn.Result, (0, 0)
    return {
        pk: Attendance(
            booked=booked.get(pk, 0),
            checked_in=came.get((pk, result.FIRST), none)[0],
            walk_in=came.get((pk, result.WALK_IN), none)[0],
            conflicts=came.get((pk, result.CONFLICT), none)[1],
            walk_in_free=free.get(pk, 0),
            beyond=beyond.get(pk, 0),
        )
        for pk in sessions
    }


def sessions_with_terms(activity: int) -> QuerySet[BookingTerms]:
    """The terms of an activity's sessions with how many bookings each has, in the order of their time."""
    return (
        BookingTerms.objects.filter(session__activity=activity)
        .select_related("session__venue", "session__activity__edition")
        .prefetch_related("quotas")
        .annotate(bookings=Count("session__bookings"))
        .order_by("session__starts_at", "session")
    )


def blocks(edition: "Edition") -> list[tuple[Block, str]]:
    """(block, masked number) of those that hold in the edition, appeals first, then the latest. A number that no
    booking tells any more is "".
    """
    waiting = Q(appealed_at__isnull=False, decided_at=None)
    rows = list(
        Block.objects.standing()
        .filter(edition=edition)
        .select_related("by", "decided_by")
        .order_by(Case(When(waiting, then=0), default=1), "-pk")[:MOST_BLOCKS]
    )
    persons = {one.person for one in rows}
    booked = Booking.objects.filter(person__in=persons).exclude(phone="").order_by("pk")
    numbers = {one.person: one.masked_phone for one in booked}
    return [(one, numbers.get(one.person, "")) for one in rows]


def looks_at(session: Session) -> QuerySet[AuditEvent]:
    """Who looked at the list of the session or took it along, newest first."""
    return audit.trail(session).filter(action__in=LOOKS)


def open_to_helpers(edition: "Edition", word: str = "") -> QuerySet[BookingTerms]:
    """Sessions to come at which somebody may be booked for, the next first; `word` in the title or the place."""
    moment = now()
    rows = BookingTerms.objects.filter(
        Q(closes_at__isnull=True, session__starts_at__gt=moment) | Q(closes_at__gt=moment),
        session__activity__state=State.PUBLISHED,
        session__activity__edition=edition,
        session__is_cancelled=False,
        session__is_postponed=False,
        is_paused=False,
        quotas__channel=Channel.HELPER,
        quotas__capacity__gt=0,
    ).annotate(free=F("quotas__capacity") - F("quotas__taken"), waiting=F("quotas__waiting"))
    if word:
        title = Q(session__activity__title__icontains=word)
        rows = rows.filter(
            title | Q(session__venue__name__icontains=word) | Q(session__place__icontains=word)
        )
    related = ("session__venue", "session__activity__edition", "session__activity__district")
    return rows.select_related(*related).order_by("session__starts_at", "pk")


def booked_by_units_of(user: "Person") -> QuerySet[Booking]:
    """What was booked for others by the person's own units, newest first."""
    mine = reach(user, "booking.by_proxy", "organization__path")
    return (
        Booking.objects.filter(mine)
        .select_related("session__activity__edition", "organization")
        .order_by("-pk")
    )
