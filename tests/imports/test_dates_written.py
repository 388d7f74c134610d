"""Whatever set of sessions people write down is read back as that set; whatever else is typed gives a reason."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kepuyue.imports.dates import ERROR, Frame, Slot, read

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2024, 9, 1), date(2024, 9, 30)
EDITION = Frame(ZONE, 2024, FIRST, LAST)
WEEK = "一二三四五六日"
DAYS = st.dates(FIRST, LAST)
FAST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Hours:
    """Minutes after midnight; no end where none is stated."""

    start: int
    end: int | None


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    start = draw(st.integers(min_value=6 * 12, max_value=22 * 12)) * 5
    length = draw(st.none() | st.integers(min_value=3, max_value=24))
    return Hours(start, None if length is None else min(start + 5 * length, 24 * 60))


def one_after_the_other(found: list[Hours]) -> list[Hours]:
    """In the order of the day, none beginning before the one before has ended."""
    kept: list[Hours] = []
    for here in sorted(found, key=lambda hours: hours.start):
        if not kept or here.start > (kept[-1].end or kept[-1].start):
            kept.append(here)
    return kept


SEVERAL_HOURS = st.lists(hours(), min_size=1, max_size=3).map(one_after_the_other)


# Writing --------------------------------------------------------------------------------------------------


def clock(minutes: int, style: str) -> str:
    hour, minute = divmod(minutes, 60)
    if style == "points":
        rest = "半" if minute == 30 else f"{minute:02}分" if minute else ""
        return f"{hour}点{rest}"
    if style == "halves" and hour < 24:
        half = "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
        return f"{half}{hour - 12 if hour > 12 else hour}:{minute:02}"
    return f"{hour}:{minute:02}" if style != "padded" else f"{hour:02}:{minute:02}"


@st.composite
def written_hours(draw: st.DrawFn, several: list[Hours]) -> str:
    style = draw(st.sampled_from(["plain", "padded", "points", "halves"]))
    dash = draw(st.sampled_from(["-", "—", "－", "~", "至", " - ", "--", "到"]))
    mark = draw(st.sampled_from(["、", "，", "；", " / ", "\n", " 和 "]))
    return mark.join(
        clock(here.start, style) + (dash + clock(here.end, style) if here.end is not None else "")
        for here in several
    )


@st.composite
def written_day(draw: st.DrawFn, day: date) -> str:
    text = draw(
        st.sampled_from(
            [
                f"{day.month}月{day.day}日", f"{day.month:02}月{day.day:02}日", f"2024年{day.month}月{day.day}日",
                f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}", f"{day.month}/{day.day}", f"{day.month}月{day.day}号",
            ]
        )
    )  # fmt: skip
    name = WEEK[day.weekday()]
    return text + draw(st.sampled_from(["", "", f"（周{name}）", f"(星期{name})", f" 周{name}"]))


@st.composite
def written_days(draw: st.DrawFn, days: list[date]) -> str:
    mark = draw(st.sampled_from(["、", "，", "；", "和", "\n"]))
    if draw(st.booleans()) and len(days) > 1:
        return f"{days[0].month}月" + "、".join(str(day.day) for day in days) + "日"
    return mark.join(draw(written_day(day)) for day in days)


@st.composite
def written_run(draw: st.DrawFn, first: date, last: date) -> str:
    short = st.sampled_from(
        [
            f"{first.month}月{first.day}日-{last.day}日", f"{first.month}月{first.day}-{last.day}日",
            f"2024.{first.month}.{first.day}-{last.month}.{last.day}",
            f"{first.month}.{first.day}—{last.month}.{last.day}",
        ]
    )  # fmt: skip
    if draw(st.booleans()):
        return draw(short)
    dash = draw(st.sampled_from(["-", "—", "至", " ~ ", "到"]))
    return f"{draw(written_day(first))}{dash}{draw(written_day(last))}"


# What is meant --------------------------------------------------------------------------------------------


def moment(day: date, minutes: int) -> datetime:
    return (datetime.combine(day, time()) + timedelta(minutes=minutes)).replace(tzinfo=ZONE)


def timed(days: list[date], several: list[Hours]) -> set[Slot]:
    return {
        Slot(
            moment(day, here.start), None if here.end is None else moment(day, here.end), all_day=False
        )
        for day in days
        for here in several
    }  # fmt: skip


def whole(first: date, last: date) -> Slot:
    return Slot(moment(first, 0), moment(last + timedelta(days=1), 0), all_day=True)


def between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def slots(cells: dict[str, Any], *codes: str) -> set[Slot]:
    reading = read(cells, EDITION)
    assert {trouble.code for trouble in reading.troubles} == set(codes), (cells, reading.troubles)
    assert len(reading.slots) == len(set(reading.slots))
    return set(reading.slots)


def in_columns(draw: st.DrawFn, days: str, clocks: str) -> dict[str, Any]:
    """In one cell, in either width, or day and clock apart."""
    if draw(st.booleans()):
        return {"when": days, "clock": clocks}
    text = f"{days}{draw(st.sampled_from([' ', '，', chr(10), '　']))}{clocks}"
    if draw(st.booleans()):
        text = text.translate({ord(letter): chr(ord(letter) + 0xFEE0) for letter in "0123456789:()"})
        assert unicodedata.normalize("NFKC", text) != text
    return {"when": text}


LISTS = st.lists(DAYS, min_size=1, max_size=5, unique=True).map(sorted)
RUNS = st.tuples(DAYS, DAYS).filter(lambda pair: pair[0] < pair[1])


@FAST
@given(st.data(), LISTS, SEVERAL_HOURS)
def test_list_of_days_with_hours(data: st.DataObject, days: list[date], several: list[Hours]) -> None:
    cells = data.draw(written_cells(written_days(days), several))

    assert slots(cells) == timed(days, several)


@st.composite
def written_cells(
    draw: st.DrawFn, days: st.SearchStrategy[str], several: list[Hours], before: str = ""
) -> dict[str, Any]:
    return in_columns(draw, draw(days), before + draw(written_hours(several)))


@FAST
@given(st.data(), RUNS, SEVERAL_HOURS)
def test_run_of_days_with_hours(data: st.DataObject, run: tuple[date, date], several: list[Hours]) -> None:
    before = data.draw(st.sampled_from(["", "每天", "每日"]))
    cells = data.draw(written_cells(written_run(*run), several, before))

    assert slots(cells) == timed(between(*run), several)


@FAST
@given(st.data(), RUNS)
def test_run_of_days_without_hours_is_one_session(data: st.DataObject, run: tuple[date, date]) -> None:
    text = data.draw(written_run(*run)) + data.draw(st.sampled_from(["", " 全天"]))

    assert slots({"when": text}) == {whole(*run)}


@FAST
@given(st.data(), LISTS)
def test_list_of_days_without_hours_is_a_session_each(data: st.DataObject, days: list[date]) -> None:
    text = data.draw(written_days(days)) + data.draw(st.sampled_from(["", " 全天"]))

    assert slots({"when": text}) == {whole(day, day) for day in days}


@FAST
@given(st.data(), st.lists(st.tuples(DAYS, hours()), min_size=1, max_size=4, unique_by=lambda pair: pair[0]))
def test_days_with_hours_of_their_own(data: st.DataObject, pairs: list[tuple[date, Hours]]) -> None:
    pairs = sorted(pairs, key=lambda pair: pair[0])
    mark = data.draw(st.sampled_from(["；", "\n", "，", "、"]))
    text = mark.join(
        f"{data.draw(written_day(day))} {data.draw(written_hours([here]).filter(lambda text: mark not in text))}"
        for day, here in pairs
    )

    assert slots({"when": text}) == set().union(*(timed([day], [here]) for day, here in pairs))


@FAST
@given(st.data(), st.sets(st.integers(0, 6), min_size=1, max_size=4), RUNS, SEVERAL_HOURS)
def test_weekly_within_bounds(
    data: st.DataObject, weekdays: set[int], run: tuple[date, date], several: list[Hours]
) -> None:
    days = [day for day in between(*run) if day.weekday() in weekdays]
    if not days:
        return
    names = data.draw(st.sampled_from(["、", ""])).join(WEEK[day] for day in sorted(weekdays))
    rule = f"每周{names}"
    cells = data.draw(written_cells(written_run(*run).map(lambda text: f"{text} {rule} "), several))

    assert slots(cells) == timed(days, several)


@FAST
@given(st.data(), st.integers(0, 6), RUNS, SEVERAL_HOURS)
def test_closed_days_are_left_out(
    data: st.DataObject, closed: int, run: tuple[date, date], several: list[Hours]
) -> None:
    days = [day for day in between(*run) if day.weekday() != closed]
    if not days:
        return
    text = f"{data.draw(written_run(*run))} {data.draw(written_hours(several))}"
    text += data.draw(
        st.sampled_from(
            [f"（周{WEEK[closed]}闭馆）", f"（周{WEEK[closed]}除外）", f"，逢周{WEEK[closed]}闭馆"]
        )
    )

    assert slots({"when": text}) == timed(days, several)


@FAST
@given(st.data(), RUNS, hours(), hours())
def test_start_and_end_with_day_and_clock_are_one_session(
    data: st.DataObject, run: tuple[date, date], begins: Hours, ends: Hours
) -> None:
    first, last = data.draw(written_day(run[0])), data.draw(written_day(run[1]))
    start, end = f"{first} {clock(begins.start, 'padded')}", f"{last} {clock(ends.start, 'padded')}"
    expected = {Slot(moment(run[0], begins.start), moment(run[1], ends.start), all_day=False)}

    assert slots({"when": f"{start} 至 {end}"}) == expected
    assert slots({"start": start, "end": end}) == expected
    typed = {
        "start": moment(run[0], begins.start).replace(tzinfo=None),
        "end": moment(run[1], ends.start).replace(tzinfo=None),
    }
    assert slots(typed) == expected


@FAST
@given(DAYS, hours(), st.sampled_from([date(1899, 12, 30), date(1904, 1, 1)]))
def test_serial_days_of_both_epochs(day: date, here: Hours, epoch: date) -> None:
    reading = read({"when": (day - epoch).days, "clock": here.start / 1440}, EDITION, epoch)
    at_once = read({"when": (day - epoch).days + here.start / 1440}, EDITION, epoch)

    assert set(reading.slots) == set(at_once.slots) == timed([day], [Hours(here.start, None)])


@FAST
@given(DAYS, st.integers(1, 6), SEVERAL_HOURS, st.data())
def test_weekday_that_is_not_the_dates_is_a_problem_and_no_guess(
    day: date, off: int, several: list[Hours], data: st.DataObject
) -> None:
    wrong = WEEK[(day.weekday() + off) % 7]
    clocks = data.draw(written_hours(several))

    text = f"{day.month}月{day.day}日（周{wrong}）{clocks}"
    assert slots({"when": text}, "weekday-mismatch") == timed([day], several)
    columns = {"when": f"{day.month}月{day.day}日", "weekday": f"周{wrong}", "clock": clocks}
    assert slots(columns, "weekday-mismatch") == timed([day], several)


PIECES = st.sampled_from([
    "9月", "14日", "9月14日", "31日", "2024年", "2023", "周六", "每周", "每天", "至", "-", "、", "，", "9:00", "25:00",
    "下午", "3点", "上旬", "底", "闭馆", "除", "外", "（", "）", "即日起", "待定", "顺延至", "延期至", "国庆", "中秋",
    "工作日", "全天", "第二个", "12", "9/7", "9.14", "次日", "约", "前", "到", "半", "晚", "雨", "原定", " ", "\n", "#",
    "45549", "20240914", "场", "共3场", "起", "止", "和",
])  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=30))
@example("9:00至9/79月")
def test_anything_else_gives_sessions_or_a_reason(text: str) -> None:
    for cells in ({"when": text}, {"start": text, "end": "9月20日"}, {"when": "9月14日", "clock": text}):
        reading = read(cells, EDITION)

        assert reading.slots or any(trouble.severity == ERROR for trouble in reading.troubles)
        assert all(trouble.why and trouble.code for trouble in reading.troubles)
        assert all(slot.end is None or slot.start < slot.end for slot in reading.slots)
        assert all(slot.start.year == 2024 for slot in reading.slots)
