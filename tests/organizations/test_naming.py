"""How names are compared."""

import pytest

from kepuyue.organizations import naming


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("深圳市科学馆", "科学馆"), ("福田区科学技术协会", "福田区科协"), ("ＡＢＣ科技有限公司", "abc科技"),
        ("深圳市腾讯计算机系统有限公司", "腾讯计算机系统公司"), ("深圳市天文台", "天文台（大鹏）"), ("莲花街道办事处", " 莲花 街道"),
    ],
)  # fmt: skip
def test_key_is_the_same_however_the_name_is_written(one: str, other: str) -> None:
    assert naming.key(one) == naming.key(other)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("深圳市科学馆", "科学馆", "名称只是写法不同"), ("彩虹小学", "彩红小学", "读音相同"),
        ("深圳市第三人民医院", "市三院", "像是简称"), ("福田区图书馆", "福田图书馆", "像是简称"),
        ("中广核核能科技馆", "中广核科技馆", "像是简称"), ("莲花山气象科普教育基地", "气象科普教育基地", "名称互相包含"),
    ],
)  # fmt: skip
def test_names_that_may_be_one_unit_are_alike_and_say_why(one: str, other: str, why: str) -> None:
    found = naming.likeness(naming.key(one), naming.key(other))

    assert (found.score >= naming.ALIKE, found.why) == (True, why)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("福田区图书馆", "南山区图书馆"), ("深圳市第一中学", "深圳市第二中学"), ("深圳市水务局", "深圳市商务局"),
        ("福田区少年宫", "福田区图书馆"), ("第1科普基地", "第2科普基地"), ("", "科学馆"),
    ],
)  # fmt: skip
def test_names_of_two_units_are_not_alike(one: str, other: str) -> None:
    assert naming.likeness(naming.key(one), naming.key(other)).score < naming.ALIKE


def test_initials_are_those_of_the_whole_name() -> None:
    assert naming.initials("深圳市科学馆（A座）") == "szskxgaz"


def test_name_that_is_nothing_but_place_keeps_it() -> None:
    assert naming.key("深圳市") != ""


def test_addresses_are_compared_without_the_city() -> None:
    assert naming.address_key("广东省深圳市福田区 莲花路1号") == naming.address_key("福田区莲花路１号。")
