import pytest
from hypothesis import given
from hypothesis import strategies as st

from kepuyue.editions.numerals import chinese, english


def as_number(text: str) -> int:
    """Chinese numerals up to 999 read back, by the rules of reading and not of writing."""
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * {"十": 10, "百": 100}[character]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(character)
    return total + digit


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (15, "十五"), (20, "二十"), (21, "二十一"), (100, "一百"), (105, "一百零五"),
     (110, "一百一十"), (115, "一百一十五"), (999, "九百九十九")],
)  # fmt: skip
def test_chinese_numerals_are_written_as_people_do(number: int, text: str) -> None:
    assert chinese(number) == text


@given(st.integers(1, 999))
def test_chinese_numerals_read_back_are_the_number(number: int) -> None:
    assert as_number(chinese(number)) == number


@pytest.mark.parametrize("number", [0, 1000, -1])
def test_number_that_is_no_ordinal_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not from 1 to 999"):
        chinese(number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (21, "21st"),
        (113, "113th"),
    ],
)
def test_english_ordinals_end_as_spoken(number: int, text: str) -> None:
    assert english(number) == text
