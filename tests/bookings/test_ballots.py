"""A session whose seats are drawn by lot, from the terms to the public file."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from kepuyue.activities.models import BookingMode, Session
from kepuyue.bookings import drawing
from kepuyue.bookings.actions import ballots, changing, terms
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Ballot, Booking, BookingTerms
from kepuyue.core import time
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.bookings.given import asks, bookable, counters, recount
from tests.cast import Cast, come_in

pytestmark = pytest.mark.django_db
CLOSES, DRAWS = timedelta(days=3), timedelta(days=2)


def ballot_for(cast: Cast, seats: int = 3, *, source: str = "", **facts: Any) -> Session:
    session = bookable(seats, helper=0)
    session.activity.organization, session.activity.edition = cast.own_unit, cast.edition
    session.activity.booking_mode = BookingMode.BALLOT
    session.activity.save()
    terms.set_up(
        session, by=cast.owner, opens_at=datetime(2024, 1, 1, tzinfo=UTC), quotas={"online": seats},
        closes_at=session.starts_at - CLOSES, draws_at=session.starts_at - DRAWS, public_source=source, **facts,
    )  # fmt: skip
    return session


def on_the_day(session: Session) -> Any:
    return time.shifted(session.starts_at - DRAWS - now() + timedelta(minutes=1))


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Booking.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_everybody_enters_whatever_seats_there_are(cast: Cast) -> None:
    session = ballot_for(cast, 1)

    first, second, again = take([asks(session, 1, seats=3), asks(session, 2), asks(session, 1, seats=3)])

    assert [str(one.outcome) for one in (first, second, again)] == ["entered"] * 3
    assert (first.position, second.position, again) == (1, 2, first)
    assert counters(session)["online"] == (0, 2)


def test_draw_gives_seats_and_a_waiting_list_and_leaves_no_seat_uncounted(cast: Cast) -> None:
    session = ballot_for(cast, 3, waitlist_most=2)
    take([asks(session, number) for number in range(8)])

    with on_the_day(session):
        assert ballots.draw_due() == 1
        assert ballots.draw_due() == 0

    assert states() == {"confirmed": 3, "waitlisted": 2, "not_drawn": 3}
    assert counters(session) == recount(session)
    record = Ballot.objects.get().record
    assert drawing.faults(*drawing.read(json.dumps(record))) == []
    assert [len(record["result"][name]) for name in ("drawn", "waiting", "not_drawn")] == [3, 2, 3]
    assert AuditEvent.objects.filter(action="booking.draw").count() == 8


def test_those_who_wait_keep_the_order_of_the_draw(cast: Cast) -> None:
    session = ballot_for(cast, 1, waitlist_most=2, accept_minutes=0)
    take([asks(session, number) for number in range(3)])

    with on_the_day(session):
        ballots.draw_due()
        waiting = list(Booking.objects.filter(state="waitlisted").order_by("position"))
        result = Ballot.objects.get().record["result"]

    assert [one.position for one in waiting] == [4, 5]
    assert [asks(session, number - 1).person for number in result["waiting"]] == [
        one.person for one in waiting
    ]


@pytest.mark.parametrize(("minutes", "state"), [(0, "confirmed"), (720, "offered")])
def test_next_who_waits_gets_the_seat_of_a_winner_who_cancels(cast: Cast, minutes: int, state: str) -> None:
    session = ballot_for(cast, 1, waitlist_most=2, accept_minutes=minutes)
    take([asks(session, number) for number in range(3)])

    with on_the_day(session):
        ballots.draw_due()
        next_one = Booking.objects.filter(state="waitlisted").order_by("position")[0]
        changing.cancel(Booking.objects.get(state="confirmed").code)

    next_one.refresh_from_db()
    assert next_one.state == state
    assert next_one.offer_ends_at is None or next_one.offer_ends_at <= session.starts_at
    assert counters(session) == recount(session)


def test_nobody_is_drawn_before_the_time_or_twice(cast: Cast) -> None:
    session = ballot_for(cast)
    take([asks(session, 1)])
    ballot = Ballot.objects.get()

    with pytest.raises(ValidationError, match="还没有到"):
        ballots.draw(ballot, by=cast.owner)
    with on_the_day(session):
        ballots.draw(ballot, by=cast.owner)
        with pytest.raises(ValidationError, match="结果不能改"):
            ballots.draw(ballot, by=cast.owner)


def test_draw_with_a_public_value_waits_for_it(cast: Cast) -> None:
    session = ballot_for(cast, source="双色球号码")
    take([asks(session, number) for number in range(4)])
    ballot = Ballot.objects.get()

    with on_the_day(session):
        assert ballots.draw_due() == 0
        with pytest.raises(ValidationError, match="双色球号码"):
            ballots.draw(ballot, by=cast.owner, public_value=" ")
        ballots.draw(ballot, by=cast.owner, public_value="01 02 03")

    assert Ballot.objects.get().record["public_value"] == "01 02 03"


def test_seed_stays_and_so_does_what_was_promised_once_somebody_entered(cast: Cast) -> None:
    session = ballot_for(cast, source="双色球号码")
    commitment = Ballot.objects.get().commitment
    take([asks(session, 1)])
    kept = BookingTerms.objects.get()
    same: dict[str, Any] = {
        "by": cast.owner,
        "opens_at": kept.opens_at,
        "closes_at": kept.closes_at,
        "quotas": {"online": 3},
    }

    terms.set_up(session, **same, most_seats=5)
    with pytest.raises(ValidationError, match="不能再换公开数值"):
        terms.set_up(session, **same, public_source="别的")
    with pytest.raises(ValidationError, match="先到先得和抽签"):
        terms.set_up(session, **same, draws_at=None)

    assert Ballot.objects.get().commitment == commitment


def test_entry_taken_back_is_not_drawn(cast: Cast) -> None:
    session = ballot_for(cast, 5)
    answers = take([asks(session, 1), asks(session, 2)])
    changing.cancel(answers[0].code)

    with on_the_day(session):
        ballots.draw_due()

    assert states() == {"cancelled": 1, "confirmed": 1}
    assert counters(session) == recount(session)


def test_draw_before_entries_close_is_refused_at_its_field(cast: Cast) -> None:
    session = bookable(3)

    with pytest.raises(ValidationError) as caught:
        terms.set_up(session, by=None, opens_at=now(), quotas={"online": 3}, closes_at=session.starts_at - DRAWS,
                     draws_at=session.starts_at - CLOSES)  # fmt: skip

    assert list(caught.value.error_dict) == ["draws_at"]


def test_public_page_holds_the_promise_before_and_the_file_afterwards(cast: Cast, tmp_path: Path) -> None:
    session = ballot_for(cast, 2)
    take([asks(session, number) for number in range(5)])
    ballot, page = Ballot.objects.get(), f"/draws/{session.pk}/"

    before = Client().get(page).content.decode()
    none_yet = Client().get(page + "draw.json").status_code
    with on_the_day(session):
        ballots.draw_due()
    after, file = Client().get(page).content.decode(), Client().get(page + "draw.json").content
    (tmp_path / "draw.json").write_bytes(file)

    assert ballot.commitment in before and ballot.plain_seed not in before and none_yet == 404
    assert ballot.plain_seed in after
    call_command("bookings", "draw", "--verify", str(tmp_path / "draw.json"))
    assert "观众" not in file.decode() and not any(
        code in file.decode() for code in Booking.objects.values_list("code", flat=True)
    )


def test_command_says_what_does_not_hold(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = ballot_for(cast, 2)
    take([asks(session, number) for number in range(5)])
    with on_the_day(session):
        ballots.draw_due()
    touched = Ballot.objects.get().record | {"seed": "00" * 32}
    (tmp_path / "draw.json").write_text(json.dumps(touched))

    with pytest.raises(CommandError) as stopped:
        call_command("bookings", "draw", "--verify", str(tmp_path / "draw.json"), "--format", "json")

    assert stopped.value.returncode == 1
    assert json.loads(capsys.readouterr().out)["faults"] == ["commitment", "result"]


def test_terms_of_a_ballot_are_set_up_at_the_desk(cast: Cast) -> None:
    session = bookable(3)
    session.activity.organization, session.activity.booking_mode = cast.own_unit, BookingMode.BALLOT
    session.activity.save()
    client = Client()
    come_in(client, cast.owner)
    data = {
        "all-opens_at": "2024-09-01T09:00:00", "all-closes_minutes": "2880", "all-draw_minutes": "1440",
        "all-online": "3", "all-public_source": "双色球号码", f"s{session.pk}-is_booked": "on", f"s{session.pk}-version": "1",
    }  # fmt: skip

    answer = client.post(f"/desk/activities/{session.activity.code}/booking/", data)

    assert answer.status_code == 302
    made = BookingTerms.objects.get(session=session)
    assert (
        made.draws_at == session.starts_at - timedelta(days=1) and made.ballot.public_source == "双色球号码"
    )
