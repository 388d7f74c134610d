"""The board for machines and spreadsheet programs: the same for the page's files and for the command."""

from typing import Any

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.insight.board import Board
from kepuyue.insight.indicators import INDICATORS, SPLITS, Indicator
from kepuyue.insight.naming import Names

Table = tuple[list[str], list[list[Any]]]


def whole_table(board: Board, names: Names) -> Table:
    """One line for the whole and one for each row of each split, a column for each indicator."""
    head = [_("分类"), _("名称"), *(wording.with_aside(one.name, one.unit) for one in INDICATORS.values())]
    whole = [board.plain(code) for code in INDICATORS]
    rows: list[list[Any]] = [[_("合计"), "", *whole]]
    for split, label in SPLITS.items():
        if names.has(split):
            rows += [
                [str(label), name, *(
                    board.plain(code, split, key) if split in one.splits else None
                    for code, one in INDICATORS.items()
                )]
                for key, name in board.keys(split, names)
            ]  # fmt: skip
    return head, rows


def lines_table(board: Board, indicator: Indicator, names: Names) -> Table:
    """The activities behind one number."""
    head = [_("编号"), _("活动"), _("单位"), _("所属区"), wording.with_aside(indicator.name, indicator.unit)]
    return head, [
        [row.code, row.title, row.unit_name, names.name("district", row.district), indicator.plain(value)]
        for row, value in board.lines(indicator.code)
    ]


def as_data(board: Board, names: Names, split: str = "") -> dict[str, Any]:
    """Every indicator with its definition, in all and by split (all of them, or the one that is named)."""
    choice = {name: value for name, value in vars(board.choice).items() if value}
    return {
        "edition": board.edition.code,
        "at": now().isoformat(timespec="seconds"),
        "choice": {name: str(value) for name, value in choice.items()},
        "indicators": [
            {
                "code": code, "name": str(one.name), "unit": str(one.unit), "definition": str(one.definition),
                "value": board.plain(code),
                "splits": {
                    by: {
                        key: board.plain(code, by, key)
                        for key, _name in board.keys(by, names)
                        if code in board.splits[by].get(key, {})
                    }
                    for by in one.splits if names.has(by) and split in ("", by)
                },
            }
            for code, one in INDICATORS.items()
        ],
    }  # fmt: skip
