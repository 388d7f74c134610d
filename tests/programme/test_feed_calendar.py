"""The calendar that other programs subscribe to, read by two libraries, neither of which is asked by the other."""

from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject
from django.test import Client
from django.utils.http import urlencode

from kepuyue.activities.models import Activity, Mode, Session, State
from tests.factories import SessionFactory, VenueFactory
from tests.programme.given import announce, published
from tests.security import corpus

pytestmark = pytest.mark.django_db


def got(client: Client, address: str = "/feeds/activities.ics", **query: str) -> bytes:
    response = client.get(f"{address}?{urlencode(query)}" if query else address)
    assert response.status_code == 200 and response["Content-Type"] == "text/calendar; charset=utf-8"
    return response.content


def by_both(body: bytes) -> list[dict[str, Any]]:
    """The events, as both libraries read them: they have to agree on all that counts."""
    one = [
        {
            "uid": str(event["UID"]), "title": str(event["SUMMARY"]), "start": event["DTSTART"].dt,
            "end": event["DTEND"].dt if "DTEND" in event else None, "sequence": int(event["SEQUENCE"]),
            "status": str(event["STATUS"]), "place": str(event["LOCATION"]), "text": str(event["DESCRIPTION"]),
        }
        for event in icalendar.Calendar.from_ical(body).walk("VEVENT")
    ]  # fmt: skip
    calendar = vobject.readOne(body.decode(), validate=True)
    other = [
        {
            "uid": event.uid.value, "title": event.summary.value, "start": event.dtstart.value,
            "end": event.dtend.value if hasattr(event, "dtend") else None, "sequence": int(event.sequence.value),
            "status": event.status.value, "place": event.location.value, "text": event.description.value,
        }
        for event in getattr(calendar, "vevent_list", [])
    ]  # fmt: skip
    assert one == other
    return one


def test_an_hour_at_a_place(client: Client, in_the_month: datetime) -> None:
    hall = VenueFactory(name="少年宫，一楼；报告厅", lng=114.05, lat=22.53)
    activity = published(title="湿地观鸟", host="福田区科协", sessions=0, summary="带望远镜")
    session = SessionFactory(activity=activity, venue=hall)

    body = got(client)
    [event] = by_both(body)

    assert not any(line.endswith("：") for line in event["text"].splitlines()), "a label without a text"
    assert "咨询电话" not in event["text"] and "主办：福田区科协" in event["text"]
    assert event["title"] == "湿地观鸟" and event["place"] == "少年宫，一楼；报告厅"
    assert event["start"].isoformat() == "2024-09-14T10:00:00+08:00"
    assert event["end"] - event["start"] == timedelta(hours=1)
    assert event["uid"] == f"{activity.code}-{session.pk}@{activity.edition.code}"
    assert event["text"].splitlines()[-1] == f"http://127.0.0.1:8000/activities/{activity.code}/"
    assert b"DTSTART;TZID=Asia/Shanghai:20240914T100000\r\n" in body and b"GEO:22.53;114.05\r\n" in body
    assert body.count(b"BEGIN:VTIMEZONE") == 1 and b"\r\nTZID:Asia/Shanghai\r\n" in body


def test_the_key_stays_and_the_number_grows(client: Client, in_the_month: datetime) -> None:
    activity = published(sessions=1)
    [before] = by_both(got(client))
    Session.objects.update(starts_at=datetime(2024, 9, 20, 10, tzinfo=activity.edition.zone), ends_at=None)
    activity.version += 1
    activity.save()

    [after] = by_both(got(client))

    assert after["uid"] == before["uid"] and after["sequence"] == before["sequence"] + 1
    assert after["start"].date() == date(2024, 9, 20) and after["end"] is None


def test_what_is_off_says_so_in_its_status_and_its_title(client: Client, in_the_month: datetime) -> None:
    published(title="停办", state=State.CANCELLED, cancel_reason="台风")
    activity = published(title="三场", sessions=3)
    first, second, _third = activity.sessions.all()
    Session.objects.filter(pk=first.pk).update(is_cancelled=True)
    Session.objects.filter(pk=second.pk).update(is_postponed=True)
    activity.save()

    events = {event["title"]: event for event in by_both(got(client))}

    assert events["已取消：停办"]["status"] == "CANCELLED" and "台风" in events["已取消：停办"]["text"]
    assert events["已取消：三场"]["status"] == "CANCELLED"
    assert events["已延期：三场"]["status"] == "TENTATIVE"
    assert events["三场"]["status"] == "CONFIRMED"


def test_what_comes_next_is_first_and_what_is_over_last(client: Client, in_the_month: datetime) -> None:
    published(title="九天", sessions=0)
    activity = Activity.objects.get()
    for day in (12, 20, 13, 16):
        SessionFactory(
            activity=activity,
            starts_at=datetime(2024, 9, day, 10, tzinfo=activity.edition.zone),
            ends_at=None,
        )
    activity.save()

    assert [event["start"].day for event in by_both(got(client))] == [16, 20, 13, 12]


