"""What people typed stays text in a message, whatever a mail program makes of addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kepuyue.messaging import wording

LINK = re.compile(
    r"[a-z]+://|www\.[a-z]|[a-z0-9]@[a-z]|[a-z0-9]\.[a-z]{2,}|(mailto|javascript|tel):", re.IGNORECASE
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("航天科普讲座", "航天科普讲座"),
        ("AI 与人工智能 2.0", "AI 与人工智能 2.0"),
        ("请看 http://evil.example/x", "请看 http：//evil．example/x"),
        ("www.evil.example", "www．evil．example"),
        ("a@evil.example", "a＠evil．example"),
        ("请看 例.com 或 恶意.中国", "请看 例．com 或 恶意．中国"),
        ("ｅｖｉｌ.ｃｏｍ", "ｅｖｉｌ．ｃｏｍ"),
        ("10.0.0.7/login，票价3.5元", "10．0．0．7/login，票价3.5元"),
        ("标题\r\nBcc: x@y.z", "标题 Bcc: x＠y．z"),
        ("好\u202e坏\u200b处", "好 坏 处"),
    ],
)
def test_value_becomes_neither_link_nor_header(typed: str, shown: str) -> None:
    assert wording.neutral(typed) == shown


@given(st.text(alphabet=st.sampled_from("ahtpw:/.@\r\n\u202e 科%({")))
def test_no_text_makes_a_link_or_a_second_line(typed: str) -> None:
    shown = wording.filled("标题：%(title)s", {"title": typed})

    assert not LINK.search(shown)
    assert "\n" not in shown
    assert "\r" not in shown


def test_value_that_looks_like_a_placeholder_stays_as_typed() -> None:
    assert wording.filled("%(title)s", {"title": "100%(unit)s"}) == "100%(unit)s"
