"""The table of ways to write a time. A new way of writing gets a row here."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from kepuyue.imports.dates import Frame, read, statutory

ZONE = ZoneInfo("Asia/Shanghai")
EDITION = Frame(ZONE, 2024, date(2024, 9, 1), date(2024, 9, 30))
ARCHIVE = Frame(ZONE)


def outcome(start, end=None, clock=None, frame=EDITION):
    """Sessions as short texts, and the codes of what was noted."""
    reading = read({"start": start, "end": end, "clock": clock}, frame)
    slots = [
        f"{slot.start:%m-%d %H:%M}>{slot.end:%m-%d %H:%M}" + (" day" if slot.all_day else "")
        if slot.end
        else f"{slot.start:%m-%d %H:%M}>?"
        for slot in reading.slots
    ]
    return slots, [trouble.code for trouble in reading.troubles]


@pytest.mark.parametrize(
    ("cells", "slots", "codes"),
    [
        (("2024-09-14",), ["09-14 00:00>09-15 00:00 day"], []),
        (("2024-09-14", "2024-09-14"), ["09-14 00:00>09-15 00:00 day"], []),
        (("2024-09-14", "2024-09-20"), ["09-14 00:00>09-21 00:00 day"], []),
        ((date(2024, 9, 14),), ["09-14 00:00>09-15 00:00 day"], []),
        ((datetime(2024, 9, 14, 9, 30),), ["09-14 09:30>?"], []),
        ((20240922,), ["09-22 00:00>09-23 00:00 day"], []),
        ((45549,), ["09-14 00:00>09-15 00:00 day"], []),
        (("2024年9月14日",), ["09-14 00:00>09-15 00:00 day"], []),
        (("9月14日（周六）",), ["09-14 00:00>09-15 00:00 day"], []),
        (("９月１４日　上午９：００－１１：３０",), ["09-14 09:00>09-14 11:30"], []),
        (("9月14日下午3点-4点半",), ["09-14 15:00>09-14 16:30"], []),
        (("9月14日晚上8点—9点30",), ["09-14 20:00>09-14 21:30"], []),
        (("2024-09-14T10:00", "2024-09-14T12:00"), ["09-14 10:00>09-14 12:00"], []),
        (("2024.9.1-9.30",), ["09-01 00:00>10-01 00:00 day"], []),
        (("9月23日-27日",), ["09-23 00:00>09-28 00:00 day"], []),
        (("9/7、9/14 全天",), ["09-07 00:00>09-08 00:00 day", "09-14 00:00>09-15 00:00 day"], []),
        (("9月14-15日 10:00-11:00",), ["09-14 10:00>09-14 11:00", "09-15 10:00>09-15 11:00"], []),
        (("9月14日 9:00、14:00",), ["09-14 09:00>?", "09-14 14:00>?"], []),
        (("9月14日9:00-10:00；9月21日14:00",), ["09-14 09:00>09-14 10:00", "09-21 14:00>?"], []),
        (("9月1日0:00—9月30日24:00",), ["09-01 00:00>10-01 00:00"], []),
        (("9月13日-14日，每晚8:00",), ["09-13 20:00>?", "09-14 20:00>?"], []),
        (("9月14日22:00-次日1:00",), ["09-14 22:00>09-15 01:00"], []),
        (("9月第一个周末",), ["09-07 00:00>09-08 00:00 day", "09-08 00:00>09-09 00:00 day"], []),
        (("9月最后一个周末",), ["09-28 00:00>09-29 00:00 day", "09-29 00:00>09-30 00:00 day"], []),
        (("9月第二个周六 9:00",), ["09-14 09:00>?"], []),
        (("2024-09-14 10:00-10:15",), ["09-14 10:00>09-14 10:15"], []),
        (("2024-09-14T01:30:00Z",), ["09-14 09:30>?"], []),
        (("2024-09-14T09:30:00+08:00",), ["09-14 09:30>?"], []),
        (("2024-09-14", None, "09:00-10:00"), ["09-14 09:00>09-14 10:00"], []),
        (("2024-09-14", None, 0.375), ["09-14 09:00>?"], []),
        (("2024-09-14", None, time(9, 0)), ["09-14 09:00>?"], []),
        (("9月14日上午",), ["09-14 00:00>09-15 00:00 day"], ["time-vague"]),
        (("9月14日（周日）",), ["09-14 00:00>09-15 00:00 day"], ["weekday-mismatch"]),
        (("2024-12-12",), ["12-12 00:00>12-13 00:00 day"], ["date-outside-edition"]),
    ],
)
def test_read_what_is_understood_gives_sessions(cells, slots, codes):
    assert outcome(*cells) == (slots, codes)


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ((None,), ["date-missing"]),
        (("2024-06",), ["date-vague"]),
        (("2024",), ["date-vague"]),
        ((2024,), ["date-vague"]),
        (("2006-02",), ["date-vague", "year-implausible"]),
        (("2018",), ["date-vague", "year-implausible"]),
        (("2017-03-25",), ["year-implausible"]),
        (("2023-08", "2023-08"), ["date-vague", "year-implausible"]),
        (("9月中旬",), ["date-vague"]),
        (("待定",), ["date-vague"]),
        (("长期开放",), ["date-vague"]),
        (("#N/A",), ["date-vague"]),
        (("14日",), ["date-vague"]),
        (("9月31日",), ["date-invalid"]),
        (("9月31日 14:00",), ["date-invalid"]),
        (("2024-02-30",), ["date-invalid"]),
        ((12.5,), ["date-invalid"]),
        (("9月14日25:00",), ["time-invalid"]),
        (("9月14日13:60",), ["time-invalid"]),
        (("9月14日14:00-13:00",), ["time-reversed"]),
        (("2024-09-14", "2024-09-13"), ["time-reversed"]),
        (("2024-09-14", None, 3.5), ["time-invalid"]),
    ],
)
def test_read_what_names_no_day_makes_no_session(cells, codes):
    assert outcome(*cells) == ([], codes)


@pytest.mark.parametrize(
    ("text", "year"), [("2006-02", 2006), ("2018", 2018), ("2017-03-25", 2017), ("待定", None)]
)
def test_read_in_an_archive_knows_the_year(text, year):
    reading = read({"when": text}, ARCHIVE)

    assert reading.year == year


def test_read_keeps_refused_text_as_written():
    assert read({"start": "2006-02"}, ARCHIVE).as_written == "2006-02"
    assert read({"start": "2017-09", "end": "2017-10-01"}, ARCHIVE).as_written == "2017-09—2017-10-01"
    assert read({"when": "2017-03-25"}, ARCHIVE).as_written == ""


def test_read_a_run_with_too_many_sessions_is_refused():
    reading = read({"start": "2024-09-01", "end": "2024-09-30"}, EDITION)
    assert len(reading.slots) == 1

    many = read({"when": "2024年1月1日-12月31日 9:00、10:00"}, EDITION)
    assert [trouble.code for trouble in many.troubles] == ["date-vague"]


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_statutory_calendar_of_a_year_is_whole(year):
    """Seven holidays; the days worked in exchange are weekend days outside every run of days off."""
    known = statutory.announced(year)

    assert known is not None
    assert set(known.off) == {"元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆"}
    assert all(first <= last for first, last in known.off.values())
    assert all(day.weekday() >= 5 and not statutory.is_holiday(day) for day in known.worked)
    assert all(
        known.off[name][0] <= known.feasts[name] <= known.off[name][1] for name in ("清明", "端午", "中秋")
    )


def test_statutory_working_days_follow_the_notice_and_the_edition():
    make_up, monday_off = date(2024, 9, 14), date(2024, 9, 16)

    assert (statutory.is_working(make_up), statutory.is_working(monday_off)) == (True, False)
    assert not statutory.is_working(make_up, off=frozenset({make_up}))
    assert statutory.is_working(monday_off, work=frozenset({monday_off}))
    # A year without a file has its weekends and nothing else
    assert statutory.is_working(date(2031, 10, 1))
    assert not statutory.is_working(date(2031, 10, 4))
