"""What is kept of people, until when, and what says so."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from kepuyue.activities.models import Session
from kepuyue.bookings import retention
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Booking
from kepuyue.core import ciphers
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now, shifted
from kepuyue.editions.models import Edition
from tests.bookings.given import asks, bookable
from tests.factories import EditionFactory

pytestmark = pytest.mark.django_db


def held(edition: Edition, *, days_ago: int, people: int = 1, hours: int = 2) -> Session:
    """A session of so many days ago, booked by so many before it."""
    session = bookable(people)
    session.activity.edition = edition
    session.activity.save()
    take([asks(session, number + 10 * days_ago) for number in range(people)])
    starts = now() - timedelta(days=days_ago)
    Session.objects.filter(pk=session.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=hours))
    Booking.objects.filter(session=session).update(day=starts.astimezone(edition.zone).date())
    return session


def run(*options: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    call_command("bookings", "erase", *options, "--format", "json")
    return dict(json.loads(capsys.readouterr().out))


def test_report_says_what_is_kept_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    edition = EditionFactory()
    held(edition, days_ago=-5, people=2)
    held(edition, days_ago=20)
    held(edition, days_ago=40, people=3)

    found = run("--dry-run", capsys=capsys)

    assert Booking.objects.filter(name="").count() == 0 and found["erased_now"] == 0
    [one] = found["editions"]  # type: ignore[misc]
    assert (one["to_come"], one["within"], one["due"], one["erased"], one["kept_days"]) == (2, 1, 3, 0, 30)
    assert (one["fields"]["phone"], one["fields"]["roster"]) == (30, 7)
    assert date.fromisoformat(one["oldest_due"]) < date.today() - timedelta(days=38)


def test_what_is_due_is_erased_whole_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    edition = EditionFactory()
    kept, gone = held(edition, days_ago=20), held(edition, days_ago=40, people=3)
    persons = set(Booking.objects.filter(session=gone).values_list("person", flat=True))
    Booking.objects.filter(session=gone).update(end_reason="家里有事")

    found = run(capsys=capsys)

    assert found["erased_now"] == 3
    assert {
        (one.name, one.phone, one.roster, one.end_reason) for one in Booking.objects.filter(session=gone)
    } == {("", "", "", "")}
    assert not persons & set(Booking.objects.values_list("person", flat=True))
    assert Booking.objects.get(session=kept).plain_phone
    assert run(capsys=capsys)["erased_now"] == 0


def test_exhibition_over_weeks_is_not_over_on_its_first_day() -> None:
    edition = EditionFactory()
    held(edition, days_ago=40, hours=24 * 20)

    assert retention.report(edition).due == 0
    with shifted(timedelta(days=12)):
        assert retention.report(edition).due == 1


def test_edition_says_how_many_days() -> None:
    edition = EditionFactory(policy={"booking": {"kept_days": 5}})
    held(edition, days_ago=20)

    assert (retention.report(edition).kept_days, retention.report(edition).due) == (5, 1)


def test_names_of_pupils_go_before_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    edition = EditionFactory()
    held(edition, days_ago=9)
    held(edition, days_ago=5)
    Booking.objects.update(roster=ciphers.encrypted("甲\n乙"))

    run(capsys=capsys)

    old, new = Booking.objects.order_by("day")
    assert (old.roster, bool(old.phone), old.plain_name) == ("", True, "观众90")
    assert new.roster and AuditEvent.objects.get(action="booking.erase").subject_id == str(old.pk)
