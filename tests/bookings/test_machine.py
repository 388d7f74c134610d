"""Any order of booking, cancelling, accepting, expiring, resizing and changing the terms: seats are conserved.

After each act counters equal a recount, nothing is given beyond capacity, the order of the waiting list is kept, and
nobody was promoted twice. `--long` tries longer lives and more of them.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kepuyue.activities.models import Session
from kepuyue.bookings.actions import changing, terms
from kepuyue.bookings.admission import Outcome, take
from kepuyue.bookings.models import HOLDING, Booking, BookingTerms, Quota
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.bookings.given import asks, bookable, counters, recount
from tests.conftest import Clock

pytestmark = pytest.mark.django_db
PERSON = st.integers(min_value=1, max_value=9)
SEATS = st.integers(min_value=1, max_value=3)


class Life(RuleBasedStateMachine):
    """One session from its opening to its end."""

    clock: ClassVar[Clock]

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self.was_called_off = False

    @initialize(seats=st.integers(0, 6), waitlist=st.integers(0, 4), minutes=st.sampled_from([0, 30, 720]))
    def begin(self, seats: int, waitlist: int, minutes: int) -> None:
        self.world = transaction.atomic()
        self.world.__enter__()
        self.clock.set(datetime(2024, 9, 1, 9))
        self.session = bookable(seats, in_days=5, waitlist_most=waitlist, accept_minutes=minutes)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    def codes(self) -> list[str]:
        return list(
            Booking.objects.filter(session=self.session).order_by("pk").values_list("code", flat=True)
        )

    @rule(persons=st.lists(st.tuples(PERSON, SEATS), min_size=1, max_size=6))
    def book(self, persons: list[tuple[int, int]]) -> None:
        self.turn += 1
        batch = [asks(self.session, who, seats=seats, key=f"{who}-{self.turn}") for who, seats in persons]
        free = Quota.objects.get(terms__session=self.session, channel="online").free
        waits = Quota.objects.get(terms__session=self.session, channel="online").waiting

        answers = take(batch)

        fresh = {got.code for got in answers if got.outcome is Outcome.CONFIRMED}
        given = sum(Booking.objects.filter(code__in=fresh).values_list("seats", flat=True))
        assert given <= free and (not waits or given == 0)

    @rule(place=st.integers(0, 30))
    def cancel(self, place: int) -> None:
        if codes := self.codes():
            changing.cancel(codes[place % len(codes)])

    @rule(place=st.integers(0, 30))
    def accept(self, place: int) -> None:
        if codes := self.codes():
            try:
                changing.accept(codes[place % len(codes)])
            except changing.Refused:
                return

    @rule(place=st.integers(0, 30), seats=SEATS)
    def resize(self, place: int, seats: int) -> None:
        if codes := self.codes():
            try:
                changing.resize(codes[place % len(codes)], seats)
            except changing.Refused:
                return

    @rule(hours=st.integers(1, 30))
    def time_goes_on(self, hours: int) -> None:
        self.clock.set(now() + timedelta(hours=hours))
        changing.expire_offers()

    @rule(capacity=st.integers(0, 8))
    def change_capacity(self, capacity: int) -> None:
        kept = BookingTerms.objects.get(session=self.session)
        try:
            with transaction.atomic():
                terms.set_up(self.session, by=None, opens_at=kept.opens_at, quotas={"online": capacity})
        except ValidationError:
            assert capacity < Quota.objects.get(terms__session=self.session, channel="online").taken

    @precondition(lambda self: self.turn > 3)
    @rule(is_cancelled=st.booleans())
    def call_off(self, is_cancelled: bool) -> None:
        Session.objects.filter(pk=self.session.pk).update(is_cancelled=is_cancelled)
        self.was_called_off = True

    @invariant()
    def counters_equal_recounts(self) -> None:
        if hasattr(self, "session"):
            assert counters(self.session) == recount(self.session)

    @invariant()
    def never_more_than_there_are(self) -> None:
        if hasattr(self, "session"):
            for quota in Quota.objects.filter(terms__session=self.session):
                assert (
                    0 <= quota.taken <= quota.capacity
                    and quota.taken == recount(self.session)[quota.channel][0]
                )

    @invariant()
    def one_active_booking_each(self) -> None:
        if hasattr(self, "session"):
            people = Booking.objects.filter(session=self.session, nth__isnull=False).values_list(
                "person", flat=True
            )
            assert len(people) == len(set(people))

    @invariant()
    def nobody_is_promoted_twice_and_the_order_is_kept(self) -> None:
        if not hasattr(self, "session"):
            return
        promotions = list(
            AuditEvent.objects.filter(action="booking.promote")
            .order_by("pk")
            .values_list("subject_name", flat=True)
        )
        assert len(promotions) == len(set(promotions))
        if now() >= self.session.starts_at - timedelta(hours=24):
            return  # parties that find too few seats are passed now
        known = dict(Booking.objects.filter(session=self.session).values_list("code", "position"))
        order = [known[code] for code in promotions if code in known]
        assert order == sorted(order)

    @invariant()
    def seats_are_not_left_empty_while_the_first_who_waits_fits(self) -> None:
        if not hasattr(self, "session"):
            return
        self.session.refresh_from_db()
        if self.session.is_cancelled or now() >= self.session.starts_at:
            return
        first = Booking.objects.filter(session=self.session, state="waitlisted").order_by("position").first()
        quota = Quota.objects.get(terms__session=self.session, channel="online")
        # While it is called off nobody is promoted, and afterwards the next change sets that right
        assert first is None or first.seats > quota.free or self.was_called_off

    @invariant()
    def offers_have_an_end_before_booking_ends(self) -> None:
        if hasattr(self, "session"):
            for row in Booking.objects.filter(session=self.session, state="offered"):
                assert row.offer_ends_at is not None and row.offer_ends_at <= self.session.starts_at
            assert not Booking.objects.filter(state__in=HOLDING, ended_at__isnull=False).exists()


def test_seats_are_conserved_whatever_the_order(clock: Clock, is_long: bool) -> None:
    Life.clock = clock
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=300 if is_long else 25, stateful_step_count=40 if is_long else 20, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_order_is_kept_when_somebody_declines(in_the_month: Any) -> None:
    session = bookable(1, waitlist_most=5, accept_minutes=720)
    first, second, third = take([asks(session, number) for number in (1, 2, 3)])
    assert [second.position, third.position] == [1, 2]

    changing.cancel(first.code)
    assert Booking.objects.get(code=second.code).state == "offered"
    changing.cancel(second.code)

    assert Booking.objects.get(code=third.code).state == "offered"
    assert changing.accept(third.code).state == "confirmed"
    with pytest.raises(changing.Refused):
        changing.accept(second.code)


def test_large_party_is_passed_only_on_the_last_day(clock: Clock, in_the_month: Any) -> None:
    session = bookable(4, waitlist_most=5, accept_minutes=720, in_days=10)
    one, _two, three, four = take([
        asks(session, 1), asks(session, 2, seats=3), asks(session, 3, seats=3), asks(session, 4),
    ])  # fmt: skip

    changing.cancel(one.code)
    assert Booking.objects.get(code=four.code).state == "waitlisted"
    clock.set(session.starts_at - timedelta(hours=10))
    changing.resize(Booking.objects.get(position=None, state="confirmed").code, 2)

    assert Booking.objects.get(code=four.code).state == "offered"
    assert Booking.objects.get(code=three.code).state == "waitlisted"


def test_offer_that_nobody_takes_goes_to_the_next(clock: Clock, in_the_month: Any) -> None:
    session = bookable(1, waitlist_most=5, accept_minutes=60)
    first, second, third = take([asks(session, number) for number in (1, 2, 3)])
    changing.cancel(first.code)

    clock.set(now() + timedelta(minutes=61))
    with pytest.raises(changing.Refused):
        changing.accept(second.code)
    assert changing.expire_offers() == 1

    assert Booking.objects.get(code=second.code).state == "expired"
    assert Booking.objects.get(code=third.code).state == "offered"
