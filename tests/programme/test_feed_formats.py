"""Atom, JSON, tables and the schedule, each read as whoever receives it would."""

import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.test import Client
from openpyxl import load_workbook

from kepuyue.activities.models import Activity, Session, Speaker, State
from kepuyue.imports.calendars import formats
from kepuyue.imports.calendars.plain import Window
from tests.conftest import SHENZHEN
from tests.factories import SessionFactory, VenueFactory
from tests.programme.given import announce, published
from tests.security import corpus
from tests.security.reading import faults

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
FORMS = ("ics", "atom", "json", "xml", "csv", "xlsx")


def got(client: Client, form: str, query: str = "") -> bytes:
    response = client.get(f"/feeds/activities.{form}?{query}")
    assert response.status_code == 200
    return response.content


@pytest.fixture
def three(in_the_month: datetime) -> dict[str, Activity]:
    """One in a hall twice, one that was cancelled, one without a day."""
    hall = VenueFactory(name="少年宫", address="红荔路1号", lng=114.05, lat=22.53)
    talk = published(
        title="湿地观鸟", host="福田区科协", sessions=0, summary="带望远镜", terms=["audience:children"]
    )
    for day in (15, 16):
        SessionFactory(activity=talk, venue=hall, starts_at=datetime(2024, 9, day, 9, 30, tzinfo=SHENZHEN))
    announce(talk)
    off = published(title="停办", sessions=1, state=State.CANCELLED)
    undated = published(title="择期举行", sessions=0, dates_as_written="九月下旬")
    return {"talk": talk, "off": off, "undated": undated}


