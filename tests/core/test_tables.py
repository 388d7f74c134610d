"""Tables that leave the house."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from kepuyue.core import tables


@pytest.mark.parametrize(
    "typed, named",
    [
        ("优秀活动评选", "优秀活动评选"),
        ("评选/2024[初稿]:*?", "评选2024初稿"),
        ("'''", "1"),
        ("\0\n", "1"),
        ("名" * 40, "名" * 31),
        ("名" * 30 + "' 尾", "名" * 30),
    ],
)
def test_a_sheet_bears_what_is_left_of_a_typed_name(typed: str, named: str) -> None:
    book = load_workbook(BytesIO(tables.to_xlsx(typed, ["列"], [["值"]])))

    assert book.sheetnames == [named]
