import pytest
from hypothesis import given
from hypothesis import strategies as st

from kepuyue.core.codes import (
    CREDIT_ALPHABET,
    READABLE,
    as_credit_code,
    credit_code_fault,
    credit_code_is_valid,
    new_code,
)

# Of public bodies: 华为, 腾讯, 比亚迪
REAL = ("914403001922038216", "9144030071526726XG", "91440300192317458F")


@pytest.mark.parametrize("code", REAL)
def test_credit_code_of_a_real_body_is_valid(code: str) -> None:
    assert credit_code_is_valid(code)


def test_credit_code_in_small_letters_is_valid() -> None:
    assert credit_code_is_valid("9144030071526726xg")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91440300192038216",
        "9144030019220382160",
        "91440300192203821O",
        "９１４４０３００１９２２０３８２１６",
    ],
)
def test_credit_code_of_wrong_length_or_alphabet_is_not_valid(code: str) -> None:
    assert not credit_code_is_valid(code)


@given(st.sampled_from(REAL), st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_credit_code_with_one_wrong_character_is_not_valid(code: str, place: int, wrong: str) -> None:
    changed = code[:place] + wrong + code[place + 1 :]

    assert credit_code_is_valid(changed) == (changed == code)


@given(st.text(CREDIT_ALPHABET, min_size=17, max_size=17))
def test_credit_code_has_exactly_one_check_character(body: str) -> None:
    assert sum(credit_code_is_valid(body + check) for check in CREDIT_ALPHABET) == 1


def test_new_code_is_readable_and_not_the_same_twice() -> None:
    codes = {new_code() for _ in range(200)}

    assert {len(code) for code in codes} == {6}
    assert set("".join(codes)) <= set(READABLE)
    assert len(codes) == 200


def test_readable_alphabet_has_no_look_alikes() -> None:
    assert set(READABLE) & set("0O1IL") == set()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("9144030071526726XG", ""),
        ("9144030071526726", "信用代码是18位，现在是16位，少了2位。"),
        ("9144030071526726XG9", "信用代码是18位，现在是19位，多了1位。"),
        ("9144O30071526726XG", "第5位是“O”，信用代码里没有这个字母，多半是数字“0”。"),
        ("9144030071526726XV", "第18位是“V”，信用代码里没有这个字符，请对照证书核对。"),
        ("914403A071526726XG", "第7位是“A”，第3至8位是行政区划，只能是数字。"),
        ("9144030071526726XQ", "校验位对不上，说明有一位抄错了，请对照证书逐位核对。"),
    ],
)
def test_credit_code_fault_names_the_odd_place(typed: str, says: str) -> None:
    assert credit_code_fault(typed) == says


def test_credit_code_is_read_as_it_is_printed() -> None:
    assert as_credit_code(" ９１440300 71526726xg ") == "9144030071526726XG"
