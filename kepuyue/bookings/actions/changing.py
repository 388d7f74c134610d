"""What becomes of a booking: taken up, given back, made smaller or larger. Each holds the lock of its session."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.bookings import parties
from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.deciding import Standing
from kepuyue.bookings.admission.promotion import promote
from kepuyue.bookings.models import HOLDING, Booking, BookingTerms
from kepuyue.core import audit, ciphers
from kepuyue.core.time import now

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = Booking.State


class Refused(Exception):
    """It cannot be done; the text says why and what to do instead."""


def cancel(code: str, *, by: "User | None" = None, reason: str = "") -> Booking:
    """Give a booking back, or leave the waiting list; seats go to those who wait. One that has ended stays as it is."""

    def change(booking: Booking, standing: Standing) -> None:
        if booking.is_active:
            _end(booking, standing, State.CANCELLED, by=by, reason=reason)

    return _changed(code, change)


def accept(code: str) -> Booking:
    """Take the seats that came free. Raises `Refused` where they are kept no longer."""

    def change(booking: Booking, standing: Standing) -> None:
        if booking.state == State.CONFIRMED:
            return
        if booking.state != State.OFFERED or booking.offer_ends_at is None or booking.offer_ends_at <= now():
            raise Refused(_("名额没有为您保留，或者已经过了确认时限。可以重新排候补。"))
        if standing.is_stopped:
            raise Refused(_("这一场已经取消或暂停预约，现在不能确认。请看活动页上的说明。"))
        booking.state, booking.offer_ends_at = State.CONFIRMED, None
        booking.save(update_fields=["state", "offer_ends_at"])
        _record("booking.accept", booking, {"state": [State.OFFERED, State.CONFIRMED]}, by=None)

    return _changed(code, change)


def resize(code: str, seats: int, *, by: "User | None" = None) -> Booking:
    """Come with fewer or more. Fewer gives seats back; more is had where they are free and nobody waits for them.

    Raises `Refused`.
    """

    def change(booking: Booking, standing: Standing) -> None:
        more = seats - booking.seats
        if not booking.is_active:
            raise Refused(_("这个预约已经取消或过期，不能再改人数。"))
        most = standing.group_most if booking.is_class else standing.most_seats
        if not 1 <= seats <= most:
            raise Refused(_("人数要在1到%(most)s之间。") % {"most": most})
        if booking.children >= seats:
            raise Refused(_("14岁以下的孩子要有大人陪同：这个预约里有%(children)s个孩子，总人数要更多。")
                          % {"children": booking.children})  # fmt: skip
        if booking.is_class and (short := _adults_short(booking, seats)):
            raise Refused(short)
        if more > 0 and not standing.is_open(now()):
            raise Refused(_("这一场已经停约、取消或暂停，只能减少人数。"))
        if more > 0 and booking.state == State.WAITLISTED:
            raise Refused(_("候补中只能减少人数。要增加，请先取消再重新排。"))
        if more > 0 and (standing.waiting[booking.channel] or standing.free[booking.channel] < more):
            raise Refused(_("没有更多名额了，原来的预约没有变。"))
        if not more:
            return
        before, booking.seats = booking.seats, seats
        booking.save(update_fields=["seats"])
        if booking.state in HOLDING:
            standing.free[booking.channel] -= more
            ledger.count_up([(standing.terms, booking.channel, more, 0)])
        _record("booking.resize", booking, {"seats": [before, seats]}, by=by)

    return _changed(code, change)


def name_them(code: str, names: str, *, by: "User | None" = None) -> Booking:
    """Say who is in a class, a name a line; "" takes the names out again. Raises `Refused`."""

    def change(booking: Booking, standing: Standing) -> None:
        if not booking.is_active or not booking.is_class:
            raise Refused(_("这个预约已经取消或过期，不能再填名单。"))
        lines = [line.strip() for line in names.splitlines() if line.strip()]
        if len(lines) > booking.seats:
            raise Refused(
                _("名单有%(names)s人，比预约的%(seats)s人多，请核对后再存。")
                % {"names": len(lines), "seats": booking.seats}
            )
        before = len(booking.plain_roster.splitlines())
        booking.roster = ciphers.encrypted("\n".join(lines)) if lines else ""
        booking.save(update_fields=["roster"])
        _record("booking.name", booking, {"names": [before, len(lines)]}, by=by)

    return _changed(code, change)


def expire_offers() -> int:
    """End the offers that nobody took up in time, and offer their seats to the next; how many. Run by a schedule."""
    codes = Booking.objects.filter(state=State.OFFERED, offer_ends_at__lte=now()).values_list(
        "code", flat=True
    )

    def change(booking: Booking, standing: Standing) -> None:
        if booking.state == State.OFFERED and booking.offer_ends_at and booking.offer_ends_at <= now():
            _end(booking, standing, State.EXPIRED, by=None, reason="")

    return sum(_changed(code, change).state == State.EXPIRED for code in list(codes))


def _adults_short(booking: Booking, seats: int) -> str:
    ratio = booking.session.activity.edition.rules.booking.pupils_to_adult
    return parties.adults_needed(seats, booking.adults, ratio=ratio)


@transaction.atomic
def _changed(code: str, change: Callable[[Booking, Standing], None]) -> Booking:
    """The booking changed under the lock of its session; what it leaves free is given on in the same transaction."""
    session = Booking.objects.values_list("session_id", flat=True).get(code=code)
    standing = ledger.standings([session])[session]
    booking = Booking.objects.get(code=code)
    change(booking, standing)
    minutes = BookingTerms.objects.values_list("accept_minutes", flat=True).get(session=session)
    promote(standing, accept_minutes=minutes)
    return booking


def _end(booking: Booking, standing: Standing, state: str, *, by: "User | None", reason: str) -> None:
    before = booking.state
    booking.state, booking.nth, booking.offer_ends_at = State(state), None, None
    booking.ended_at, booking.end_reason = now(), reason[:200]
    booking.save(update_fields=["state", "nth", "offer_ends_at", "ended_at", "end_reason"])
    if before in HOLDING:
        standing.free[booking.channel] += booking.seats
        ledger.count_up([(standing.terms, booking.channel, -booking.seats, 0)])
    else:
        standing.waiting[booking.channel] -= 1
        ledger.count_up([(standing.terms, booking.channel, 0, -1)])
    verb = "booking.cancel" if state == State.CANCELLED else "booking.expire"
    _record(verb, booking, {"state": [before, state]}, by=by, reason=reason)


def _record(
    action: str, booking: Booking, changes: dict[str, list[object]], *, by: "User | None", reason: str = ""
) -> None:
    audit.record(action, booking, by=by, changes=changes, reason=reason, is_quiet=True)
