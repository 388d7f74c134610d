"""Booking follows its session: to another time, another day, a smaller room. In the transaction of that change."""

from collections import defaultdict
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kepuyue.activities.models import Activity, Session
from kepuyue.bookings.admission import ledger
from kepuyue.bookings.models import ACTIVE, Ballot, Booking, BookingTerms, Channel, Quota
from kepuyue.bookings.signals import availability_changed
from kepuyue.core import audit

TRIES = 3
# Whose free seats are given up first where the room becomes smaller
FIRST_TO_SHRINK = (Channel.WALK_IN, Channel.HELPER, Channel.ONLINE)


def follow(session: Session, *, was: datetime) -> None:
    """The session begins at another time than it `was` to: closing and draw move along, and its bookings count for the
    new day. Booking opens as it was
    announced. The caller holds the session's lock.
    """
    terms = BookingTerms.objects.filter(session=session).first()
    if terms is None:
        return
    by_how_much = session.starts_at - was
    # What was drawn stays drawn: nobody enters again after it
    if by_how_much and terms.closes_at is not None and not _is_drawn(terms):
        closes_at: datetime | None = terms.closes_at + by_how_much
        draws_at = terms.draws_at and terms.draws_at + by_how_much
        pauses = terms.is_paused
        if terms.closes_at + by_how_much <= terms.opens_at:
            # It would close before it opens. Then it closes as the session begins; a ballot has no time left for it
            closes_at = None if draws_at is None else terms.closes_at
            draws_at, pauses = terms.draws_at, pauses or draws_at is not None
        changes: dict[str, list[object]] = {}
        for name, after in (("closes_at", closes_at), ("draws_at", draws_at), ("is_paused", pauses)):
            if getattr(terms, name) != after:
                changes[name] = [getattr(terms, name), after]
                setattr(terms, name, after)
        if changes:
            _keep(terms, changes)
    zone = session.activity.edition.zone
    if (day := session.starts_at.astimezone(zone).date()) != was.astimezone(zone).date():
        _count_for(day, Booking.objects.filter(session=session, state__in=ACTIVE))


def fit(activity: Activity) -> None:
    """Quotas of sessions whose room became smaller give up what nobody holds; what is given out stays given out."""
    rows = BookingTerms.objects.filter(session__activity=activity, session__capacity__isnull=False)
    ledger.standings(rows.values_list("session_id", flat=True))
    # Read after the lock: what is given out meanwhile is not written over
    sessions = {terms.session_id: terms for terms in rows.select_related("session")}
    shrunk = []
    for terms in sessions.values():
        assert terms.session.capacity is not None
        quotas = {one.channel: one for one in Quota.objects.filter(terms=terms)}
        excess = sum(one.capacity for one in quotas.values()) - terms.session.capacity
        changes: dict[str, list[object]] = {}
        for channel in FIRST_TO_SHRINK:
            quota = quotas.get(channel)
            if quota is None or excess <= 0 or not (given_up := min(excess, quota.capacity - quota.taken)):
                continue
            changes[f"quota.{channel}"] = [quota.capacity, quota.capacity - given_up]
            quota.capacity -= given_up
            excess -= given_up
            quota.save(update_fields=["capacity"])
        if changes:
            _keep(terms, changes)
            shrunk.append(terms.pk)
    if shrunk:
        availability_changed.send(sender=Quota, terms=shrunk)


def _is_drawn(terms: BookingTerms) -> bool:
    return Ballot.objects.filter(terms=terms, drawn_at__isnull=False).exists()


def _keep(terms: BookingTerms, changes: dict[str, list[object]]) -> None:
    terms.version += 1
    terms.save(update_fields=["closes_at", "draws_at", "is_paused", "version"])
    audit.record("terms.change", terms, by=None, changes=changes, version=terms.version,
                 organization_path=terms.session.activity.organization.path)  # fmt: skip


def _count_for(day: date, bookings: QuerySet[Booking]) -> None:
    """Nobody loses a booking because the session came to a day on which they have booked: the next number is theirs,
    beyond the cap where it has to be.
    """
    for attempt in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                _number(day, list(bookings.all()))
                return
        except IntegrityError:
            # Somebody was given another session of that day meanwhile
            if not attempt:
                raise


def _number(day: date, rows: list[Booking]) -> None:
    given: dict[str, set[int]] = defaultdict(set)
    others = Booking.objects.filter(day=day, person__in={one.person for one in rows}, nth__isnull=False)
    for person, nth in others.exclude(pk__in=[one.pk for one in rows]).values_list("person", "nth"):
        assert nth is not None
        given[person].add(nth)
    for one in rows:
        one.day = day
        one.nth = next(number for number in range(1, 1_000) if number not in given[one.person])
        given[one.person].add(one.nth)
    Booking.objects.bulk_update(rows, ["day", "nth"], batch_size=200)
