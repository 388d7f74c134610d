from datetime import date, datetime
from typing import Any

import pytest
from django.http import QueryDict

from kepuyue.programme.asked import span
from kepuyue.programme.forms import FilterForm, vocabulary
from tests.factories import DistrictFactory, EditionFactory

pytestmark = pytest.mark.django_db


def form(address: str) -> FilterForm:
    DistrictFactory()
    return FilterForm(QueryDict(address), vocabulary=vocabulary(EditionFactory()))


@pytest.mark.parametrize("word", ["futian", "福田区", "福田", "Futian District"])
def test_a_district_goes_by_any_of_its_names(word: str) -> None:
    asked = form(f"district={word}")

    assert asked.query().districts == {DistrictFactory().pk} and asked.remarks == []


def test_a_term_goes_by_code_or_name_and_several_by_comma_or_repetition() -> None:
    by_code = form("audience=children&audience=older_people").query()

    assert form("audience=少年儿童,老年人").query() == by_code
    assert len(by_code.terms["audience"]) == 2


@pytest.mark.parametrize(
    "address",
    ["district=火星", "date_from=14.9.2024", "date_to=2024-02-31", "when=gestern", "mode=telepathy", "audience=x",
     "booking=magic", "city=rome", f"q={'字' * 500}"],
)  # fmt: skip
def test_a_wrong_value_is_remarked_and_left_out(address: str) -> None:
    asked = form(address)

    assert len(asked.remarks) == 1
    assert asked.query().districts == frozenset() and not asked.query().has_dates


def test_what_is_right_beside_what_is_wrong_still_counts() -> None:
    asked = form("district=futian&district=火星&page=x&utm_source=y")

    assert asked.query().districts == {DistrictFactory().pk}
    assert asked.remarks == ["“所属区”里没有“火星”，已忽略。"]


def test_dates_in_the_wrong_order_are_turned_round() -> None:
    asked = form("date_from=2024-09-20&date_to=2024-09-10")

    assert (asked.query().first, asked.query().last) == (date(2024, 9, 10), date(2024, 9, 20))
    assert asked.remarks == ["开始日期晚于结束日期，已对调。"]


@pytest.mark.parametrize(
    ("name", "day", "first", "last"),
    [("today", 14, 14, 14), ("tomorrow", 14, 15, 15), ("weekend", 11, 14, 15), ("weekend", 14, 14, 15),
     ("weekend", 15, 15, 15), ("week", 14, 14, 20)],
)  # fmt: skip
def test_shortcuts_are_days_seen_from_today(name: str, day: int, first: int, last: int) -> None:
    assert span(name, date(2024, 9, day)) == (date(2024, 9, first), date(2024, 9, last))


def test_a_shortcut_becomes_days_and_written_days_go_before_it(in_the_month: datetime) -> None:
    assert form("when=weekend").query().last == date(2024, 9, 15)
    assert form("when=weekend&date_from=2024-09-20").query().first == date(2024, 9, 20)


@pytest.mark.parametrize("value", ["1", "true", "on"])
def test_free_is_a_switch(value: str) -> None:
    assert form(f"free={value}").query().free is True
    assert form("free=0").query().free is False


def test_no_filter_asks_for_everything(db: Any) -> None:
    asked = form("").query()

    assert asked.q == "" and not asked.has_dates and not any(asked.terms.values())
