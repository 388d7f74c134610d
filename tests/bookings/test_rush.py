"""What a rush calls wrong."""

import pytest

from bench.rush import is_bad

GOOD = {
    "oversold": 0,
    "lost": 0,
    "twice": 0,
    "wrong_counters": 0,
    "confirmed": 9,
    "answers": {"confirmed": 9},
}


@pytest.mark.parametrize(
    ("fact", "bad"),
    [
        ({}, False), ({"oversold": 1}, True), ({"lost": 1}, True), ({"twice": 1}, True), ({"wrong_counters": 1}, True),
        ({"confirmed": 0}, True), ({"answers": {"no answer": 1}}, True),
    ],
    ids=str,
)  # fmt: skip
def test_a_rush_that_went_wrong_is_not_called_good(fact: dict[str, object], bad: bool) -> None:
    assert is_bad(GOOD | fact) is bad
