"""The list at the desk: masked, searched, recorded; booking for those who telephone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from kepuyue.activities.models import Session
from kepuyue.bookings import queries
from kepuyue.bookings.actions import proxy, reading
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Booking, BookingTerms, Quota
from kepuyue.core.models import AuditEvent
from tests.bookings.given import asks, bookable, counters, recount
from tests.cast import Cast, come_in

pytestmark = pytest.mark.django_db


def held(cast: Cast, *people: int, **terms: Any) -> Session:
    """A session of the own unit in the current edition that these people have booked."""
    # Pages go by the clock of the demonstration
    session = bookable(5, helper=2, opens_at=datetime(2024, 1, 1, tzinfo=UTC), **terms)
    session.activity.organization, session.activity.edition = cast.own_unit, cast.edition
    session.activity.save()
    take([asks(session, number) for number in people])
    return session


def client_of(user: Any) -> Client:
    client = Client()
    come_in(client, user)
    return client


def page(session: Session) -> str:
    return f"/desk/activities/{session.activity.code}/bookings/{session.pk}/"


def recorded(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


@pytest.mark.parametrize(
    ("word", "found", "way"),
    [
        ("", 3, ""), ("0002", 1, "last four"), ("+852 0000 0002", 1, "phone"), ("+85212345678", 1, "phone"),
        ("王", 0, "none"), ("9999", 0, "last four"),
    ],
)  # fmt: skip
def test_bookings_are_found_by_what_somebody_can_say_at_the_door(
    word: str, found: int, way: str, cast: Cast
) -> None:
    session = held(cast, 1, 2, 12345678)

    rows, understood = queries.found_in(session, word)

    assert (rows.count(), understood) == (found, way)


def test_code_is_found_however_it_is_typed(cast: Cast) -> None:
    session = held(cast, 1, 2)
    code = Booking.objects.earliest("pk").code

    rows, way = queries.found_in(session, f" {code[:4].lower()}-{code[4:]} ")

    assert ([one.code for one in rows], way) == ([code], "code")


def test_list_shows_nobody_in_full_and_says_who_looked(cast: Cast) -> None:
    session = held(cast, 12345678)

    text = client_of(cast.check_in).post(page(session), {"q": "5678"}).content.decode()

    assert "12345678" not in text and "观＊＊" in text
    [look] = recorded("booking.list")
    assert (look.actor_id, look.changes) == (
        cast.check_in.pk,
        {"rows": ["", 1], "page": ["", 1], "search": ["", "last four"]},
    )
    assert look.organization_path == cast.own_unit.path


def test_name_and_number_are_shown_once_and_recorded(cast: Cast) -> None:
    held(cast, 12345678)
    booking = Booking.objects.get()
    client = client_of(cast.editor)

    shown = client.post(f"/desk/bookings/{booking.code}/contact/").content.decode()
    afterwards = client.get(f"/desk/bookings/{booking.code}/").content.decode()

    assert "+85212345678" in shown and "+85212345678" not in afterwards
    assert [one.actor_id for one in recorded("booking.show")] == [cast.editor.pk]


def test_whoever_checks_in_sees_no_number_in_full(cast: Cast) -> None:
    held(cast, 1)

    with pytest.raises(PermissionDenied):
        reading.show(Booking.objects.get(), by=cast.check_in)


def test_booking_is_cancelled_with_a_reason_and_the_seats_are_given_on(cast: Cast) -> None:
    session = held(cast, 1, waitlist_most=3, accept_minutes=0)
    take([asks(session, 2, seats=3), asks(session, 3, seats=2)])
    booking = Booking.objects.get(person=asks(session, 2).person)

    answer = client_of(cast.owner).post(
        f"/desk/bookings/{booking.code}/cancellation/", {"reason": "来电取消"}
    )

    booking.refresh_from_db()
    assert (answer.status_code, booking.state, booking.end_reason) == (302, "cancelled", "来电取消")
    assert Booking.objects.get(person=asks(session, 3).person).state == "confirmed"
    assert counters(session) == recount(session)


def test_more_than_there_are_is_refused_at_its_field(cast: Cast) -> None:
    held(cast, 1)
    booking = Booking.objects.get()

    answer = client_of(cast.owner).post(f"/desk/bookings/{booking.code}/seats/", {"seats": "9"})

    assert answer.status_code == 409 and list(answer.context["sizing"].errors) == ["seats"]


def test_table_for_the_door_is_masked_and_no_cell_becomes_a_formula(cast: Cast) -> None:
    session = held(cast, 12345678)
    Booking.objects.update(school="=HYPERLINK(1)")

    written = client_of(cast.owner).get(page(session) + "door.csv").content.decode("utf-8-sig")

    assert "12345678" not in written and ",'=HYPERLINK(1)," in written
    assert len(recorded("booking.export")) == 1


def typed(**more: Any) -> dict[str, Any]:
    return {
        "key": "9b2f7a5e-0f3a-4c84-9df3-1d7a52a1f001", "name": "陈婆婆", "phone": "13800000000", "seats": "1",
        "children": "0", "is_told": "on",
    } | more  # fmt: skip


def test_helper_books_once_however_often_the_form_is_sent(cast: Cast) -> None:
    session = held(cast)
    client = client_of(cast.helpdesk)
    body = typed(organization=cast.own_unit.pk)

    first, second = (client.post(f"/desk/proxy/{session.pk}/", body) for _time in range(2))

    assert first.status_code == 302, first.context["form"].errors
    booking = Booking.objects.get()
    assert first.status_code == second.status_code == 302 and first["Location"] == second["Location"]
    assert (booking.channel, booking.by, booking.organization) == ("helper", cast.helpdesk, cast.own_unit)
    assert booking.consent == "1"
    said = client.get(first["Location"]).content.decode()
    assert f"{booking.code[:4]} {booking.code[4:]}" in said and "13800000000" not in said


def test_children_without_an_adult_and_a_wrong_number_are_told_at_their_fields(cast: Cast) -> None:
    session = held(cast)
    body = typed(organization=cast.own_unit.pk, children="1", phone="12345")

    answer = client_of(cast.helpdesk).post(f"/desk/proxy/{session.pk}/", body)

    assert answer.status_code == 422 and set(answer.context["form"].errors) == {"children", "phone"}


def test_when_the_seats_for_helpers_are_gone_the_form_says_so_and_keeps_what_was_typed(cast: Cast) -> None:
    session = held(cast)
    take([asks(session, 7, seats=2, channel="helper")])

    answer = client_of(cast.helpdesk).post(f"/desk/proxy/{session.pk}/", typed(organization=cast.own_unit.pk))

    assert answer.status_code == 409 and answer.context["form"]["name"].value() == "陈婆婆"


def test_helper_books_a_class_by_the_rules_of_the_public(cast: Cast) -> None:
    session = held(cast)
    BookingTerms.objects.filter(session=session).update(group_most=40)
    Quota.objects.filter(terms__session=session, channel="helper").update(capacity=40)
    client, address = client_of(cast.helpdesk), f"/desk/proxy/{session.pk}/?for=class"
    body = typed(organization=cast.own_unit.pk, school="实验小学三（2）班", seats="33", adults="2")

    few = client.post(address, body)
    done = client.post(address, body | {"adults": "3"})

    assert (few.status_code, set(few.context["form"].errors)) == (422, {"adults"})
    assert done.status_code == 302
    booking = Booking.objects.get()
    assert (booking.channel, booking.school, booking.seats, booking.adults) == (
        "helper",
        "实验小学三（2）班",
        33,
        3,
    )
    assert (booking.consent, booking.organization) == ("1", cast.own_unit)


def test_session_that_takes_no_class_offers_helpers_none(cast: Cast) -> None:
    session = held(cast, group_most=0)

    page = client_of(cast.helpdesk).get(f"/desk/proxy/{session.pk}/?for=class")

    assert "school" not in page.context["form"].fields
    assert 'href="?for=class"' not in page.content.decode()


def test_nobody_books_for_a_unit_that_is_not_theirs(cast: Cast) -> None:
    session = held(cast)

    with pytest.raises(PermissionDenied):
        proxy.book_for(session, by=cast.helpdesk, organization=cast.far_unit, name="某", phone="+8613800000000",
                       seats=1, key="k")  # fmt: skip
