"""Booking follows its session: to another time, another day, a smaller room. In the transaction of that change."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from kepuyue.activities.models import Activity, Session
from kepuyue.bookings.admission import ledger
from kepuyue.bookings.models import ACTIVE, Booking, BookingTerms, Channel, Quota
from kepuyue.bookings.signals import availability_changed
from kepuyue.core import audit

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
    changes: dict[str, list[object]] = {}
    if by_how_much and terms.closes_at is not None:
        if terms.closes_at + by_how_much > terms.opens_at:
            changes["closes_at"] = [terms.closes_at, terms.closes_at + by_how_much]
            if terms.draws_at is not None:
                changes["draws_at"] = [terms.draws_at, terms.draws_at + by_how_much]
        elif terms.draws_at is None:
            # It would close before it opens: then it closes as the session begins
            changes["closes_at"] = [terms.closes_at, None]
    if changes:
        for name, (_before, after) in changes.items():
            setattr(terms, name, after)
        _keep(terms, changes)
    zone = session.activity.edition.zone
    if (day := session.starts_at.astimezone(zone).date()) != was.astimezone(zone).date():
        _count_for(day, Booking.objects.filter(session=session, state__in=ACTIVE))


def fit(activity: Activity) -> None:
    """Quotas of sessions whose room became smaller give up what nobody holds; what is given out stays given out."""
    rows = BookingTerms.objects.filter(session__activity=activity, session__capacity__isnull=False)
    sessions = {terms.session_id: terms for terms in rows.select_related("session")}
    ledger.standings(sessions)
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


def _keep(terms: BookingTerms, changes: dict[str, list[object]]) -> None:
    terms.version += 1
    terms.save()
    audit.record("terms.change", terms, by=None, changes=changes, version=terms.version,
                 organization_path=terms.session.activity.organization.path)  # fmt: skip


def _count_for(day: date, bookings: Iterable[Booking]) -> None:
    """Nobody loses a booking because the session came to a day on which they have booked: the next number is theirs,
    beyond the cap where it has to be.
    """
    rows = list(bookings)
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
