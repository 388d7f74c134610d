"""The one-minute form: by nobody, once for a device, honest about few."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.models import Session
from kepuyue.bookings import feedback
from kepuyue.bookings.models import Feedback
from kepuyue.core.models import AuditEvent
from tests.bookings.given import bookable
from tests.cast import Cast, come_in

pytestmark = pytest.mark.django_db
# The clock of the demonstration: pages go by it
HERE = datetime(2024, 9, 14, 2, 0, tzinfo=UTC)
GOOD = {"q1": "5", "q2": "4", "q3": "5", "q4": "3"}


def visited(cast: Cast, *, ended: timedelta = timedelta(hours=1)) -> Session:
    session = bookable(5)
    session.activity.organization, session.activity.edition = cast.own_unit, cast.edition
    session.activity.save()
    session.starts_at, session.ends_at = HERE - ended - timedelta(hours=2), HERE - ended
    session.save()
    return session


def given(session: Session, *marks: int) -> None:
    for number, mark in enumerate(marks):
        Feedback.objects.create(session=session, device=f"{number}", day=HERE.date(), answers={"1": mark})


def test_device_answers_once_and_leaves_nothing_that_leads_to_anybody(
    cast: Cast, in_the_month: object
) -> None:
    session = visited(cast)
    client, address = Client(), feedback.address(session.pk)

    first = client.post(address, GOOD)
    client.post(address, GOOD | {"q1": "1"})
    thanks = client.get(address).content.decode()

    kept = Feedback.objects.get()
    assert first.status_code == 302 and "已经填过一次" in thanks
    assert kept.answers == {"1": 5, "2": 4, "3": 5, "4": 3}
    mark = client.cookies["visit"].value
    assert mark not in kept.device
    assert AuditEvent.objects.get(action="feedback.give").changes == {}


def test_answers_of_one_device_at_two_sessions_are_not_known_as_such(
    cast: Cast, in_the_month: object
) -> None:
    client = Client()
    for session in (visited(cast), visited(cast)):
        client.post(feedback.address(session.pk), GOOD)

    assert len(set(Feedback.objects.values_list("device", flat=True))) == 2


def test_question_left_out_is_asked_for_and_the_others_stay(cast: Cast, in_the_month: object) -> None:
    address = feedback.address(visited(cast).pk)

    answer = Client().post(address, GOOD | {"q2": ""})

    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["q2"]
    assert answer.context["form"]["q1"].value() == "5"


@pytest.mark.parametrize(
    ("ended", "said"), [(timedelta(hours=-5), "开始以后可以填写"), (timedelta(days=8), "时间已经过了")]
)
def test_before_and_long_after_nobody_answers(
    ended: timedelta, said: str, cast: Cast, in_the_month: object
) -> None:
    address = feedback.address(visited(cast, ended=ended).pk)

    assert said in Client().get(address).content.decode()
    assert Client().post(address, GOOD).status_code == 409 and not Feedback.objects.exists()


def test_address_of_another_session_is_not_guessed(cast: Cast) -> None:
    session = visited(cast)

    assert Client().get(f"/visits/{session.pk}/{feedback.seal(session.pk + 1)}/").status_code == 404


def test_few_answers_have_no_average_and_say_how_few(cast: Cast) -> None:
    session = visited(cast)
    given(session, 5, 5, 1, 5)

    few = feedback.results([session.pk], cast.edition)
    given_more = Feedback.objects.create(session=session, device="x", day=HERE.date(), answers={"1": 4})
    enough = feedback.results([session.pk], cast.edition)

    assert (
        given_more.pk
        and few.is_few
        and few.lines[0].average is None
        and few.lines[0].counts == (1, 0, 0, 0, 3)
    )
    assert (enough.answers, enough.lines[0].average, enough.lines[1].average) == (5, 4.0, None)


def test_unit_sees_what_was_said_and_the_code_for_the_door(cast: Cast) -> None:
    session = visited(cast)
    given(session, 5, 4)
    client = Client()
    come_in(client, cast.owner)
    page = f"/desk/activities/{session.activity.code}/feedback/"

    text = client.get(page).content.decode()
    one: Any = client.get(f"{page}{session.pk}/")
    code = client.get(f"{page}{session.pk}/code.svg")

    assert "收到2份评价" in text and "不算平均" in text
    assert feedback.address(session.pk) in one.content.decode()
    assert code["Content-Type"] == "image/svg+xml" and b"<svg" in code.content


def test_edition_brings_its_own_questions(cast: Cast) -> None:
    cast.edition.policy = {"feedback": {"questions": "好玩吗|Was it fun?\n\n听懂了吗"}}

    assert [one.text for one in feedback.questions(cast.edition)] == ["好玩吗", "听懂了吗"]
