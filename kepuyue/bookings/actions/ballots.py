"""Drawing lots for a session's seats: a seed that is fixed before, a draw that anyone can do again (`drawing`)."""

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.bookings import drawing, telling
from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.deciding import Standing
from kepuyue.bookings.drawing import Draw, Entry, Result
from kepuyue.bookings.models import Ballot, Booking, BookingTerms
from kepuyue.core import audit, ciphers
from kepuyue.core.time import now
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = Booking.State
BATCH = 300


def commit(terms: BookingTerms, *, public_source: str) -> Ballot:
    """Choose the seed of a session's draw and publish its digest; one that is chosen stays. The source of the public
    value may be named anew until somebody has entered. Called inside the transaction of the terms.
    """
    seed = secrets.token_hex(32)
    ballot, is_new = Ballot.objects.get_or_create(
        terms=terms,
        defaults={
            "seed": ciphers.encrypted(seed), "commitment": drawing.commitment_of(seed), "public_source": public_source,
        },
    )  # fmt: skip
    if not is_new and ballot.public_source != public_source:
        if Booking.objects.filter(session=terms.session_id).exists():
            raise ValidationError({"public_source": _("已经有人报名，不能再换公开数值。")})
        ballot.public_source = public_source
        ballot.save(update_fields=["public_source"])
    return ballot


def why_not_now(ballot: Ballot, standing: Standing) -> str:
    """Why it cannot be drawn now; "" where it can. The caller holds the lock."""
    if ballot.drawn_at is not None:
        return _("已经抽过签，结果不能改。")
    if ballot.terms.draws_at is None or now() < max(ballot.terms.draws_at, standing.closes_at):
        return _("还没有到抽签时间。")
    if standing.is_stopped:
        return _("这一场已经取消、改期、暂停预约或没有发布，不能抽签。")
    return ""


@transaction.atomic
def draw(ballot: Ballot, *, by: "User | None", public_value: str = "") -> Ballot:
    """Hold the draw: seats, waiting list and record in one transaction. `by` None: the schedule, which draws only where
    no public value is to be stated. Raises `ValidationError`, PermissionDenied.
    """
    session = ballot.terms.session
    if by is not None:
        check(by, "booking.manage", session.activity.organization)
    standing = ledger.standings([session.pk])[session.pk]
    ballot = Ballot.objects.select_for_update(of=("self",)).select_related("terms").get(pk=ballot.pk)
    if why := why_not_now(ballot, standing):
        raise ValidationError(why)
    value = public_value.strip()
    if ballot.public_source and not value:
        raise ValidationError({"public_value": _("请填写“%(source)s”。") % {"source": ballot.public_source}})
    bookings = {
        one.position or 0: one for one in Booking.objects.filter(session=session, state=State.ENTERED)
    }
    entries = [
        Entry(number, ciphers.digest(one.code, "booking.draw"), one.seats, one.channel)
        for number, one in sorted(bookings.items())
    ]
    seed, seats = ballot.plain_seed, dict(standing.free)
    most = ballot.terms.waitlist_most
    result = drawing.drawn(entries, seed=seed, public_value=value, seats=seats, waitlist_most=most)
    _give(standing, bookings, result)
    about = {
        "activity": session.activity.title, "code": session.activity.code,
        "starts_at": session.starts_at.isoformat(), "closed_at": standing.closes_at.isoformat(),
    }  # fmt: skip
    ballot.record = drawing.written(
        Draw(ballot.commitment, seed, ballot.public_source, value, seats, most, entries, result, about)
    )
    ballot.public_value, ballot.drawn_at = value, now()
    ballot.save(update_fields=["record", "public_value", "drawn_at"])
    counts = {"entries": len(entries), "drawn": len(result.drawn), "waiting": len(result.waiting)}
    audit.record(
        "ballot.draw", session, by=by, changes={name: ["", count] for name, count in counts.items()},
        organization_path=session.activity.organization.path,
    )  # fmt: skip
    return ballot


def draw_due() -> int:
    """Hold the draws whose time has come and that wait for no public value; how many. Run by a schedule."""
    due = Ballot.objects.filter(drawn_at__isnull=True, terms__draws_at__lte=now(), public_source="")
    count = 0
    for ballot in due.select_related("terms__session__activity__organization"):
        with transaction.atomic():
            standing = ledger.standings([ballot.terms.session_id])[ballot.terms.session_id]
            if not why_not_now(Ballot.objects.select_related("terms").get(pk=ballot.pk), standing):
                draw(ballot, by=None)
                count += 1
    return count


def tell_drawn() -> int:
    """Tell those who entered how it ended, after the draw and batch by batch, so that nobody waits for a lock; how
    many. Run by a schedule; a message that was posted is not posted again.
    """
    count = 0
    for ballot in Ballot.objects.filter(drawn_at__isnull=False, told_at__isnull=True).select_related("terms"):
        rows = Booking.objects.filter(session=ballot.terms.session_id, state__in=telling.DRAWN).order_by("pk")
        for keys in batched(list(rows.values_list("pk", flat=True))):
            with transaction.atomic():
                for one in rows.filter(pk__in=keys).select_related(
                    "session__activity__edition", "session__venue"
                ):
                    telling.drawn(one)
                    count += 1
        Ballot.objects.filter(pk=ballot.pk).update(told_at=now())
    return count


def batched(keys: list[int]) -> Iterator[list[int]]:
    """The keys in portions that a statement or a short transaction takes."""
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _give(standing: Standing, bookings: dict[int, Booking], result: Result) -> None:
    moment = now()
    changes: dict[str, list[int]] = {channel: [0, 0] for channel in standing.free}
    for number in result.drawn:
        one = bookings[number]
        one.state = State.CONFIRMED
        changes[one.channel][0] += one.seats
        changes[one.channel][1] -= 1
    for place, number in enumerate(result.waiting, start=standing.last_position + 1):
        bookings[number].state, bookings[number].position = State.WAITLISTED, place
    for number in result.not_drawn:
        one = bookings[number]
        one.state = State.NOT_DRAWN
        changes[one.channel][1] -= 1
    for keys in batched([bookings[number].pk for number in result.drawn]):
        Booking.objects.filter(pk__in=keys).update(state=State.CONFIRMED)
    for keys in batched([bookings[number].pk for number in result.not_drawn]):
        Booking.objects.filter(pk__in=keys).update(state=State.NOT_DRAWN, nth=None, ended_at=moment)
    waiting = [bookings[number] for number in result.waiting]
    Booking.objects.bulk_update(waiting, ["state", "position"], batch_size=BATCH)
    ledger.count_up(
        (standing.terms, channel, seats, parties) for channel, (seats, parties) in changes.items()
    )
    BookingTerms.objects.filter(pk=standing.terms).update(
        last_position=standing.last_position + len(result.waiting)
    )
    audit.record_many(
        audit.Entry(
            action="booking.draw", subject_type="booking", subject_id=str(one.pk), subject_name=one.code,
            actor_name=audit.SYSTEM_NAME, changes={"state": [State.ENTERED, one.state]},
        )
        for one in bookings.values()
    )  # fmt: skip
