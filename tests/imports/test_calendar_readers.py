"""Calendars of every format, as programs write them and as they come broken: one plain structure, or one sentence."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kepuyue.imports import calendar_words
from kepuyue.imports.calendars import formats, opening, recurrence
from kepuyue.imports.calendars.plain import MOST_EVENTS, Feed, Unusable, Window

ZONE = ZoneInfo("Asia/Shanghai")
SEPTEMBER = Window(datetime(2024, 9, 1, tzinfo=ZONE), datetime(2024, 10, 1, tzinfo=ZONE), ZONE)


def event(*lines: str, uid: str = "a", title: str = "观鸟") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT"])


def calendar(*events: str, head: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *([head] if head else []), *events, "END:VCALENDAR", ""]
    return "\n".join(lines).replace("\n", "\r\n").encode()


def read(data: bytes) -> Feed:
    return formats.read(data, SEPTEMBER)


def starts(data: bytes) -> list[str]:
    return [f"{one.starts_at.astimezone(ZONE):%m-%d %H:%M}" for one in read(data).events[0].occurrences]


def doubts(data: bytes) -> list[str]:
    return [code for code, _values in read(data).events[0].doubts]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20240914T093000"], ["09-14 09:30"]),
        (["DTSTART:20240914T013000Z"], ["09-14 09:30"]),
        (["DTSTART;TZID=Europe/Berlin:20240914T033000"], ["09-14 09:30"]),
        (["DTSTART;TZID=China Standard Time:20240914T093000"], ["09-14 09:30"]),
        (["DTSTART;VALUE=DATE:20240914"], ["09-14 00:00"]),
        (["DTSTART:20240907T140000", "RRULE:FREQ=WEEKLY;COUNT=3"], ["09-07 14:00", "09-14 14:00", "09-21 14:00"]),
        (["DTSTART:20200104T140000", "RRULE:FREQ=WEEKLY", "EXDATE:20240914T140000"],
         ["09-07 14:00", "09-21 14:00", "09-28 14:00"]),
        (["DTSTART:20240907T140000", "RRULE:FREQ=WEEKLY;UNTIL=20240914"], ["09-07 14:00", "09-14 14:00"]),
        (["DTSTART:20240907T140000", "RRULE:FREQ=WEEKLY;UNTIL=20240914T060000Z"], ["09-07 14:00", "09-14 14:00"]),
        (["DTSTART:20240907T140000", "RRULE:FREQ=WEEKLY;UNTIL=20240914T055959Z"], ["09-07 14:00"]),
        (["DTSTART:20240907T140000", "RDATE:20240908T100000,20240922T100000"],
         ["09-07 14:00", "09-08 10:00", "09-22 10:00"]),
        (["DTSTART:20240907T140000", "RDATE;VALUE=PERIOD:20240908T020000Z/PT3H"], ["09-07 14:00", "09-08 10:00"]),
        (["DTSTART;VALUE=DATE:20240907", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20240908"],
         ["09-07 00:00", "09-09 00:00"]),
    ],
)  # fmt: skip
def test_times_of_an_event(lines: list[str], expected: list[str]) -> None:
    assert starts(calendar(event(*lines))) == expected


@pytest.mark.parametrize(
    ("lines", "hours"),
    [
        (["DTSTART:20240914T090000", "DTEND:20240914T113000"], 2.5),
        (["DTSTART:20240914T090000", "DURATION:PT1H30M"], 1.5),
        (["DTSTART:20240914T090000"], None),
        (["DTSTART;VALUE=DATE:20240914"], 24),
        (["DTSTART;VALUE=DATE:20240914", "DTEND;VALUE=DATE:20240914"], 24),
        (["DTSTART;VALUE=DATE:20240914", "DTEND;VALUE=DATE:20240917"], 72),
        (["DTSTART;VALUE=DATE:20240914", "DURATION:P2D"], 48),
        # The night in which Berlin puts its clocks forward is no part of it: clock times are what people mean
        (["DTSTART;TZID=Europe/Berlin:20240914T220000", "DTEND;TZID=Europe/Berlin:20240915T020000"], 4),
    ],
)
def test_length_of_an_event(lines: list[str], hours: float | None) -> None:
    [one] = read(calendar(event(*lines))).events[0].occurrences

    assert (one.ends_at and (one.ends_at - one.starts_at) / timedelta(hours=1)) == hours


def test_end_before_the_start_is_left_out_and_said() -> None:
    data = calendar(event("DTSTART:20240914T090000", "DTEND:20240914T080000"))

    assert read(data).events[0].occurrences[0].ends_at is None
    assert doubts(data) == ["end-before-start"]


def test_one_occurrence_is_moved_and_another_called_off() -> None:
    data = calendar(
        event(
            "DTSTART:20240907T140000", "DTEND:20240907T150000", "RRULE:FREQ=WEEKLY;COUNT=3", "LOCATION:湿地"
        ),
        event("RECURRENCE-ID:20240914T140000", "DTSTART:20240915T100000", "LOCATION:书城"),
        event("RECURRENCE-ID:20240921T140000", "DTSTART:20240921T140000", "STATUS:CANCELLED"),
    )

    [found] = read(data).events
    assert [(f"{one.starts_at:%d %H}", one.place, one.is_cancelled) for one in found.occurrences] == [
        ("07 14", "湿地", False), ("15 10", "书城", False), ("21 14", "", True),
    ]  # fmt: skip
    # Each is known again by the time for which it was planned
    assert [one.key for one in found.occurrences] == [
        "20240907T060000Z",
        "20240914T060000Z",
        "20240921T060000Z",
    ]


def test_this_and_all_later_occurrences_move() -> None:
    data = calendar(
        event("DTSTART:20240907T140000", "RRULE:FREQ=WEEKLY;COUNT=4"),
        event("RECURRENCE-ID;RANGE=THISANDFUTURE:20240914T140000", "DTSTART:20240914T160000"),
    )

    assert starts(data) == ["09-07 14:00", "09-14 16:00", "09-21 16:00", "09-28 16:00"]


def test_zone_of_the_file_itself_and_one_that_nobody_knows() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\nEND:VTIMEZONE"  # fmt: skip

    assert starts(calendar(event("DTSTART;TZID=Ours:20240914T100000"), head=zone)) == ["09-14 09:00"]
    assert doubts(calendar(event("DTSTART;TZID=Nowhere:20240914T100000"))) == ["unknown-zone"]


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_line_ends_encodings_and_folds(ending: str, encoding: str) -> None:
    text = calendar(
        event("DTSTART:20240914T093000", "LOCATION:深圳市科学馆", title="湿地观鸟与自然笔记")
    ).decode()
    raw = text.replace("\r\n", ending).encode(encoding)
    if encoding == "utf-8":
        # Programs fold after 75 bytes, also in the middle of a character
        at = raw.index("自".encode()) + 1
        raw = raw[:at] + ending.encode() + b" " + raw[at:]

    [found] = read(raw).events
    assert (found.title, found.place) == ("湿地观鸟与自然笔记", "深圳市科学馆")


def test_text_with_line_breaks_that_nobody_folded() -> None:
    data = calendar(event("DTSTART:20240914T093000", "DESCRIPTION:第一行\n第二行没有缩进", "LOCATION:馆"))

    [found] = read(data).events
    assert found.text == "第一行\n第二行没有缩进"
    assert found.place == "馆"


def test_broken_event_costs_no_other() -> None:
    data = calendar(
        event("DTSTART:20240914T093000", uid="a", title="好的"),
        event("DTSTART:明天上午", uid="b", title="坏的"),
        event("DTSTART:20250914T093000", uid="c", title="明年的"),
        event("DTSTART:20240914T093000", uid="d", title=""),
        "BEGIN:VTODO\nUID:t\nSUMMARY:买票\nEND:VTODO",
    ).replace(b"END:VCALENDAR\r\n", b"BEGIN:VEVENT\r\nSUMMARY:\xe6\x96\xad\xe4\xba\x86\r\nDTSTART:20240914")

    feed = read(data)
    assert [one.title for one in feed.events] == ["好的"]
    assert sorted((title, code) for title, code, _values in feed.left) == [
        ("", "no-event"), ("", "no-title"), ("坏的", "no-start"), ("断了", "cut-off"), ("明年的", "outside"),
    ]  # fmt: skip


def test_events_of_one_uid_are_kept_apart() -> None:
    data = calendar(event("DTSTART:20240914T093000"), event("DTSTART:20240915T093000"))

    found = read(data).events
    assert len({one.uid for one in found}) == len(found) == 2
    assert doubts(data) == ["uid-twice"]


def test_newer_version_of_an_event_counts() -> None:
    data = calendar(
        event("DTSTART:20240914T093000", "SEQUENCE:2"), event("DTSTART:20240915T093000", "SEQUENCE:10")
    )

    assert starts(data) == ["09-15 09:30"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=SECONDLY", "rule-too-often"),
        ("FREQ=HOURLY", "rule-too-often"),
        ("FREQ=DAILY;INTERVAL=0", "rule-not-understood"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "rule-not-understood"),
        ("FREQ=SOMETIMES", "rule-not-understood"),
        ("FREQ=DAILY;UNTIL=soon", "rule-not-understood"),
    ],
)
def test_rule_that_nobody_can_expand_leaves_the_first_time(rule: str, code: str) -> None:
    start = "20100904T140000" if rule == "FREQ=HOURLY" else "20240907T140000"
    data = calendar(event(f"DTSTART:{start}", "RDATE:20240908T100000", f"RRULE:{rule}"))

    found = read(data).events[0]
    assert code in [one for one, _values in found.doubts]
    assert f"{found.occurrences[-1].starts_at:%d %H}" >= "08 10"


RULES = st.builds(
    lambda freq, interval, end, by: ";".join(
        filter(None, [f"FREQ={freq}", f"INTERVAL={interval}", end, *by])
    ),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 6),
    st.one_of(
        st.just(""),
        st.integers(1, 60).map(lambda count: f"COUNT={count}"),
        st.datetimes(datetime(2023, 1, 1), datetime(2025, 12, 31)).map(
            lambda day: f"UNTIL={day:%Y%m%dT%H%M%S}"
        ),
    ),
    st.lists(
        st.sampled_from(
            [
                "BYDAY=SA",
                "BYDAY=MO,WE,FR",
                "BYMONTH=9,10",
                "BYMONTHDAY=1,15,-1",
                "BYSETPOS=1",
                "BYHOUR=9,14",
                "WKST=SU",
            ]
        ),
        max_size=3,
        unique_by=lambda part: part.split("=")[0],
    ),
)


@settings(max_examples=60, deadline=None)
@given(RULES, st.datetimes(datetime(2022, 1, 1), datetime(2024, 9, 30)))
def test_rule_expands_as_dateutil_says(rule: str, start: datetime) -> None:
    start = start.replace(microsecond=0)
    until = datetime(2024, 10, 1)

    try:
        expected = list(rrulestr(rule, dtstart=start).between(start, until, inc=True))
    except ValueError:
        with pytest.raises(recurrence.NotUnderstood):
            list(recurrence.times(rule, start, until=until))
        return

    found = list(recurrence.times(rule, start, until=until))
    assert [one for one in found if one <= until] == expected


@settings(max_examples=60, deadline=None)
@given(RULES, st.datetimes(datetime(2024, 8, 1), datetime(2024, 9, 30)))
def test_generated_calendar_gives_the_rule_inside_the_month(rule: str, start: datetime) -> None:
    start = start.replace(microsecond=0)
    expected = {start, *(one for one in recurrence.times(rule, start, until=datetime(2024, 10, 1)))}
    inside = sorted(one for one in expected if datetime(2024, 9, 1) <= one < datetime(2024, 10, 1))

    feed = read(calendar(event(f"DTSTART:{start:%Y%m%dT%H%M%S}", f"RRULE:{rule}")))
    found = [one.starts_at.replace(tzinfo=None) for event in feed.events for one in event.occurrences]
    assert found == inside
    assert len(feed.events) + len(feed.left) == 1


SCHEDULE = """<?xml version="1.0"?><schedule><conference><title>天文周</title><acronym>sky</acronym></conference>
<day date="2024-09-14" start="2024-09-14T10:00:00+08:00"><room name="一号厅">
<event guid="g1" id="1"><date>2024-09-14T10:00:00+08:00</date><start>10:00</start><duration>01:30</duration>
<title>观星</title><subtitle>秋夜</subtitle><track>天文</track><abstract>看月亮</abstract><persons><person id="1">李明</person></persons></event>
<event id="2"><start>01:00</start><duration>00:45</duration><title>夜谈</title></event></room></day></schedule>"""


def test_conference_schedule_in_xml() -> None:
    feed = read(SCHEDULE.encode())

    first, second = feed.events
    assert (feed.format, feed.name) == ("schedule-xml", "天文周")
    assert (first.uid, first.title, first.text, first.place) == ("g1", "观星", "秋夜\n\n看月亮", "一号厅")
    assert (first.people, first.words) == (["李明"], ["天文"])
    assert first.occurrences[0].ends_at == datetime(2024, 9, 14, 11, 30, tzinfo=ZONE)
    # After midnight it still belongs to the evening before; a number is unique in its conference only
    assert (second.uid, second.occurrences[0].starts_at) == ("sky#2", datetime(2024, 9, 15, 1, tzinfo=ZONE))


def test_conference_schedule_in_json() -> None:
    talk = {"id": 7, "guid": "g7", "date": "2024-09-14T10:00:00+08:00", "start": "10:00", "duration": "00:30",
            "title": "观星", "persons": [{"public_name": "李明"}], "room": "厅"}  # fmt: skip
    data = {"schedule": {"conference": {"acronym": "sky", "title": "天文周", "days": [
        {"date": "2024-09-14", "rooms": {"厅": [talk]}}]}}}  # fmt: skip

    [found] = read(json.dumps(data).encode()).events
    assert (found.uid, found.people, found.place) == ("g7", ["李明"], "厅")


def test_openagenda_as_it_answers_and_as_portals_hand_it_out() -> None:
    own = {"agenda": {"title": {"fr": "Science"}}, "events": [
        {"uid": 1, "title": {"fr": "Oiseaux", "zh": "观鸟"}, "location": {"name": "湿地"}, "status": 1,
         "timings": [{"begin": "2024-09-14T09:00:00+08:00", "end": "2024-09-14T11:00:00+08:00"},
                     {"begin": "2024-09-15T09:00:00+08:00", "end": "2024-09-15T11:00:00+08:00"}]}]}  # fmt: skip
    portal = {"records": [{"fields": {"uid": "2", "title": "Nuit", "placename": "Parc",
                                      "timetable": "2024-09-14T22:00:00 2024-09-14T05:30:00"}}]}  # fmt: skip

    [found] = read(json.dumps(own).encode()).events
    assert (found.uid, found.title, found.place, len(found.occurrences)) == (
        "openagenda:1",
        "观鸟",
        "湿地",
        2,
    )
    [night] = read(json.dumps(portal).encode()).events
    # An end before its start on the same day is past midnight
    assert night.occurrences[0].ends_at == datetime(2024, 9, 15, 5, 30, tzinfo=ZONE)


JSON_LD = {"@context": "https://schema.org", "@graph": [
    {"@type": "WebPage", "name": "页"},
    {"@type": "EducationEvent", "@id": "https://example.org/e1", "name": "观鸟", "startDate": "2024-09-14T09:00",
     "endDate": "2024-09-14T11:00", "organizer": {"name": "自然学会"}, "maximumAttendeeCapacity": 30,
     "location": [{"@type": "Place", "name": "湿地"}, {"@type": "VirtualLocation", "url": "https://example.org/live"}]},
    {"@type": "Event", "name": "取消的", "startDate": "2024-09-15", "eventStatus": "https://schema.org/EventCancelled"},
]}  # fmt: skip
MICRODATA = """<div itemscope itemtype="https://schema.org/Event"><h2 itemprop="name">观星</h2>
<time itemprop="startDate" datetime="2024-09-14T20:00:00+08:00">周六晚</time>
<div itemprop="location" itemscope itemtype="https://schema.org/Place"><span itemprop="name">天文台</span></div></div>"""


def test_page_with_json_ld() -> None:
    page = f"<!doctype html><html><head><title>活动</title><script type='application/ld+json'>{json.dumps(JSON_LD)}</script>"

    first, second = read(page.encode()).events
    assert (first.uid, first.organizer, first.capacity) == ("https://example.org/e1", "自然学会", 30)
    assert (first.place, first.online) == ("湿地", "https://example.org/live")
    assert second.is_cancelled and second.occurrences[0].is_all_day


def test_page_with_microdata_in_an_old_encoding() -> None:
    page = f'<html><head><meta charset="gb2312"></head><body>{MICRODATA}</body></html>'

    [found] = read(page.encode("gb18030")).events
    assert (found.title, found.place) == ("观星", "天文台")
    assert found.occurrences[0].starts_at == datetime(2024, 9, 14, 20, tzinfo=ZONE)


LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
) + "]><schedule><conference><title>&j;</title></conference></schedule>"  # fmt: skip
OUTSIDE = "<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><schedule><day>&x;</day></schedule>"
BAD = {
    "empty": (b"", "empty"),
    "blank": (b"\xef\xbb\xbf \r\n", "empty"),
    "big": (b"BEGIN:VCALENDAR\r\n" + b"X:" + b"x" * 10_000_000, "too-big"),
    "laughs": (LAUGHS.encode(), "entities"),
    "outside entity": (OUTSIDE.encode(), "entities"),
    "cut XML": (SCHEDULE[:300].encode(), "broken-xml"),
    "many": (b"BEGIN:VEVENT\nUID:1\nEND:VEVENT\n" * 100_000, "too-many-events"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "no-calendar"),
    "text": ("九月十四日上午观鸟".encode(), "no-calendar"),
    "page": (b"<html><body>hello</body></html>", "page-without-events"),
    "other JSON": (b'{"a": 1}', "json-without-events"),
    "deep JSON": (b'{"a":' + b"[" * 200_000, "too-deep"),
    "to do": (b"BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nEND:VTODO\nEND:VCALENDAR", "no-events"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_gets_one_sentence(name: str) -> None:
    data, code = BAD[name]

    # More than may be uploaded at all is refused before a process is begun for it
    with pytest.raises(Unusable) as refusal:
        opening.read(data[: 4_900_000 if name == "many" else None], SEPTEMBER)

    assert refusal.value.code == code
    sentence = calendar_words.fault(refusal.value.code, refusal.value.values)
    assert sentence.endswith("。") and "%" not in sentence


def test_rule_that_never_gives_a_time_is_stopped() -> None:
    data = calendar(event("DTSTART:20240914T093000", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"))

    feed = opening.read(data, SEPTEMBER)
    assert [code for code, _values in feed.events[0].doubts] == ["rule-too-often"]


def test_feed_is_the_same_on_the_other_side_of_the_process() -> None:
    data = calendar(
        event("DTSTART:20240907T140000", "RRULE:FREQ=WEEKLY", "LOCATION:湿地"),
        event(uid="b", title="没有时间"),
    )

    assert opening.read(data, SEPTEMBER) == read(data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(junk: bytes) -> None:
    for data in (
        junk,
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:" + junk,
        b"<schedule>" + junk,
        b"<html>" + junk,
    ):
        try:
            feed = read(data)
        except Unusable as refusal:
            assert refusal.code in calendar_words.FAULTS
        else:
            assert len(feed.events) + len(feed.left) <= MOST_EVENTS


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                        st.sampled_from(["events", "schedule", "conference", "days", "rooms", "timings", "title", "uid",
                                         "date", "start", "@type", "startDate", "name", "location", "persons"]), inner, max_size=5),
                    max_leaves=20))  # fmt: skip
@example({"schedule": {"conference": True}})
def test_any_json_is_read_or_refused(data: object) -> None:
    wrapped = {"schedule": {"conference": {"days": data}}, "events": data}
    for one in (data, wrapped, {"events": [{"uid": 1, "title": data, "timings": data, "location": data}]},
                {"@type": "Event", "name": "x", "startDate": data, "location": data, "organizer": data}):  # fmt: skip
        try:
            read(json.dumps(one).encode())
        except Unusable as refusal:
            assert refusal.code in calendar_words.FAULTS


def test_file_of_alarms_alone_says_so_in_both_languages() -> None:
    with translation.override("en"):
        english = calendar_words.fault("no-events", {"kinds": ["VALARM"]})
    with translation.override("zh-hans"):
        chinese = calendar_words.fault("no-events", {"kinds": ["VALARM"]})

    assert (english, chinese) == ("There are no events in it, only alarms.", "里面没有活动，只有定时提醒。")
