"""Checking in: phones at the doors of a session send what they scanned, at once or when the network is back.

The earliest scan of a booking wins, by the clock of the phone that made it. A later one was either seen to be one
("again"), or a phone without a network let somebody in whom another had let in ("conflict"): people have to look at it.
Whoever comes without a booking takes a seat of the walk-in quota, and nobody is let in when it is used up. Whom a phone
without a network let in all the same is counted, since they came, and told apart (`CheckIn.beyond`): the quota holds no
more than its capacity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kepuyue.activities.models import Session
from kepuyue.bookings.actions import blocking
from kepuyue.bookings.actions.changing import Refused
from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.deciding import Standing
from kepuyue.bookings.models import Booking, Channel, CheckIn
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST_SCANS = 500  # in one batch
Result = CheckIn.Result


class Why(StrEnum):
    """Why a scan was refused, for whoever shows it."""

    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    CANCELLED = "cancelled"
    NOT_YET = "not-yet"
    SEATS = "seats"
    FULL = "full"


class NotLetIn(Refused):
    """A scan that lets nobody in, and why."""

    def __init__(self, why: Why, text: str) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True)
class Scan:
    """What a phone did once; `key` is its own for each."""

    key: str
    scanned_at: datetime
    code: str = ""
    "Of a booking; empty: people without one"
    seats: int | None = None
    "How many came in; None: all of the booking, or one without a booking"
    let_in: bool = True
    "Whether the phone showed it as a first scan, since it knew of none before and had no answer of ours in time"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a scan: the row, and the one that came first where it is another; or why there is no row."""

    key: str
    row: CheckIn | None = None
    first: CheckIn | None = None
    refusal: str = ""
    why: Why | None = None


@transaction.atomic
def sync(session: Session, scans: Sequence[Scan], *, device: str, door: str, by: "User") -> list[Answer]:
    """Take in a batch of scans of one phone; the same batch again changes nothing and is answered as things stand now.

    A phone that has a network asks before it shows anything (`let_in` False). Where our answer did not come in time it
    decides itself and sends the scan again, with `let_in`: then another door may have let in too.

    A scan that is refused leaves no row. Raises PermissionDenied, `Refused` where the session has no seats to book
    here, ValueError for more than `MOST_SCANS`.
    """
    check(by, "session.check_in", session.activity.organization)
    if len(scans) > MOST_SCANS:
        raise ValueError(f"at most {MOST_SCANS} scans in a batch")
    standing, received = _locked(session), now()
    refusals: dict[str, Refused] = {}
    kept = {row.key: row for row in _of_phone(session, device, scans)}
    bookings = {one.code: one for one in Booking.objects.filter(code__in={scan.code for scan in scans})}
    for scan in sorted(scans, key=lambda one: one.scanned_at):
        if known := kept.get(scan.key):
            _let_in_after_all(known, scan)
            continue
        try:
            row = CheckIn(
                session=session, device=device, key=scan.key, door=door, by=by, received_at=received,
                scanned_at=min(scan.scanned_at, received),
            )  # fmt: skip
            if scan.code:
                _check_in(row, scan, _expected(scan, bookings.get(scan.code), session))
            else:
                _count_in(row, scan, standing)
        except Refused as refused:
            refusals[scan.key] = refused
            continue
        kept[scan.key] = row
        audit.record(
            "booking.check_in", row, by=by, organization_path=standing.organization_path, is_quiet=True,
            changes=_counted(row),
        )  # fmt: skip
    here = {scan.code for scan in scans if scan.key in kept}
    blocking.recount(session, {one.person for code, one in bookings.items() if code in here})
    return _answers(session, device, scans, refusals)


@transaction.atomic
def undo(row: CheckIn, *, by: "User", reason: str) -> CheckIn:
    """Take a wrong check-in back; the next scan that let the same booking in takes its place. Again changes nothing.

    Raises PermissionDenied, `Refused` without a reason.
    """
    check(by, "session.check_in", row.session.activity.organization)
    if not reason.strip():
        raise Refused(_("请写明撤销签到的原因。"))
    standing = _locked(row.session)
    row = CheckIn.objects.select_related("session", "booking").get(pk=row.pk)
    if row.undone_at:
        return row
    row.undone_at = now()
    row.save(update_fields=["undone_at"])
    if row.result == Result.WALK_IN:
        _give_back(row, standing)
    elif row.result == Result.FIRST:
        _let_next_be_first(row)
    audit.record(
        "booking.undo_check_in", row, by=by, organization_path=standing.organization_path, is_quiet=True,
        changes={"seats": [row.seats, 0]}, reason=reason.strip()[:200],
    )  # fmt: skip
    return row


def _locked(session: Session) -> Standing:
    standing = ledger.standings([session.pk]).get(session.pk)
    if standing is None:
        raise Refused(_("这个场次没有在这里预约，不能签到。"))
    return standing


