from hypothesis import given
from hypothesis import strategies as st

from kepuyue.ui.changes import Piece, changes


def test_changes_of_one_sign_mark_that_sign_only() -> None:
    assert changes("在公园南门集合", "在公园北门集合") == [
        Piece("same", "在公园"),
        Piece("gone", "南"),
        Piece("new", "北"),
        Piece("same", "门集合"),
    ]


def test_changes_keep_numbers_whole() -> None:
    assert changes("限30名", "限24名") == [
        Piece("same", "限"),
        Piece("gone", "30"),
        Piece("new", "24"),
        Piece("same", "名"),
    ]


def test_changes_of_unlike_texts_replace_the_whole() -> None:
    assert changes("天文台观月", "红树林导赏活动") == [
        Piece("gone", "天文台观月"),
        Piece("new", "红树林导赏活动"),
    ]


def test_changes_of_equal_texts_are_one_piece() -> None:
    assert changes("不变", "不变") == [Piece("same", "不变")]


def test_changes_from_nothing_are_new() -> None:
    assert changes("", "新") == [Piece("new", "新")]


def test_changes_compare_a_list_line_by_line() -> None:
    assert changes("9日 10:00\n16日 10:00", "9日 10:00\n16日 14:00") == [
        Piece("same", "9日 10:00\n"),
        Piece("same", "16日 "),
        Piece("gone", "10"),
        Piece("new", "14"),
        Piece("same", ":00"),
    ]


def test_changes_of_a_shortened_list_mark_whole_lines() -> None:
    assert changes("一\n二\n三", "一\n三") == [
        Piece("same", "一\n"),
        Piece("gone", "二\n"),
        Piece("same", "三"),
    ]


@given(st.text(max_size=60), st.text(max_size=60))
def test_changes_give_back_both_texts(old: str, new: str) -> None:
    pieces = changes(old, new)

    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == new
