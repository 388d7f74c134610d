"""What search engines and calendars read of an activity whose sessions have changed."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from kepuyue.activities import content as contents
from kepuyue.activities.models import Activity, ChangeNotice, Mode, Session, State
from kepuyue.programme.structured import json_ld
from tests.factories import PictureFactory, SessionFactory
from tests.programme.given import published

pytestmark = pytest.mark.django_db
SCHEMA = "https://schema.org/"


def read(activity: Activity) -> dict[str, Any]:
    activity = Activity.objects.get(pk=activity.pk)
    data: dict[str, Any] = json.loads(json_ld(activity, url="https://kepuyue.example/a/", language="zh-Hans"))
    return data


def retimed(session: Session, by: timedelta) -> None:
    [before] = [one for one in contents.of(session.activity)["sessions"] if one["id"] == session.pk]
    session.starts_at += by
    session.ends_at = session.ends_at and session.ends_at + by
    session.save()
    [after] = [one for one in contents.of(session.activity)["sessions"] if one["id"] == session.pk]
    ChangeNotice.objects.create(
        activity=session.activity, session=session, kind=ChangeNotice.Kind.RETIMED, old=before, new=after
    )


def test_what_never_changed_is_scheduled(in_the_month: datetime) -> None:
    data = read(published())

    assert data["eventStatus"] == SCHEMA + "EventScheduled" and "previousStartDate" not in data


def test_a_new_time_names_every_time_that_held_before(in_the_month: datetime) -> None:
    activity = published(sessions=0)
    session = SessionFactory(activity=activity)
    retimed(session, timedelta(days=1))
    retimed(session, timedelta(days=1))

    data = read(activity)

    assert data["startDate"] == "2024-09-16T10:00:00+08:00"
    assert data["eventStatus"] == SCHEMA + "EventRescheduled"
    assert data["previousStartDate"] == ["2024-09-14T10:00:00+08:00", "2024-09-15T10:00:00+08:00"]


def test_a_time_that_came_back_names_only_the_other_one(in_the_month: datetime) -> None:
    activity = published(sessions=0)
    session = SessionFactory(activity=activity)
    retimed(session, timedelta(days=1))
    retimed(session, -timedelta(days=1))

    assert read(activity)["previousStartDate"] == ["2024-09-15T10:00:00+08:00"]


def test_each_session_says_what_became_of_it(in_the_month: datetime) -> None:
    activity = published(sessions=0)
    held, moved, postponed, cancelled = (SessionFactory(activity=activity) for _ in range(4))
    retimed(moved, timedelta(hours=3))
    Session.objects.filter(pk=postponed.pk).update(is_postponed=True)
    Session.objects.filter(pk=cancelled.pk).update(is_cancelled=True)

    data = read(activity)
    said = [one["eventStatus"].removeprefix(SCHEMA) for one in data["subEvent"]]

    assert sorted(said) == ["EventCancelled", "EventPostponed", "EventRescheduled", "EventScheduled"]
    assert data["eventStatus"] == SCHEMA + "EventScheduled" and held.pk


def test_postponed_without_a_new_time_keeps_the_old_one(in_the_month: datetime) -> None:
    activity = published(sessions=0)
    Session.objects.filter(pk=SessionFactory(activity=activity).pk).update(is_postponed=True)

    data = read(activity)

    assert data["eventStatus"] == SCHEMA + "EventPostponed"
    assert data["startDate"] == "2024-09-14T10:00:00+08:00" and "previousStartDate" not in data


def test_a_cancelled_activity_cancels_all_its_sessions(in_the_month: datetime) -> None:
    activity = published(state=State.CANCELLED, sessions=2)

    data = read(activity)

    assert {data["eventStatus"], *(one["eventStatus"] for one in data["subEvent"])} == {
        SCHEMA + "EventCancelled"
    }


def test_what_is_only_online_is_at_its_stream_or_its_page(in_the_month: datetime) -> None:
    activity = published(sessions=0, mode=Mode.ONLINE)
    session = SessionFactory(activity=activity)
    PictureFactory(activity=activity)

    assert read(activity)["location"] == {"@type": "VirtualLocation", "url": "https://kepuyue.example/a/"}
    Session.objects.filter(pk=session.pk).update(online_url="https://live.example.org/1")
    data = read(activity)

    assert data["location"] == {"@type": "VirtualLocation", "url": "https://live.example.org/1"}
    assert data["eventAttendanceMode"] == SCHEMA + "OnlineEventAttendanceMode"
    assert data["image"][0].startswith("http://127.0.0.1:8000/")


def test_what_is_cancelled_keeps_its_time_and_says_so(in_the_month: datetime) -> None:
    data = read(published(state=State.CANCELLED, sessions=1))

    assert (
        data["eventStatus"] == SCHEMA + "EventCancelled" and data["startDate"] == "2024-09-14T10:00:00+08:00"
    )
