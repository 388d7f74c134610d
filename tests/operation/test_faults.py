"""A full disk, a database that takes no writing, a clock that jumps: nothing is half done, nothing confirmed is lost."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kepuyue.bookings.admission import NotYet
from kepuyue.bookings.admission.queue import answered
from kepuyue.bookings.models import Booking
from kepuyue.core import seals
from kepuyue.core.duties import Duty
from kepuyue.core.ledger import Ledger
from kepuyue.core.management.commands import worker
from kepuyue.core.models import AuditEvent
from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Message
from tests import cast as casting
from tests.bookings.given import asks, bookable
from tests.factories import ActivityFactory
from tests.factories.editions import png

TITLE = "一个打了很久的名称"
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def full_disk() -> Iterator[None]:
    """The database's own word for it: SQLite may take no more pages, PostgreSQL's session takes no writing."""
    if connection.vendor != "sqlite":
        with read_only():
            yield
        return
    with connection.cursor() as cursor:
        # Free pages inside the file are used up first
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@contextmanager
def read_only() -> Iterator[None]:
    """Every statement that writes is refused."""
    on, off = ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
    if connection.vendor != "sqlite":
        on, off = ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        # What was refused may have given the connection up
        with connection.cursor() as cursor:
            cursor.execute(off)


@pytest.fixture(autouse=True)
def same_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trouble is that of one connection, which stays until the test is over."""
    monkeypatch.setattr(connections["default"].__class__, "close", lambda _self: None)


@pytest.fixture
def owner() -> Iterator[Any]:
    """A person of a unit with a draft, and a browser."""
    cast = casting.assemble()
    client = Client(raise_request_exception=False)
    casting.come_in(client, cast.owner)
    yield client, ActivityFactory(organization=cast.own_unit, sessions=1, title="原来的名称")


@pytest.mark.parametrize("trouble", [full_disk, read_only])
def test_form_is_shown_again_with_what_was_typed_and_nothing_is_half_done(owner: Any, trouble: Any) -> None:
    client, activity = owner
    address = reverse("activities:edit", args=[activity.code, "basics"])
    trail = AuditEvent.objects.count()
    long = TITLE + "，" + "很长的介绍" * 2_000

    with trouble():
        answer = client.post(address, {"title": TITLE, "summary": long, "version": activity.version})

    page = answer.content.decode()
    activity.refresh_from_db()
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert TITLE in page
    assert long in page
    assert f'action="{address}"' in page
    assert answer["X-Request-ID"] in page
    assert (activity.title, AuditEvent.objects.count()) == ("原来的名称", trail)


@pytest.mark.parametrize("trouble", [full_disk, read_only])
def test_booking_is_confirmed_only_when_it_is_kept(trouble: Any) -> None:
    session = bookable(seats=5_000)
    asked = [asks(session, number) for number in range(1_500)]

    with trouble():
        results = answered(asked)

    assert {type(result) for result in results} == {NotYet}
    assert Booking.objects.count() == 0
    assert {result.outcome for result in answered(asked[:3])} == {"confirmed"}


def test_password_is_never_written_into_the_page(owner: Any) -> None:
    client = Client(raise_request_exception=False)
    with read_only():
        answer = client.post("/accounts/login/", {"login": "a@example.org", "password": "open-sesame"})

    page = answer.content.decode()
    assert answer.status_code == 503
    assert "a@example.org" in page
    assert "open-sesame" not in page
    assert "重新提交" not in page


def test_file_that_finds_no_room_leaves_no_row(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, activity = owner

    def no_room(*_args: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(FileSystemStorage, "_save", no_room)
    answer = client.post(
        reverse("activities:pictures", args=[activity.code]),
        {"file": SimpleUploadedFile("a.png", png()), "alt": "星空下的孩子", "rights_confirmed": "on"},
    )

    assert answer.status_code == 503
    assert "星空下的孩子" in answer.content.decode()
    assert activity.pictures.count() == 0


def test_worker_survives_and_says_afterwards_what_failed() -> None:
    stopping, ledger = threading.Event(), Ledger()
    outbox.post(kind="unit.decided", to="a@example.org", subject="一", body="二", key=None)

    def stop() -> None:
        stopping.set()

    duties = [
        Duty("send", outbox.deliver_due, timedelta(days=1)), Duty("seal", seals.seal_new, timedelta(days=1)),
        Duty("stop", stop, timedelta(days=1)),
    ]  # fmt: skip
    with read_only():
        worker._see_to_duties(duties, stopping, ledger)
        assert not ledger.write(is_now=True)
    assert ledger.write(is_now=True)

    assert Message.objects.get().state == Message.State.WAITING
    outbox.deliver_due()
    assert Message.objects.get().state == Message.State.SENT


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(days=2)])
def test_clock_that_jumps_loses_nothing(monkeypatch: pytest.MonkeyPatch, jump: timedelta) -> None:
    real = timezone.now
    session = bookable(seats=3)
    (first,) = answered([asks(session, 1)])
    outbox.post(kind="unit.decided", to="a@example.org", subject="一", body="二", key=None)
    seals.seal_new()
    ledger = Ledger()
    ledger.run(Duty("fine", list, timedelta(seconds=1)))

    monkeypatch.setattr(timezone, "now", lambda: real() + jump)
    # The same request once more is the same booking, and the trail goes on in the order in which it was written
    (again,) = answered([asks(session, 1, at=real())])
    ledger.run(Duty("fine", list, timedelta(seconds=1)))
    assert ledger.write(is_now=True)
    outbox.post(kind="unit.decided", to="b@example.org", subject="一", body="二", key=None)
    seals.seal_new()
    monkeypatch.undo()
    outbox.deliver_due()
    monkeypatch.setattr(timezone, "now", lambda: real() + max(jump, timedelta()))
    outbox.deliver_due()

    assert (first.outcome, again.outcome, Booking.objects.count()) == ("confirmed", "confirmed", 1)
    assert seals.verify().faults == []
    assert set(Message.objects.values_list("state", flat=True)) == {Message.State.SENT}