def test_feeds_come_in_pages_and_name_the_next_one(
    client: Client, in_the_month: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kepuyue.programme.feeds.selection.MOST", 2)
    for number in range(5):
        published(title=f"第{number}项", sessions=1)

    seen, address = [], "/feeds/activities.json?free="
    while address:
        answer = client.get(address)
        feed = answer.json()
        seen.append([item["title"] for item in feed["items"]])
        assert ("Link" in answer) is ("next_url" in feed)
        address = feed.get("next_url", "").removeprefix("http://testserver")
    assert [len(page) for page in seen] == [2, 2, 1] and len({title for page in seen for title in page}) == 5
    for form in ("ics", "csv", "xml"):
        again = [client.get(f"/feeds/activities.{form}") for _time in range(2)]
        assert all(f'activities.{form}?page=2>; rel="next"' in one["Link"] for one in again), form
    assert client.get("/feeds/activities.csv?page=0").status_code == 422
    assert client.get("/feeds/activities.csv?page=99").content.count(b"\n") == 1
    # Whatever was changed last is in it, however far ahead it is
    assert client.get("/feeds/activities.atom").content.count(b"<entry>") == 5


def test_atom_has_what_the_standard_asks_for(client: Client, three: dict[str, Activity]) -> None:
    Activity.objects.filter(pk=three["talk"].pk).update(
        version=9, updated_at=three["talk"].updated_at + timedelta(hours=1)
    )
    feed = fromstring(got(client, "atom"))

    def one(element: Element, tag: str) -> str:
        [found] = element.findall(ATOM + tag)
        return found.text or ""

    assert feed.tag == ATOM + "feed" and one(feed, "title")
    entries = feed.findall(ATOM + "entry")
    ids = [one(part, "id") for part in (feed, *entries)]
    assert len(set(ids)) == 4 and all(UUID(name.removeprefix("urn:uuid:")) for name in ids)
    stamps = [datetime.fromisoformat(one(part, "updated")) for part in (feed, *entries)]
    assert all(stamp.tzinfo for stamp in stamps) and stamps[0] == stamps[1] == max(stamps)
    assert next(one(entry, "title") for entry in entries) == "湿地观鸟"
    assert {"已取消：停办", "择期举行"} < {one(entry, "title") for entry in entries}
    links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
    assert links == {
        "self": "http://127.0.0.1:8000/feeds/activities.atom",
        "alternate": "http://127.0.0.1:8000/activities/",
    }
    assert "9月15日" in one(entries[0], "summary") and feed.find(f"{ATOM}author/{ATOM}name") is not None


def test_json_feed_has_what_the_format_asks_for(client: Client, three: dict[str, Activity]) -> None:
    feed = json.loads(got(client, "json", "audience=children"))

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"].endswith("/feeds/activities.json?audience=children")
    [item] = feed["items"]
    assert item["url"] == item["id"] and item["content_text"] == "带望远镜" and item["tags"]
    sessions = item["_kepuyue"]["sessions"]
    assert [one["start"] for one in sessions] == ["2024-09-15T09:30:00+08:00", "2024-09-16T09:30:00+08:00"]
    assert sessions[0]["lng"] == 114.05 and sessions[0]["status"] == "held"
    titles = [item["title"] for item in json.loads(got(client, "json"))["items"]]
    assert titles == ["已取消：停办", "湿地观鸟", "择期举行"]


def test_tables_have_a_line_for_each_session_and_each_undated_activity(
    client: Client, three: dict[str, Activity]
) -> None:
    head, *rows = csv.reader(io.StringIO(got(client, "csv").decode("utf-8-sig"), newline=""))
    lines = [dict(zip(head, row, strict=True)) for row in rows]

    assert [line["活动名称"] for line in lines].count("湿地观鸟") == 2 and len(lines) == 4
    first = next(line for line in lines if line["活动名称"] == "湿地观鸟")
    assert (first["日期"], first["开始"], first["结束"]) == ("2024-09-15", "09:30", "10:30")
    assert first["主办"] == "福田区科协" and first["经度"] == "114.05"
    assert {line["活动名称"]: line["状态"] for line in lines} == {
        "湿地观鸟": "照常", "停办": "已取消", "择期举行": "照常",
    }  # fmt: skip
    assert lines[-1]["时间说明"] == "九月下旬"
    sheet = load_workbook(io.BytesIO(got(client, "xlsx"))).active
    assert sheet is not None
    assert next([cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)) == head
    assert sheet.max_row == 5


def test_the_schedule_is_read_back_by_the_reader_of_schedules(
    client: Client, three: dict[str, Activity]
) -> None:
    Speaker.objects.create(activity=three["talk"], name="李明")
    night = SessionFactory(activity=three["talk"], starts_at=datetime(2024, 9, 20, 23, tzinfo=SHENZHEN),
                           ends_at=datetime(2024, 9, 21, 1, 30, tzinfo=SHENZHEN))  # fmt: skip
    open_end = SessionFactory(
        activity=three["talk"], starts_at=datetime(2024, 9, 22, 9, tzinfo=SHENZHEN), ends_at=None
    )
    SessionFactory(activity=three["talk"], is_all_day=True, starts_at=datetime(2024, 9, 1, tzinfo=SHENZHEN),
                   ends_at=datetime(2024, 10, 1, tzinfo=SHENZHEN))  # fmt: skip
    body = got(client, "xml")
    month = Window(datetime(2024, 9, 1, tzinfo=SHENZHEN), datetime(2024, 10, 1, tzinfo=SHENZHEN), SHENZHEN)

    feed = formats.read(body, month)

    read = {event.occurrences[0].starts_at: event for event in feed.events}
    assert len(read) == 5 == len({event.uid for event in feed.events})
    assert read[night.starts_at].occurrences[0].ends_at == night.ends_at
    assert read[open_end.starts_at].occurrences[0].ends_at is None
    talk = read[datetime(2024, 9, 15, 9, 30, tzinfo=SHENZHEN)]
    assert talk.title == "湿地观鸟" and talk.place == "少年宫" and talk.people == ["李明"]
    assert_is_a_schedule(fromstring(body))


def test_an_empty_selection_is_a_whole_file_in_every_format(client: Client, in_the_month: datetime) -> None:
    published()
    for form in FORMS:
        assert got(client, form, "date_from=2031-01-01")
    assert_is_a_schedule(fromstring(got(client, "xml", "date_from=2031-01-01")))


# github.com/voc/schedule, validator/xsd/schedule.xml.xsd: what has to be there, and how it is written
EVENT = {
    "room": ".+", "title": ".+", "type": ".*", "date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d\d:\d\d",
    "start": r"[0-2]\d:[0-5]\d", "duration": r"\d{1,2}:\d\d", "abstract": "(?s:.*)", "slug": "[a-z0-9-]+",
    "subtitle": ".*", "track": ".*",
}  # fmt: skip


def assert_is_a_schedule(root: Element) -> None:
    assert [part.tag for part in root][:3] == ["version", "conference", "day"]
    assert {"title", "acronym"} <= {part.tag for part in root.find("conference") or ()}
    events = list(root.iterfind("day/room/event"))
    assert len(events) == len(list(root.iter("event")))
    for unique in ("id", "guid"):
        assert len({event.get(unique) for event in events}) == len(events)
    for event in events:
        for tag, pattern in EVENT.items():
            assert re.fullmatch(pattern, event.findtext(tag) or ""), (tag, event.findtext(tag))
    assert len({event.findtext("slug") for event in events}) == len(events)


def test_hostile_text_stays_text_in_every_format(client: Client, in_the_month: datetime) -> None:
    for kind in corpus.names():
        hostile = corpus.KINDS[kind][0]
        published(
            title=f"始{hostile[:100]}终",
            summary=hostile[:200],
            description=hostile,
            host=f"单{hostile}"[:110],
        )
    Session.objects.update(note=corpus.KINDS["markup"][0][:120], place=corpus.KINDS["formula"][0])

    for form in FORMS:
        response = client.get(f"/feeds/activities.{form}")
        assert faults(response) == [], form
    titles = [
        entry.findtext(ATOM + "title") or "" for entry in fromstring(got(client, "atom")).iter(ATOM + "entry")
    ]
    assert len(titles) == len(corpus.KINDS) and all(re.fullmatch("始.*终", title) for title in titles)
    assert_is_a_schedule(fromstring(got(client, "xml")))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_public_is_in_no_feed(form: str, client: Client, clock: Any) -> None:
    clock.set(datetime(2024, 9, 14, 10))
    for state in (State.DRAFT, State.SUBMITTED, State.TAKEN_DOWN, State.REJECTED):
        published(title="绝密的活动", state=state)

    public = published(title="公开的活动")

    assert "绝密".encode() not in got(client, form)
    clock.set(datetime(2024, 8, 20, 10))
    assert public.title.encode() not in got(client, form)
