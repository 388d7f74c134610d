"""The outbox against a mail server that is there, away, slow, or refuses. Deliveries are real calls."""

from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils import timezone

from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Message
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


class ServerAway(BaseEmailBackend):
    """A mail server that nobody answers at."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError(111, "Connection refused")


class ServerPicky(BaseEmailBackend):
    """A mail server that refuses one address and takes the others."""

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            if message.to == ["gone@example.org"]:
                raise SMTPRecipientsRefused({"gone@example.org": (550, b"no such user")})
            mail.outbox.append(message)
        return len(messages)


@pytest.fixture
def server_away(settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = f"{__name__}.ServerAway"
    yield


def written(**facts: Any) -> Message:
    message = outbox.post(
        **(
            {"kind": "unit.decided", "to": "a@example.org", "subject": "你好", "body": "正文", "key": None}
            | facts
        )
    )
    assert message is not None
    return message


def make_due(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now())


def test_post_writes_and_sends_nothing() -> None:
    message = written()

    assert (message.state, message.attempts, mail.outbox) == ("waiting", 0, [])


def test_post_of_the_same_key_twice_is_one_message() -> None:
    first = outbox.post(kind="unit.decided", to="a@example.org", subject="一", body="", key="returned:4:7")
    second = outbox.post(kind="unit.decided", to="a@example.org", subject="二", body="", key="returned:4:7")

    assert second is None
    assert list(Message.objects.values_list("pk", "subject")) == [(first.pk if first else 0, "一")]


def test_post_without_key_twice_is_two_messages() -> None:
    written()
    written()

    assert Message.objects.count() == 2


def test_deliver_sends_what_is_due_oldest_first() -> None:
    later, sooner = written(subject="后"), written(subject="先")
    Message.objects.filter(pk=sooner.pk).update(due_at=later.due_at - timedelta(minutes=1))

    sent = outbox.deliver_due()

    assert (sent, [message.subject for message in mail.outbox]) == (2, ["先", "后"])
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert Message.objects.filter(sent_at=None).count() == 0


def test_deliver_what_is_not_due_waits() -> None:
    message = written()
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now() + timedelta(minutes=1))

    assert (outbox.deliver_due(), mail.outbox) == (0, [])


def test_deliver_again_sends_nothing_again() -> None:
    written()
    outbox.deliver_due()

    assert (outbox.deliver_due(), len(mail.outbox)) == (0, 1)


def test_deliver_takes_no_more_than_the_limit() -> None:
    for _ in range(3):
        written()

    assert [outbox.deliver_due(limit=2), outbox.deliver_due(limit=2)] == [2, 1]


def test_crash_between_claim_and_answer_is_tried_again_after_the_claim(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message = written()
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _killed)
        outbox.deliver_due()

    at_once = outbox.deliver_due()
    message.refresh_from_db()
    assert (at_once, message.state, message.attempts) == (0, "waiting", 1)
    assert timedelta(minutes=4) < message.due_at - timezone.now() <= outbox.CLAIM

    make_due(message)  # the claim's time is over
    assert (outbox.deliver_due(), len(mail.outbox)) == (1, 1)


def _killed(*_args: Any) -> int:
    raise SystemExit


def test_server_away_puts_the_message_back_for_longer_each_time(server_away: None) -> None:
    message = written()
    pauses = []
    for _ in range(3):
        make_due(message)
        assert outbox.deliver_due() == 0
        message.refresh_from_db()
        pauses.append(round((message.due_at - timezone.now()).total_seconds() / 60))

    assert (pauses, message.state, message.attempts) == ([2, 4, 8], "waiting", 3)
    assert message.last_error == "ConnectionRefusedError: [Errno 111] Connection refused"


def test_server_away_for_good_is_given_up(server_away: None) -> None:
    message = written()
    for _ in range(outbox.MAX_ATTEMPTS):
        make_due(message)
        outbox.deliver_due()
    make_due(message)
    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.sent_at) == ("failed", outbox.MAX_ATTEMPTS, None)


def test_server_back_again_sends_and_forgets_the_error(server_away: None, settings: Any) -> None:
    message = written()
    outbox.deliver_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    make_due(message)

    assert outbox.deliver_due() == 1
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("sent", "")


def test_refused_address_does_not_hold_up_the_others(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.ServerPicky"
    written(to="gone@example.org")
    written(to="there@example.org")

    assert outbox.deliver_due() == 1
    assert [message.to for message in mail.outbox] == [["there@example.org"]]


@pytest.mark.parametrize("address", ["bad\nBcc: all@example.org", "x@" + "é" * 80 + ".example"])
def test_address_that_is_none_does_not_hold_up_the_others(address: str) -> None:
    bad = written(to=address)
    written(to="there@example.org")

    assert outbox.deliver_due() == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts, bad.last_error != "") == ("waiting", 1, True)
    assert [message.to for message in mail.outbox] == [["there@example.org"]]


@pytest.mark.parametrize(
    "subject",
    ["活动\r\nBcc: all@example.org", "活动\nBcc: all@example.org", "活动\u2028Bcc: all@example.org"],
)
def test_line_break_in_a_subject_is_no_header(subject: str) -> None:
    written(subject=subject)

    outbox.deliver_due()

    message = mail.outbox[0].message()
    assert mail.outbox[0].subject == "活动 Bcc: all@example.org"
    assert message["Bcc"] is None


def test_subject_too_long_is_cut() -> None:
    assert len(written(subject="长" * 500).subject) == 200


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_send_each_message_once() -> None:
    for number in range(6):
        written(to=f"person{number}@example.org")
    start = Barrier(3)
    sent: list[int] = []

    def deliver() -> None:
        start.wait()
        sent.append(outbox.deliver_due())
        connection.close()

    workers = [Thread(target=deliver) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(sent) == 6
    assert sorted(message.to[0] for message in mail.outbox) == [f"person{n}@example.org" for n in range(6)]


def test_message_of_a_person_who_is_erased_goes_too() -> None:
    person = UserFactory()
    written(person=person)

    person.delete()

    assert Message.objects.count() == 0


def test_message_reads_as_its_subject_without_the_address() -> None:
    assert str(written()) == "你好"


class ServerThatTakesLong(BaseEmailBackend):
    """While it does not answer, the office holds everything."""

    def send_messages(self, messages: Any) -> int:
        Message.objects.update(state=Message.State.HELD)
        raise TimeoutError("no answer")


def test_message_held_while_its_server_is_asked_stays_held(settings: Any) -> None:
    message = written()
    settings.EMAIL_BACKEND = f"{__name__}.ServerThatTakesLong"

    outbox.deliver_due()

    message.refresh_from_db()
    assert message.state == "held"
