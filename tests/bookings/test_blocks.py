"""Who may not book online for a while: by the rule, by the office, until when, and what they can say to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from kepuyue.activities.models import Session
from kepuyue.bookings import door, phones
from kepuyue.bookings.actions import blocking, checking_in, erasing
from kepuyue.bookings.actions.changing import Refused
from kepuyue.bookings.admission import Outcome, take
from kepuyue.bookings.models import Block, Booking, Channel, CheckIn
from kepuyue.core import ciphers
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now, shifted
from kepuyue.editions.models import Edition
from kepuyue.messaging.models import Message
from tests.bookings.given import asks, bookable
from tests.cast import Cast
from tests.factories import EditionFactory

pytestmark = pytest.mark.django_db


def person(number: int) -> str:
    return ciphers.digest(f"+852{number:08d}", "booking.person")


def past(edition: Edition, *, days_ago: float, booked: list[int], came: list[int]) -> Session:
    """A session that was booked by some, and to which some of them came."""
    session = bookable(20)
    session.activity.edition = edition
    session.activity.save()
    take([asks(session, number, key=f"{session.pk}-{number}") for number in booked])
    starts = now() - timedelta(days=days_ago, hours=2)
    Session.objects.filter(pk=session.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=2))
    Booking.objects.filter(session=session).update(day=starts.date())
    for number in came:
        CheckIn.objects.create(
            session=session, booking=Booking.objects.get(session=session, person=person(number)), device="门",
            key=str(number), seats=1, result=CheckIn.Result.FIRST, scanned_at=starts,
        )  # fmt: skip
    return session


@pytest.fixture
def edition() -> Edition:
    return EditionFactory()


@pytest.fixture
def twice_absent(edition: Edition) -> Block:
    past(edition, days_ago=9, booked=[1, 2], came=[2])
    past(edition, days_ago=7, booked=[1, 2], came=[2])
    assert blocking.count_no_shows() == 1
    return Block.objects.get()


def test_who_was_absent_twice_waits_and_everybody_else_books(twice_absent: Block, edition: Edition) -> None:
    session = bookable()
    session.activity.edition = edition
    session.activity.save()

    online, other, telephone = take(
        [asks(session, 1), asks(session, 2), asks(session, 1, key="t", channel=Channel.HELPER)]
    )

    assert (twice_absent.person, twice_absent.reason) == (person(1), Block.Reason.NO_SHOW)
    assert (online.outcome, other.outcome) == (Outcome.BLOCKED, Outcome.CONFIRMED)
    assert online.until == twice_absent.until
    assert telephone.outcome is not Outcome.BLOCKED
    reply = door.reply(online, "en")
    assert (reply.status, reply.body["type"], reply.body["until"][:10]) == (
        409,
        "blocked",
        f"{twice_absent.until:%Y-%m-%d}",
    )
    assert Message.objects.filter(kind="booking.block").count() == 1


def test_block_of_one_edition_is_none_in_another(twice_absent: Block) -> None:
    session = bookable()
    session.activity.edition = EditionFactory(code="shenzhen-2025", year=2025, is_current=False)
    session.activity.save()

    [answer] = take([asks(session, 1)])

    assert answer.outcome is Outcome.CONFIRMED


def test_block_ends_by_itself(twice_absent: Block, edition: Edition) -> None:
    session = bookable(in_days=40)
    session.activity.edition = edition
    session.activity.save()

    with shifted(timedelta(days=14, minutes=1)):
        [answer] = take([asks(session, 1)])

    assert answer.outcome is Outcome.CONFIRMED


@pytest.mark.parametrize(
    "left_out",
    [
        "one visit",
        "no door",
        "called off",
        "given back",
        "by telephone",
        "not yet over for a day",
        "the rule is off",
    ],
)
def test_absence_that_does_not_count(left_out: str, edition: Edition) -> None:
    first = past(edition, days_ago=6, booked=[1, 2], came=[2])
    second = past(
        edition, days_ago=0.5 if left_out == "not yet over for a day" else 3, booked=[1, 2],
        came=[1, 2] if left_out == "one visit" else [] if left_out == "no door" else [2],
    )  # fmt: skip
    if left_out == "called off":
        Session.objects.filter(pk=second.pk).update(is_cancelled=True)
    mine = Booking.objects.filter(session=second, person=person(1))
    if left_out == "given back":
        mine.update(state=Booking.State.CANCELLED, nth=None)
    if left_out == "by telephone":
        mine.update(channel=Channel.HELPER)
    if left_out == "the rule is off":
        edition.policy = {**edition.policy, "booking": {"no_show_times": 0}}
        edition.save()

    assert blocking.count_no_shows() == 0
    assert first.pk != second.pk and not Block.objects.exists()


def test_what_was_counted_once_is_not_counted_again(
    twice_absent: Block, edition: Edition, cast: Cast
) -> None:
    assert blocking.count_no_shows() == 0
    blocking.lift(twice_absent.pk, by=cast.office, decision="孩子生病，可以理解。")
    past(edition, days_ago=5, booked=[1, 2], came=[2])

    assert blocking.count_no_shows() == 0
    past(edition, days_ago=3, booked=[1, 2], came=[2])
    assert blocking.count_no_shows() == 1


def test_reason_is_said_once_and_the_office_decides(twice_absent: Block, cast: Cast) -> None:
    with pytest.raises(Refused):
        blocking.appeal(twice_absent.pk, person=person(2), said="不是我的")
    blocking.appeal(twice_absent.pk, person=person(1), said="孩子发烧")
    with pytest.raises(Refused):
        blocking.appeal(twice_absent.pk, person=person(1), said="再说一次")
    with pytest.raises(PermissionDenied):
        blocking.lift(twice_absent.pk, by=cast.owner, decision="好")
    blocking.uphold(twice_absent.pk, by=cast.office, decision="没有说明是哪一天。")
    with pytest.raises(Refused):
        blocking.uphold(twice_absent.pk, by=cast.office, decision="又一次")
    assert Block.objects.standing().count() == 1

    blocking.lift(twice_absent.pk, by=cast.office, decision="补了证明。")

    assert Block.objects.standing().count() == 0
    trail = AuditEvent.objects.filter(subject_type="block").order_by("pk")
    assert [one.action for one in trail] == ["block.place", "block.appeal", "block.uphold", "block.lift"]
    assert "发烧" not in " ".join(f"{one.reason}{one.changes}" for one in trail)


def test_scans_that_come_days_late_lift_the_block_that_they_show_to_be_wrong(
    twice_absent: Block, edition: Edition, cast: Cast
) -> None:
    missed = Booking.objects.filter(person=person(1)).order_by("pk").first()
    assert missed is not None
    session = missed.session
    session.activity.organization = cast.own_unit
    session.activity.save()
    came = checking_in.Scan("late", session.starts_at, missed.code)

    for _twice in range(2):
        checking_in.sync(session, [came], device="b", door="后门", by=cast.check_in)

    twice_absent.refresh_from_db()
    assert not twice_absent.is_standing and "补传" in twice_absent.decision
    [event] = AuditEvent.objects.filter(action="block.lift")
    assert (event.actor_id, event.subject_id) == (None, str(twice_absent.pk))
    assert Message.objects.filter(kind="booking.block_lifted").count() == 1
    assert blocking.count_no_shows() == 0


def test_late_scans_leave_a_block_that_still_holds_without_them(edition: Edition, cast: Cast) -> None:
    for days in (9, 8, 7):
        session = past(edition, days_ago=days, booked=[1, 2], came=[2])
    assert blocking.count_no_shows() == 1
    session.activity.organization = cast.own_unit
    session.activity.save()
    code = Booking.objects.get(session=session, person=person(1)).code

    checking_in.sync(
        session, [checking_in.Scan("late", session.starts_at, code)], device="b", door="", by=cast.check_in
    )

    assert Block.objects.standing().count() == 1


def test_block_that_is_placed_is_known_to_the_next_batch(edition: Edition, cast: Cast) -> None:
    session = bookable()
    session.activity.edition = edition
    session.activity.save()
    outcomes = []
    for key, act in (("1", None), ("2", "block"), ("3", "lift")):
        if act == "block":
            blocking.block(edition, phone="+85200000002", days=5, note="倒卖", by=cast.office)
        if act == "lift":
            blocking.lift(Block.objects.get().pk, by=cast.office, decision="弄错了")
        outcomes.append(take([asks(session, int(key) if act is None else 2, key=key)])[0].outcome)

    assert outcomes == [Outcome.CONFIRMED, Outcome.BLOCKED, Outcome.CONFIRMED]


def test_office_holds_off_a_tout_for_a_month_at_most(edition: Edition, cast: Cast) -> None:
    for days, note in ((31, "倒卖"), (5, " ")):
        with pytest.raises(Refused):
            blocking.block(edition, phone="+85200000001", days=days, note=note, by=cast.office)

    made = blocking.block(edition, phone="+85200000001", days=5, note="倒卖入场码", by=cast.office)

    assert (made.person, made.by) == (person(1), cast.office)
    with pytest.raises(Refused):
        blocking.block(edition, phone="+85200000001", days=5, note="倒卖入场码", by=cast.office)


def test_nobody_is_behind_a_block_that_ended_long_ago(twice_absent: Block) -> None:
    blocking.appeal(twice_absent.pk, person=person(1), said="孩子发烧")
    with shifted(timedelta(days=14 + 31)):
        erasing.erase_old()

    twice_absent.refresh_from_db()
    assert (twice_absent.appeal, twice_absent.person) == ("", "")


def test_erasing_oneself_is_no_way_around_a_block(twice_absent: Block) -> None:
    erasing.erase_person(person(1))

    twice_absent.refresh_from_db()
    assert (twice_absent.person, Booking.objects.filter(person=person(1)).count()) == (person(1), 0)


def test_office_answers_on_the_page_and_a_slip_loses_nothing(
    twice_absent: Block, cast: Cast, sign_in: Any
) -> None:
    blocking.appeal(twice_absent.pk, person=person(1), said="孩子发烧")
    client: Client = sign_in(cast.office)

    page = client.get(reverse("bookings:blocks"))
    slip = client.post(reverse("bookings:block-upholding", args=[twice_absent.pk]), {"decision": ""})
    done = client.post(
        reverse("bookings:block-lifting", args=[twice_absent.pk]), {"decision": "可以理解"}, follow=True
    )

    assert (
        "孩子发烧" in page.text and phones.masked("+85200000001") in page.text and "00000001" not in page.text
    )
    assert (slip.status_code, done.status_code) == (422, 200)
    assert Block.objects.standing().count() == 0


def test_office_writes_a_number_on_the_page(edition: Edition, cast: Cast, sign_in: Any) -> None:
    client: Client = sign_in(cast.office)
    typed = {"phone": "13800000000", "days": "3", "note": "倒卖"}

    wrong = client.post(reverse("bookings:blocks"), {**typed, "phone": "12"})
    client.post(reverse("bookings:blocks"), typed)
    again = client.post(reverse("bookings:blocks"), typed)

    assert (wrong.status_code, again.status_code) == (422, 422) and "倒卖" in wrong.text
    assert [one.reason for one in Block.objects.all()] == ["abuse"]
