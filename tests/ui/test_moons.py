from datetime import date

from kepuyue.ui.moons import fullness, lit_part, moons

DAYS = [
    {"day": date(2024, 9, 1), "count": 0},
    {"day": date(2024, 9, 2), "count": 1},
    {"day": date(2024, 9, 3), "count": 100},
]


def test_fullness_of_an_empty_day_is_the_new_moon() -> None:
    assert fullness(0, 10) == 0
    assert lit_part(0) == ""


def test_fullness_of_the_busiest_day_is_the_full_moon() -> None:
    assert fullness(10, 10) == 1


def test_fullness_of_a_quiet_day_is_still_a_crescent() -> None:
    assert fullness(1, 10_000) == 0.12


def test_fullness_grows_with_the_count() -> None:
    values = [fullness(count, 30) for count in range(1, 31)]

    assert values == sorted(values)


def test_lit_part_turns_from_crescent_to_gibbous_at_the_half() -> None:
    assert " 0 0 0 16 " in lit_part(0.3)
    assert " 0 0 1 16 " in lit_part(0.7)


def test_moons_know_today_past_and_current() -> None:
    first, second, third = moons(DAYS, current=date(2024, 9, 3), today=date(2024, 9, 2))

    assert (first.is_past, second.is_past, third.is_past) == (True, False, False)
    assert (first.is_today, second.is_today, third.is_today) == (False, True, False)
    assert (first.is_current, second.is_current, third.is_current) == (False, False, True)
    assert first.weekday == "sunday"


def test_moons_without_days_are_none() -> None:
    assert moons([]) == []