def test_whole_days_nights_and_streams(client: Client, in_the_month: datetime) -> None:
    activity = published(title="云展览", sessions=0, mode=Mode.ONLINE)
    zone = activity.edition.zone
    SessionFactory(activity=activity, is_all_day=True, starts_at=datetime(2024, 9, 20, tzinfo=zone),
                   ends_at=datetime(2024, 10, 1, tzinfo=zone), online_url="https://live.example.org/a?b=1,2;3")  # fmt: skip
    SessionFactory(activity=activity, starts_at=datetime(2024, 9, 15, 22, tzinfo=zone),
                   ends_at=datetime(2024, 9, 16, 1, tzinfo=zone), online_url="javascript:alert(1)")  # fmt: skip
    announce(activity)

    night, exhibition = by_both(got(client))

    assert exhibition["start"] == date(2024, 9, 20) and exhibition["end"] == date(2024, 10, 1)
    assert exhibition["place"] == "https://live.example.org/a?b=1,2;3" and night["place"] == "线上"
    assert night["end"] - night["start"] == timedelta(hours=3)


def test_filters_are_those_of_the_list(client: Client, in_the_month: datetime) -> None:
    published(title="湿地观鸟", sessions=3)
    published(title="人工智能讲座", sessions=0)
    SessionFactory(activity=Activity.objects.get(title="人工智能讲座"))
    announce(Activity.objects.get(title="人工智能讲座"))

    assert {event["title"] for event in by_both(got(client, q="湿地"))} == {"湿地观鸟"}
    days = {
        event["start"].day for event in by_both(got(client, date_from="2024-09-15", date_to="2024-09-15"))
    }
    assert days == {15}
    assert by_both(got(client, date_from="2030-01-01")) == []
    refused = client.get("/feeds/activities.ics?district=atlantis")
    assert refused.status_code == 422 and "atlantis" in refused.content.decode()


def test_a_calendar_ends_with_what_is_furthest_from_now(
    client: Client, in_the_month: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kepuyue.programme.feeds.ical.MOST", 2)
    published(title="湿地观鸟", sessions=3)

    assert sorted(event["start"].day for event in by_both(got(client))) == [14, 15]


def test_one_activity_by_itself(client: Client, in_the_month: datetime) -> None:
    wanted, _other = published(title="湿地观鸟", sessions=2), published(title="讲座")

    assert len(by_both(got(client, f"/feeds/activities/{wanted.code}.ics"))) == 2
    hidden = published(state=State.DRAFT)
    for code in (hidden.code, "NOSUCH"):
        assert client.get(f"/feeds/activities/{code}.ics").status_code == 404


def test_before_publicity_it_is_empty_and_whole(client: Client, clock: Any) -> None:
    clock.set(datetime(2024, 8, 20, 12))
    activity = published(title="绝密的活动")

    assert by_both(got(client)) == []
    assert client.get(f"/feeds/activities/{activity.code}.ics").status_code == 404


def test_who_has_it_already_is_told_so_until_something_changes(
    client: Client, in_the_month: datetime
) -> None:
    activity = published(sessions=1)
    etag = client.get("/feeds/activities.ics")["ETag"]

    assert client.get("/feeds/activities.ics", headers={"if-none-match": etag}).status_code == 304
    activity.version += 1
    activity.save()
    assert client.get("/feeds/activities.ics", headers={"if-none-match": etag}).status_code == 200


def test_hostile_titles_stay_one_line_of_text(client: Client, in_the_month: datetime) -> None:
    for kind in corpus.names():
        hostile = corpus.KINDS[kind][0][:110]
        published(title=f"始{hostile}终", summary=hostile[:200], host=f"单{hostile}"[:110])

    body = got(client)
    events = by_both(body)

    assert len(events) == len(corpus.KINDS)
    for event in events:
        assert (
            event["title"].startswith("始") and event["title"].endswith("终") and "\n" not in event["title"]
        )
    assert all(len(line) <= 75 for line in body.split(b"\r\n")), "a line that is not folded"
    assert b"\n" not in body.replace(b"\r\n", b""), "a line end that is none of the format's"
    names = [line.partition(b":")[0] for line in body.replace(b"\r\n ", b"").split(b"\r\n") if line]
    assert names.count(b"BEGIN") == 3 + len(events) and b"Bcc" not in names and b"X-Kp" not in names


def test_the_language_is_the_readers_or_the_one_asked_for(client: Client, in_the_month: datetime) -> None:
    published(title="湿地观鸟", title_en="Birds of the wetland", state=State.CANCELLED)

    assert "Canceled: Birds" in by_both(got(client, lang="en"))[0]["title"]
    assert "已取消" in by_both(got(client, lang="zh-hans"))[0]["title"]
