"""Mail that comes back: reports of servers, true ones and forged ones."""

import sys
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import call_command
from django.db import transaction

from kepuyue.messaging import tokens
from kepuyue.messaging.actions import bounces, outbox
from kepuyue.messaging.models import BouncedAddress, Message
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def sent(**facts: object) -> Message:
    message = outbox.post(
        **(
            {"kind": "review.turn", "to": "a@example.org", "subject": "你好", "body": "正文", "key": None}
            | facts
        )
    )  # type: ignore[arg-type]
    assert message is not None
    outbox.deliver_due()
    message.refresh_from_db()
    return message


def report(
    mark: str, *, action: str = "failed", status: str = "5.1.1", inner: str = "message/rfc822"
) -> bytes:
    """A report in the form of RFC 3464, as Postfix writes it."""
    return f"""\
From: MAILER-DAEMON@mail.example.org
To: kepuyue@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; a@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: {inner}

Message-ID: <{mark}@127.0.0.1>
Subject: x

body
--b--
""".replace("\n", "\r\n").encode()


@pytest.mark.parametrize("inner", ["message/rfc822", "text/rfc822-headers"])
def test_report_marks_the_message_and_the_address(inner: str) -> None:
    message = sent()

    assert bounces.record(report(tokens.bounce_mark(message.pk), inner=inner)) == message

    message.refresh_from_db()
    assert (message.state, message.last_error) == ("bounced", "5.1.1 smtp; 550 5.1.1 no such user")
    assert [entry.address for entry in BouncedAddress.objects.all()] == ["a@example.org"]


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.4.7"), ("failed", "4.4.7"), ("relayed", "2.0.0")]
)
def test_report_of_a_passing_trouble_changes_nothing(action: str, status: str) -> None:
    message = sent()

    assert bounces.record(report(tokens.bounce_mark(message.pk), action=action, status=status)) is None

    message.refresh_from_db()
    assert (message.state, BouncedAddress.objects.count()) == ("sent", 0)


def test_forged_report_silences_nobody() -> None:
    message = sent()
    other = tokens.bounce_mark(message.pk + 1).replace(f".{message.pk + 1}.", f".{message.pk}.")

    for mark in (other, f"kepuyue.{message.pk}.", f"kepuyue.{message.pk}.{'0' * 24}", "x", "kepuyue.²."):
        assert bounces.record(report(mark)) is None

    assert BouncedAddress.objects.count() == 0


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff" * 50, b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"]
)
def test_mail_that_is_no_report_changes_nothing(raw: bytes) -> None:
    sent()

    assert bounces.record(raw) is None


def test_bounced_address_gets_nothing_optional_but_its_password_all_the_same() -> None:
    person = UserFactory(email="A@example.org")
    bounces.mark("a@example.org", "550")

    optional = sent(to=person.email, person=person)
    needed = sent(kind="account.sign_in", to=person.email)

    assert (optional.state, optional.last_error, needed.state) == ("bounced", "550", "sent")


def test_command_reads_a_report_from_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent()
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(report(tokens.bounce_mark(message.pk)))))
    out = StringIO()

    call_command("bounce", stdout=out)

    assert out.getvalue() == f"message {message.pk} bounced: 5.1.1 smtp; 550 5.1.1 no such user\n"


def test_command_with_something_else_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"Subject: holiday\r\n\r\nhello")))
    out = StringIO()

    with transaction.atomic():
        call_command("bounce", stdout=out)

    assert out.getvalue() == "no report on a mail of ours; nothing changed\n"
