"""What people want to be told how: at once, once a day, or only at the desk."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from kepuyue.accounts.models import User
from kepuyue.core.models import AuditEvent
from kepuyue.messaging import tokens
from kepuyue.messaging.actions import digests, outbox
from kepuyue.messaging.models import Message, Preference
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SHENZHEN = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2024, 9, 14, 8, 30, tzinfo=SHENZHEN)


def told(person: User, title: str = "航天", kind: str = "review.turn") -> Message:
    message = outbox.post(
        kind=kind, to=person.email, person=person, subject="待审核：%(title)s", body="请审核。",
        values={"title": title}, link="/desk/reviews/1/", key=None,
    )  # fmt: skip
    assert message is not None
    return message


def wants(person: User, delivery: str, kind: str = "review.turn") -> None:
    Preference.objects.create(person=person, kind=kind, delivery=delivery)


@pytest.mark.parametrize(
    ("delivery", "state"), [(None, "waiting"), ("at_once", "waiting"), ("daily", "digest"), ("desk", "desk")]
)
def test_choice_decides_how_a_message_begins(delivery: str | None, state: str) -> None:
    person = UserFactory()
    if delivery:
        wants(person, delivery)

    assert told(person).state == state


def test_kind_that_leaves_no_choice_goes_out_whatever_was_chosen() -> None:
    person = UserFactory()
    wants(person, "desk", kind="review.decided")

    assert told(person, kind="review.decided").state == "waiting"


def test_digest_is_one_mail_with_all_that_waited() -> None:
    person, other = UserFactory(), UserFactory()
    wants(person, "daily")
    rows = [told(person, title) for title in ("航天", "100%科学")]
    told(other)

    assert digests.send_due(MORNING) == 1

    outbox.deliver_due()
    (digest,) = [message for message in mail.outbox if message.to == [person.email]]
    assert digest.subject == "今天有2条消息"
    assert digest.body.splitlines() == [
        "· 待审核：航天", "  http://127.0.0.1:8000/desk/reviews/1/",
        "· 待审核：100%科学", "  http://127.0.0.1:8000/desk/reviews/1/",
    ]  # fmt: skip
    assert {Message.objects.get(pk=row.pk).state for row in rows} == {"digested"}


def test_digest_before_eight_waits() -> None:
    person = UserFactory()
    wants(person, "daily")
    told(person)

    assert digests.send_due(MORNING.replace(hour=7, minute=59)) == 0


def test_digest_is_one_a_day_and_the_rest_waits_for_tomorrow() -> None:
    person = UserFactory()
    wants(person, "daily")
    told(person)
    digests.send_due(MORNING)
    late = told(person, "迟到")

    assert digests.send_due(MORNING.replace(hour=20)) == 0
    late.refresh_from_db()
    assert late.state == "digest"
    assert digests.send_due(MORNING.replace(day=15)) == 1


def test_settings_page_shows_and_keeps_the_choice(client: Client) -> None:
    person = UserFactory()
    client.force_login(person)
    page = client.get(reverse("messaging:settings"))
    fields = {name: "daily" if name == "review-turn" else "at_once" for name in page.context["form"].fields}

    answer = client.post(reverse("messaging:settings"), fields)

    assert answer.status_code == 302
    assert list(Preference.objects.values_list("kind", "delivery")) == [("review.turn", "daily")]
    event = AuditEvent.objects.get(action="messages.choose")
    assert event.changes == {"review.turn": ["at_once", "daily"]}


def test_settings_with_a_choice_that_is_not_offered_say_where(client: Client) -> None:
    client.force_login(UserFactory())
    page = client.get(reverse("messaging:settings"))
    fields = dict.fromkeys(page.context["form"].fields, "at_once") | {"review-turn": "never"}

    answer = client.post(reverse("messaging:settings"), fields)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["review-turn"]
    assert Preference.objects.count() == 0


def test_link_in_a_mail_changes_nothing_until_it_is_confirmed(client: Client) -> None:
    person = UserFactory()
    path = tokens.unsubscribe_path(person.pk, "review.turn")

    looked = client.get(path)

    assert (looked.status_code, Preference.objects.count()) == (200, 0)


def test_link_in_a_mail_turns_its_kind_off_without_signing_in(client: Client) -> None:
    person = UserFactory()
    one_click = Client(enforce_csrf_checks=True)  # a mail program has no page of ours

    answer = one_click.post(
        tokens.unsubscribe_path(person.pk, "review.turn"), {"List-Unsubscribe": "One-Click"}
    )

    assert answer.status_code == 200
    assert told(person).state == "desk"
    assert told(person, kind="review.decided").state == "waiting"


@pytest.mark.parametrize(
    "spoil", [lambda token: token[:-2] + "xx", lambda token: "x", lambda token: token + ":a"]
)
def test_link_that_somebody_made_up_is_not_found(spoil: Any, client: Client) -> None:
    path = tokens.unsubscribe_path(UserFactory().pk, "review.turn")
    token = path.rstrip("/").rpartition("/")[2]

    answer = client.post(reverse("messaging:unsubscription", args=[spoil(token)]))

    assert (answer.status_code, Preference.objects.count()) == (404, 0)


def test_kind_that_leaves_no_choice_has_no_link(client: Client) -> None:
    assert client.get(tokens.unsubscribe_path(UserFactory().pk, "review.decided")).status_code == 404


def test_digest_does_not_lie_in_the_inbox_twice(client: Client) -> None:
    person = UserFactory()
    wants(person, "daily")
    told(person)
    digests.send_due(MORNING)
    client.force_login(person)

    page = client.get(reverse("messaging:inbox")).context["page"]

    assert [message.subject for message in page] == ["待审核：航天"]


def test_digest_goes_to_the_address_that_the_person_has_now() -> None:
    person = UserFactory()
    wants(person, "daily")
    told(person)
    person.email = "new@example.org"
    person.save()

    digests.send_due(MORNING)

    assert Message.objects.get(kind="messages.digest").to == "new@example.org"
