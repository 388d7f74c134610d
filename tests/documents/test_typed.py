"""What people type becomes blocks, and blocks become what they type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kepuyue.documents import typed
from kepuyue.documents.content import Block, Heading, Paragraph, Picture, Table

TABLE, PICTURE = Table(("序号",), (("1",),)), Picture(b"\x89PNG", "主场")
LINES = st.text(st.sampled_from("活动安排和时间9月，第2次（）."), min_size=1, max_size=9).map(
    lambda text: f"由{text}"
)
BLOCKS = st.lists(
    st.one_of(
        st.builds(Heading, st.integers(1, 4), LINES),
        st.builds(
            lambda level, title, text: Heading(level, f"{title}。", text), st.integers(2, 4), LINES, LINES
        ),
        st.builds(Paragraph, LINES),
        st.just(TABLE),
        st.just(PICTURE),
    ),
    max_size=12,
)


@given(BLOCKS)
def test_what_is_shown_for_typing_means_the_same_again(blocks: list[Block]) -> None:
    assert list(typed.from_text(typed.to_text(blocks), blocks)) == blocks


def test_numbers_are_those_of_the_standard_and_counted_anew() -> None:
    text = (
        "二、安排\n（五）主场。在少年宫。\n3．基地\n(2)示范点\n三、要求\n2024年9月1日起。\n1.5万人参加。\n\n"
    )

    found = typed.from_text(text, [])

    assert found == (
        Heading(1, "安排"), Heading(2, "主场。", "在少年宫。"), Heading(3, "基地"), Heading(4, "示范点"), Heading(1, "要求"),
        Paragraph("2024年9月1日起。"), Paragraph("1.5万人参加。"),
    )  # fmt: skip
    assert typed.to_text(found).splitlines()[:5] == [
        "一、安排",
        "（一）主场。在少年宫。",
        "1. 基地",
        "（1）示范点",
        "二、要求",
    ]


def test_place_without_its_table_is_refused() -> None:
    assert typed.from_text("〔表1〕", [PICTURE, TABLE]) == (TABLE,)
    with pytest.raises(typed.Unknown):
        typed.from_text("〔图2〕", [PICTURE, TABLE])
