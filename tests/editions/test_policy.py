from datetime import date

import pytest
from pydantic import ValidationError

from kepuyue.editions.policy import Band, Calendar, Crowd, Policy
from tests.factories import EditionFactory


@pytest.mark.django_db
def test_an_old_row_goes_by_the_defaults() -> None:
    edition = EditionFactory(policy={"review": {"default": ["branch"]}})
    assert edition.rules == Policy(review={"default": ["branch"]})
    assert EditionFactory.build(policy={}).rules == Policy()


def test_a_slip_in_the_policy_is_refused() -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate({"fast_lane": {"share": 0.5}})


def test_an_empty_chain_is_the_default_chain() -> None:
    assert Policy(review={"default": [], "tier:x": []}).steps(["tier:x"]) == ["branch", "office"]


def test_the_first_system_of_terms_goes_before_that_of_the_type() -> None:
    policy = Policy(systems={"type:enterprise": "a", "joint_action:enterprises": "b"})
    assert policy.system(["joint_action:enterprises"], "enterprise") == "b"
    assert policy.system([], "enterprise") == "a"
    assert policy.system([], "school") == ""


@pytest.mark.parametrize(
    ("people", "asked"), [(None, "line"), (49, "line"), (50, "points"), (999, "points"), (1000, "nine")]
)
def test_how_much_is_asked_grows_with_the_crowd(people: int | None, asked: str) -> None:
    assert Crowd().asks(people) == asked


def test_bands_are_in_order_however_written() -> None:
    crowd = Crowd.model_validate({"bands": [{"people": 200, "asks": "nine"}, {"people": 0, "asks": "line"}]})
    assert crowd.bands == [Band(people=0, asks="line"), Band(people=200, asks="nine")]


def test_working_days_go_by_the_calendar() -> None:
    # 2024: Mid-Autumn 15-17 September, made up on Saturday 14 September
    calendar = Calendar(off=[date(2024, 9, 16), date(2024, 9, 17)], work=[date(2024, 9, 14)])
    assert calendar.working_days_before(date(2024, 9, 18), 1) == date(2024, 9, 14)
    assert calendar.working_days_before(date(2024, 9, 18), 3) == date(2024, 9, 12)
    assert calendar.working_days_before(date(2024, 9, 18), 0) == date(2024, 9, 18)
