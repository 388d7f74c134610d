"""The mailbox on a real IMAP server: everything once, marked when it is safe, the server's troubles told."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from kepuyue.core.time import now
from kepuyue.mailbox import server
from kepuyue.mailbox.actions import fetching, taking
from kepuyue.mailbox.models import Box, Letter
from tests.cast import Cast, come_in
from tests.mailbox import given, post_office
from tests.mailbox.post_office import PostOffice


@pytest.fixture(scope="module")
def dovecot() -> Iterator[PostOffice]:
    """One server for the tests of this file."""
    with post_office.opened() as office:
        yield office


@pytest.fixture
def office(dovecot: PostOffice, settings: Any) -> PostOffice:
    """The server with an empty inbox, set up as the city's mailbox."""
    client = dovecot.client()
    client.delete_messages(client.search())
    client.expunge()
    client.logout()
    settings.IMAP_URL = dovecot.url
    return dovecot


def subjects() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("subject", flat=True))


def test_what_arrives_is_taken_in_once_and_marked(cast: Cast, office: PostOffice) -> None:
    office.put(given.mail("x", subject="第一封"), given.mail("y", subject="第二封"))

    first = fetching.fetch(cast.edition)
    office.put(given.mail("z", subject="第三封"))
    second = fetching.fetch(cast.edition)
    third = fetching.fetch(cast.edition)

    assert (first.new, second.new, third.new, third.known) == (2, 1, 0, 0)
    assert subjects() == ["第一封", "第二封", "第三封"]
    assert len(office.seen()) == 3


def test_a_break_after_the_commit_loses_nothing_and_doubles_nothing(
    cast: Cast, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put(given.mail("x", subject="第一封"), given.mail("y", subject="第二封"))

    def broken(_folder: Any, _uid: int) -> None:
        raise server.Unreachable("away", "the line was cut")

    with monkeypatch.context() as patch:
        patch.setattr(server.Folder, "mark", broken)
        cut = fetching.fetch(cast.edition)
    whole = fetching.fetch(cast.edition)

    assert (cut.new, cut.fault, whole.new, whole.fault) == (0, "away", 1, "")
    assert subjects() == ["第一封", "第二封"]


def test_a_break_before_the_commit_leaves_the_message_unmarked_and_it_is_read_again(
    cast: Cast, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put(given.mail("x", subject="第一封"))

    def failing(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(taking.audit, "record", failing)
        with pytest.raises(RuntimeError):
            fetching.fetch(cast.edition)
    assert (subjects(), office.seen()) == ([], [])
    assert Box.objects.get().fault
    fetching.fetch(cast.edition)

    assert subjects() == ["第一封"]
    assert Box.objects.get().fault == ""


@pytest.mark.parametrize("subject", ["=?utf-7?Q?+2AA-?=", "=?unicode_escape?Q?=5Cud800?=", "\0"])
def test_signs_that_no_database_keeps_hold_nothing_up(cast: Cast, subject: str) -> None:
    letter = given.mail("x", subject="SUBJECT").replace(b"SUBJECT", f"{subject} A".encode())

    taken = taking.take(cast.edition, letter)

    assert taken is not None
    assert taken.subject == "A"


def test_a_message_that_breaks_the_reading_is_kept_unread_and_the_next_comes_in(
    cast: Cast, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put(given.mail("x", subject="BREAKS"), given.mail("y", subject="SECOND"))
    read = taking.headers_of

    def breaking(data: bytes) -> dict[str, str]:
        if b"BREAKS" in data:
            raise UnicodeError("a sign that nobody foresaw")
        return read(data)

    monkeypatch.setattr(taking, "headers_of", breaking)

    first, again = fetching.fetch(cast.edition), fetching.fetch(cast.edition)

    assert (first.new, first.fault, again.new) == (2, "", 0)
    assert list(Letter.objects.order_by("pk").values_list("subject", "problem")) == [
        ("", "broken"),
        ("SECOND", ""),
    ]


def test_a_server_that_numbers_anew_brings_nothing_twice(cast: Cast, office: PostOffice) -> None:
    office.put(given.mail("x", subject="第一封"))
    fetching.fetch(cast.edition)
    Box.objects.update(uid_validity=1, last_uid=900)

    again = fetching.fetch(cast.edition)

    assert (again.new, again.known) == (0, 1)
    assert subjects() == ["第一封"]


def test_of_a_letter_that_is_too_large_the_head_is_kept(
    cast: Cast, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LETTER_BYTES", 2_000)
    office.put(given.mail("x" * 5_000, subject="很大的来件", sender=cast.owner.email))

    call_command("mailbox", "read", "--format", "json")

    letter = Letter.objects.get()
    assert (letter.subject, letter.problem, letter.state) == ("很大的来件", "too-much", "waiting")
    assert letter.size > 5_000


def test_two_processes_do_not_read_at_once_and_one_that_died_lets_go(cast: Cast, office: PostOffice) -> None:
    fetching.fetch(cast.edition)
    office.put(given.mail("x"))
    Box.objects.update(held_until=now() + timedelta(minutes=5))
    assert fetching.fetch(cast.edition).is_busy
    Box.objects.update(held_until=now() - timedelta(seconds=1))

    assert fetching.fetch(cast.edition).new == 1


def test_a_wrong_password_is_told_on_the_page_and_by_the_exit_status(
    cast: Cast, office: PostOffice, settings: Any, capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    settings.IMAP_URL = office.url.replace(post_office.PASSWORD, "wrong")

    with pytest.raises(SystemExit) as ended:
        call_command("mailbox", "read", "--format", "json")

    assert ended.value.code == 1
    told = json.loads(capsys.readouterr().out)
    assert told["fault"] == "login"
    assert "wrong" not in json.dumps(told)
    come_in(client, cast.office)
    assert "邮件服务器不认用户名或密码" in client.get("/desk/mailbox/").content.decode()
    come_in(client, cast.district_reviewer)
    assert "邮件服务器不认用户名或密码" not in client.get("/desk/mailbox/").content.decode()


def test_a_server_that_is_away_is_told(cast: Cast, settings: Any) -> None:
    settings.IMAP_URL = "imap://a:b@127.0.0.1:1/INBOX"

    assert fetching.fetch(cast.edition).fault == "away"


def test_without_a_mailbox_the_command_says_so(cast: Cast) -> None:
    with pytest.raises(CommandError, match="IMAP_URL is not set"):
        call_command("mailbox", "read")
