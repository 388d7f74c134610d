from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kepuyue.programme import times

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Span:
    start: datetime
    end: datetime | None
    is_all_day: bool = False


def at(day: int, hour: int = 0, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=ZONE)


CASES = [
    (Span(at(14, 10), at(14, 12)), "9月14日（周六） 10:00–12:00", "Sat, Sept 14, 10:00–12:00"),
    (Span(at(14, 10), None), "9月14日（周六） 10:00 开始", None),
    (Span(at(14, 22), at(15, 1)), "9月14日（周六） 22:00–次日01:00", None),
    (Span(at(14, 22), at(15)), "9月14日（周六） 22:00–24:00", "Sat, Sept 14, 22:00–24:00"),
    (Span(at(14, 9), at(16, 17)), "9月14日（周六） 09:00 – 9月16日（周一） 17:00",
     "Sat, Sept 14, 09:00 – Mon, Sept 16, 17:00"),
    (Span(at(14), at(15), True), "9月14日（周六） 全天", None),
    (Span(at(1), at(1, month=10), True), "9月1日 – 9月30日", "Sept 1 – 30"),
]  # fmt: skip


@pytest.mark.parametrize(("span", "chinese", "english"), CASES)
def test_a_session_says_its_whole_time(span: Span, chinese: str, english: str | None) -> None:
    assert times.span_text(span).replace("） ", "） ") == chinese


@pytest.mark.parametrize("language", ["en"], indirect=True)
@pytest.mark.parametrize(("span", "chinese", "english"), [case for case in CASES if case[2]])
def test_a_session_says_its_whole_time_in_english(
    span: Span, chinese: str, english: str, language: str
) -> None:
    assert times.span_text(span) == english


def test_on_a_later_day_it_says_since_when() -> None:
    night, run = Span(at(14, 22), at(15, 1)), Span(at(14, 9), at(16, 17))

    assert times.hours_text(night, at(15).date()) == "至01:00，9月14日起"
    assert times.hours_text(run, at(15).date()) == "全天，9月14日起"
    assert times.hours_text(run, at(14).date()) == "09:00起，至9月16日"
    assert times.hours_text(Span(at(1), at(3), True), at(2).date()) == "全天"


def test_a_span_over_the_year_says_both_years() -> None:
    span = Span(datetime(2024, 12, 30, tzinfo=ZONE), datetime(2025, 1, 3, tzinfo=ZONE), True)

    assert times.span_text(span) == "2024年12月30日 – 2025年1月2日"
