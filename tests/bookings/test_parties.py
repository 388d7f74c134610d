"""Children with their guardian, a class with its teacher."""

from typing import Any

import pytest

from kepuyue.activities.models import Session
from kepuyue.bookings import door, parties
from kepuyue.bookings.actions import changing
from kepuyue.bookings.admission import Outcome, take
from kepuyue.bookings.models import Booking, BookingTerms
from kepuyue.bookings.parties import Party
from kepuyue.core.time import now
from tests.bookings.given import bookable


@pytest.mark.parametrize(
    ("party", "seats", "at"),
    [
        (Party(), 1, set()),
        (Party(consent="1", children=2), 3, set()),
        (Party(consent="1", children=2), 2, {"children"}),
        (Party(children=1), 2, {"consent"}),
        (Party(children=3), 2, {"children", "consent"}),
        (Party(consent="1", school="实验小学", adults=4), 44, set()),
        (Party(consent="1", school="实验小学", adults=4), 45, {"adults"}),
        (Party(consent="1", school="实验小学", adults=5), 5, {"adults"}),
        (Party(school="实验小学", adults=1), 2, {"consent"}),
        (Party(consent="1", school="实验小学", adults=1, children=11), 11, set()),
    ],
)
def test_party_is_told_what_it_lacks_at_the_field(party: Party, seats: int, at: set[str]) -> None:
    assert set(parties.faults(party, seats, ratio=10)) == at


def test_class_is_told_how_many_adults_it_needs() -> None:
    assert "21名学生至少要5位大人" in parties.adults_needed(23, 2, ratio=5)


@pytest.mark.django_db
def test_class_has_a_limit_of_its_own_and_goes_through_the_same_admission() -> None:
    session = bookable(60, most_seats=3, group_most=45)
    many = Party(consent="1", school="实验小学", adults=5)

    [group, too_many, alone] = take([
        _of(session, 1, 45, many), _of(session, 2, 46, many), _of(session, 3, 4, Party()),
    ])  # fmt: skip

    assert group.outcome is Outcome.CONFIRMED
    assert (too_many.outcome, too_many.limit) == (Outcome.TOO_MANY_SEATS, 45)
    assert (alone.outcome, alone.limit) == (Outcome.TOO_MANY_SEATS, 3)
    kept = Booking.objects.get(code=group.code)
    assert (kept.seats, kept.school, kept.adults, kept.consent, kept.roster) == (45, "实验小学", 5, "1", "")


@pytest.mark.django_db
def test_party_stays_right_when_its_size_changes() -> None:
    session = bookable(60, most_seats=4, group_most=45)
    [family, group] = take([
        _of(session, 1, 3, Party(consent="1", children=2)),
        _of(session, 2, 22, Party(consent="1", school="实验小学", adults=2)),
    ])  # fmt: skip

    with pytest.raises(changing.Refused, match="2个孩子"):
        changing.resize(family.code, 2)
    with pytest.raises(changing.Refused, match="至少要3位大人"):
        changing.resize(group.code, 23)
    assert changing.resize(family.code, 4).children == 2
    assert changing.resize(group.code, 12).seats == 12


def test_party_makes_another_request_of_the_same_key() -> None:
    assert Party(consent="1").text == Party(consent="2").text == ""
    assert Party(children=1).text != Party(adults=1).text


def _of(session: Any, number: int, seats: int, party: Party) -> Any:
    return door.asked(
        session.pk,
        name="观众",
        phone=f"+852{number:08d}",
        seats=seats,
        key=f"k{number}",
        at=now(),
        party=party,
    )


@pytest.mark.django_db
def test_who_booked_a_session_that_is_closed_may_only_come_with_fewer() -> None:
    session = bookable(9)
    [answer] = take([_of(session, 1, 2, Party())])
    BookingTerms.objects.filter(session=session).update(is_paused=True)

    with pytest.raises(changing.Refused, match="只能减少人数"):
        changing.resize(answer.code, 3)
    assert changing.resize(answer.code, 1).seats == 1


@pytest.mark.django_db
def test_seats_of_a_session_that_was_called_off_are_not_accepted() -> None:
    session = bookable(1, waitlist_most=1)
    [first, waits] = take([_of(session, 1, 1, Party()), _of(session, 2, 1, Party())])
    changing.cancel(first.code)
    Session.objects.filter(pk=session.pk).update(is_cancelled=True)

    with pytest.raises(changing.Refused, match="取消或暂停"):
        changing.accept(waits.code)
