"""Terms at the desk: once for all sessions, and what one has otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kepuyue.activities import content
from kepuyue.activities.models import BookingMode, Session, State
from kepuyue.bookings.actions import terms
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import BookingTerms, Quota
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.bookings.given import asks, bookable
from tests.cast import Cast, come_in
from tests.factories import ActivityFactory, SessionFactory

pytestmark = pytest.mark.django_db
OPENS = "2030-09-01T09:00:07"


def drafted(cast: Cast, *capacities: int | None) -> list[Session]:
    activity = ActivityFactory(organization=cast.own_unit, sessions=0, booking_mode=BookingMode.FIRST_COME)
    starts = now() + timedelta(days=3650)
    return [
        SessionFactory(
            activity=activity, capacity=capacity, starts_at=starts + timedelta(days=day),
            ends_at=starts + timedelta(days=day, hours=2),
        )
        for day, capacity in enumerate(capacities)
    ]  # fmt: skip


def sent(sessions: list[Session], **more: Any) -> dict[str, Any]:
    """What a browser sends that ticked every session."""
    data = {"all-opens_at": OPENS, "all-helper": "5", "all-most_seats": "4"}
    for one in sessions:
        made = BookingTerms.objects.filter(session=one).first()
        data |= {f"s{one.pk}-is_booked": "on", f"s{one.pk}-version": str(made.version if made else 0)}
    return data | more


def press(cast: Cast, sessions: list[Session], **more: Any) -> Any:
    client = Client()
    come_in(client, cast.owner)
    return client.post(f"/desk/activities/{sessions[0].activity.code}/booking/", sent(sessions, **more))


def seats(session: Session) -> dict[str, int]:
    return dict(Quota.objects.filter(terms__session=session).values_list("channel", "capacity"))


def test_terms_are_typed_once_for_all_sessions_and_again_where_one_differs(cast: Cast) -> None:
    first, second = sessions = drafted(cast, 50, 30)

    answer = press(cast, sessions, **{f"s{second.pk}-helper": "10", f"s{second.pk}-closes_minutes": "90"})

    assert answer.status_code == 302
    assert seats(first) == {"online": 45, "helper": 5, "walk_in": 0}
    assert seats(second) == {"online": 20, "helper": 10, "walk_in": 0}
    made = BookingTerms.objects.get(session=second)
    assert (made.most_seats, made.opens_at.second) == (4, 7)
    assert made.closes_at == second.starts_at - timedelta(minutes=90)


def test_page_shows_in_a_row_only_what_it_has_otherwise(cast: Cast) -> None:
    first, second = sessions = drafted(cast, 50, 30)
    press(cast, sessions, **{f"s{second.pk}-helper": "10"})
    client = Client()
    come_in(client, cast.owner)

    forms = client.get(f"/desk/activities/{first.activity.code}/booking/").context["forms"]

    assert [row.differs for row in forms.rows] == [[], ["helper"]]
    assert forms.common["helper"].value() == 5 and forms.common["online"].value() is None


def test_too_many_seats_are_told_at_the_field_and_nothing_is_written(cast: Cast) -> None:
    _first, second = sessions = drafted(cast, 50, 30)

    answer = press(cast, sessions, **{f"s{second.pk}-online": "29"})

    assert answer.status_code == 409
    assert list(answer.context["forms"].rows[1].errors) == ["online"]
    assert answer.context["forms"].rows[1]["online"].value() == "29"
    assert not BookingTerms.objects.exists()


def test_session_without_a_capacity_asks_for_the_seats_online(cast: Cast) -> None:
    [session] = drafted(cast, None)

    answer = press(cast, [session])

    assert (answer.status_code, list(answer.context["forms"].rows[0].errors)) == (422, ["online"])


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(cast: Cast) -> None:
    [session] = sessions = drafted(cast, 50)
    press(cast, sessions)
    typed = sent(sessions, **{"all-helper": "8"})
    made = BookingTerms.objects.get(session=session)
    terms.set_up(session, by=cast.editor, opens_at=made.opens_at, quotas={"online": 7})

    refused = press(cast, sessions, **typed)
    again = press(cast, sessions, **typed | {f"s{session.pk}-version": "2"})

    assert refused.status_code == 409 and "网上预约 7" in refused.content.decode()
    assert refused.context["forms"].rows[0]["version"].value() == "2"
    assert again.status_code == 302 and seats(session)["helper"] == 8


def test_same_for_all_sessions_takes_away_what_one_had_otherwise(cast: Cast) -> None:
    _first, second = sessions = drafted(cast, 50, 30)
    press(cast, sessions, **{f"s{second.pk}-helper": "10"})

    answer = press(cast, sessions, do="alike", **{f"s{second.pk}-helper": "10"})

    assert answer.status_code == 302 and seats(second) == {"online": 25, "helper": 5, "walk_in": 0}


def test_booking_is_paused_for_all_sessions_and_goes_on(cast: Cast) -> None:
    first, _second = sessions = drafted(cast, 50, 30)
    press(cast, sessions)

    assert terms.pause(first.activity, is_paused=True, by=cast.owner) == 2
    assert terms.pause(first.activity, is_paused=True, by=cast.owner) == 0
    assert BookingTerms.objects.filter(is_paused=True).count() == 2
    assert seats(first)["online"] == 45
    assert terms.pause(first.activity, is_paused=False, by=cast.owner) == 2


def test_row_without_a_tick_takes_unused_terms_away(cast: Cast) -> None:
    first, second = sessions = drafted(cast, 50, 30)
    press(cast, sessions)

    answer = press(cast, sessions, **{f"s{second.pk}-is_booked": ""})

    assert answer.status_code == 302
    assert list(BookingTerms.objects.values_list("session", flat=True)) == [first.pk]
    assert AuditEvent.objects.filter(action="terms.remove").count() == 1


def test_terms_under_which_somebody_booked_stay(cast: Cast) -> None:
    session = bookable(5)
    take([asks(session, 1)])

    with pytest.raises(ValidationError, match="已经有人预约"):
        terms.take_away(session, by=cast.office)


def test_nobody_else_sets_terms_up(cast: Cast) -> None:
    [session] = drafted(cast, 50)

    with pytest.raises(PermissionDenied):
        terms.set_up_all([terms.Wanted(session, 0, {}, None)], by=cast.check_in)


def test_session_taken_out_of_a_draft_takes_its_unused_terms_along(cast: Cast) -> None:
    first, _second = sessions = drafted(cast, 50, 30)
    press(cast, sessions)

    content.write(first.activity, {"sessions": [{"id": first.pk, "starts_at": first.starts_at.isoformat()}]})

    assert list(BookingTerms.objects.values_list("session", flat=True)) == [first.pk]


def test_session_with_bookings_is_kept_and_the_form_says_why(cast: Cast) -> None:
    session = bookable(5)
    take([asks(session, 1)])
    session.activity.state, session.activity.published_at = State.DRAFT, None

    with pytest.raises(ValidationError, match="已经有人预约，不能删除"):
        content.write(session.activity, {"sessions": []})