def _expected(scan: Scan, booking: Booking | None, session: Session) -> Booking:
    if booking is None:
        raise NotLetIn(Why.UNKNOWN, _("没有这个预约号，请核对后再输。"))
    if booking.session_id != session.pk:
        raise NotLetIn(Why.ELSEWHERE, _("这是别的场次的预约，请观众核对入场码上的时间。"))
    if booking.state != Booking.State.CONFIRMED:
        why = Why.NOT_YET if booking.is_active else Why.CANCELLED
        text = _("这个预约现在是“%(state)s”，不能入场。") % {"state": booking.get_state_display()}
        raise NotLetIn(why, text)
    if scan.seats is not None and not 1 <= scan.seats <= booking.seats:
        text = _("到场人数要在1到%(most)s之间。") % {"most": booking.seats}
        raise NotLetIn(Why.SEATS, text)
    return booking


def _check_in(row: CheckIn, scan: Scan, booking: Booking) -> None:
    row.booking, row.seats = booking, scan.seats or booking.seats
    first = CheckIn.objects.filter(booking=booking, result=Result.FIRST, undone_at=None).first()
    if first is None:
        row.result = Result.FIRST
    elif row.scanned_at < first.scanned_at and scan.let_in:
        # It came later because the network was away; what seemed to be first let the same ticket in once more
        first.result = Result.AGAIN if first.device == row.device else Result.CONFLICT
        first.save(update_fields=["result"])
        row.result = Result.FIRST
    else:
        row.result = Result.CONFLICT if scan.let_in and first.device != row.device else Result.AGAIN
    row.save()


def _let_in_after_all(row: CheckIn, scan: Scan) -> None:
    if not scan.let_in or row.result != Result.AGAIN:
        return
    first = CheckIn.objects.filter(booking=row.booking, result=Result.FIRST, undone_at=None).first()
    if first is not None and first.device != row.device:
        row.result = Result.CONFLICT
        row.save(update_fields=["result"])


def _count_in(row: CheckIn, scan: Scan, standing: Standing) -> None:
    free, seats = standing.free.get(Channel.WALK_IN, 0), scan.seats or 1
    if seats < 1 or (seats > free and not scan.let_in):
        text = _("现场名额还有%(free)s个，不能再放%(seats)s人入场。") % {"free": free, "seats": seats}
        raise NotLetIn(Why.FULL, text)
    row.seats, row.result, row.beyond = seats, Result.WALK_IN, max(0, seats - free)
    if seated := seats - row.beyond:
        standing.free[Channel.WALK_IN] = free - seated
        ledger.count_up([(standing.terms, Channel.WALK_IN, seated, 0)])
    row.save()


def _counted(row: CheckIn) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {"result": ["", row.result], "seats": [0, row.seats]}
    return changes | {"beyond": [0, row.beyond]} if row.beyond else changes


def _give_back(row: CheckIn, standing: Standing) -> None:
    """Seats of people who did not come in after all: first to those who were let in beyond the seats."""
    free = row.seats - row.beyond
    others = CheckIn.objects.filter(
        session=row.session_id, result=Result.WALK_IN, undone_at=None, beyond__gt=0
    )
    for other in others.order_by("scanned_at", "pk"):
        seated = min(free, other.beyond)
        other.beyond -= seated
        free -= seated
        other.save(update_fields=["beyond"])
    if free:
        ledger.count_up([(standing.terms, Channel.WALK_IN, -free, 0)])


def _let_next_be_first(row: CheckIn) -> None:
    others = CheckIn.objects.filter(booking=row.booking, result=Result.CONFLICT, undone_at=None)
    if following := others.order_by("scanned_at", "pk").first():
        following.result = Result.FIRST
        following.save(update_fields=["result"])


def _of_phone(session: Session, device: str, scans: Sequence[Scan]) -> QuerySet[CheckIn]:
    return CheckIn.objects.filter(session=session, device=device, key__in=[scan.key for scan in scans])


def _answers(
    session: Session, device: str, scans: Sequence[Scan], refusals: dict[str, Refused]
) -> list[Answer]:
    rows = {row.key: row for row in _of_phone(session, device, scans).select_related("booking", "by")}
    standing = CheckIn.objects.filter(
        booking__in={row.booking_id for row in rows.values()}, result=Result.FIRST, undone_at=None
    )
    firsts = {first.booking_id: first for first in standing.select_related("by")}
    answers = []
    for scan in scans:
        row = rows.get(scan.key)
        first = firsts.get(row.booking_id) if row and row.booking_id else None
        refused = refusals.get(scan.key)
        answers.append(
            Answer(
                scan.key,
                row,
                first if first != row else None,
                str(refused or ""),
                getattr(refused, "why", None),
            )
        )
    return answers
