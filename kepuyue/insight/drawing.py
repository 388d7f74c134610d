"""The board as bars, columns and a map: numbers for drawings that the server writes as SVG.

So they are there without scripts, print sharp, take the colors of the page, and every bar stands in the row of the
table that a screen reader reads.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.editions.queries import outline_paths
from kepuyue.insight.board import Board
from kepuyue.insight.folding import Fold, Value
from kepuyue.insight.indicators import BESIDE, Indicator
from kepuyue.insight.naming import Names
from kepuyue.programme.maps import name as short_name

LEVELS = 4
# The drawing of the days: units of its own
WIDE, HIGH, GAP = 30, 100, 6
Address = Callable[[str, str], str]


@dataclass(frozen=True)
class Bar:
    """One row of a split: its name, its value, how long its bar is, and what it was in the edition before."""

    key: str
    name: str
    shown: str
    length: float
    "Of 100"
    href: str
    last: str = ""
    last_at: float | None = None
    "Of 100; None: not known"
    is_empty: bool = False
    is_rest: bool = False
    "Whether it is beside what is compared: it has a bar of its own look"
    is_cut: bool = False
    "Whether it is longer than the drawing: the scale is that of what is compared"


def size(indicator: Indicator, value: Value) -> int:
    """How much there is to draw; nothing where there is nothing to average."""
    return 0 if isinstance(value, tuple) and not value[1] else indicator.fold.size(value)


def bars(
    board: Board, last: Board | None, indicator: Indicator, split: str, names: Names, address: Address
) -> list[Bar]:
    """The rows of a split in the edition's order, empty ones too; what is beside them only where there is some."""
    found = []
    rows = [
        (key, name, board.part(split, key, indicator.code),
         last.part(split, key, indicator.code) if last and split in last.splits else None)
        for key, name in board.keys(split, names)
    ]  # fmt: skip
    # An average is held against all others; of what is added up, what is beside would dwarf what is compared
    is_mean = indicator.fold is Fold.MEAN
    stated = [row for row in rows if is_mean or row[0] not in BESIDE] or rows
    # Where the others have nothing, what is beside them is all that there is to draw
    most = _most(indicator, stated) or _most(indicator, rows)
    for key, name, value, before in rows:
        amount = size(indicator, value)
        if key in BESIDE and not amount:
            continue
        has_before = before is not None and size(indicator, before) > 0
        found.append(
            Bar(
                key, name, board.number(indicator.code, split, key), _share(amount, most), address(split, key),
                indicator.number(before) if before is not None and has_before else "",
                _share(size(indicator, before), most) if before is not None and has_before else None,
                is_empty=not amount, is_rest=key in BESIDE, is_cut=0 < most < amount,
            )
        )  # fmt: skip
    return found


def _most(indicator: Indicator, rows: Iterable[tuple[Any, ...]]) -> int:
    return max((size(indicator, one) for row in rows for one in row[2:] if one is not None), default=0)


def _share(amount: int, most: int) -> float:
    return min(100.0, round(100 * amount / most, 1)) if most else 0


def columns(board: Board, indicator: Indicator, names: Names, address: Address) -> dict[str, Any]:
    """The days of the month as columns, and what lies before and after it. Of a day that is not chosen
    nothing is drawn, not even that it is empty.
    """
    edition, today = board.edition, board.edition.today
    days = edition.days
    values = {day: board.part("day", day.isoformat(), indicator.code) for day in days}
    most = max((size(indicator, value) for value in values.values()), default=0)
    outside = sorted(
        key
        for key in board.splits["day"]
        if key not in {day.isoformat() for day in days} and size(indicator, board.part("day", key, indicator.code))
    )  # fmt: skip
    drawn = []
    for place, day in enumerate(days):
        amount = size(indicator, values[day])
        is_chosen = board.choice.leaves("day", day.isoformat())
        high = round(HIGH * amount / most, 1) if most else 0
        drawn.append(
            {
                "day": day, "number": day.day, "name": wording.day_text(day),
                "shown": board.number(indicator.code, "day", day.isoformat()),
                "x": place * WIDE, "middle": place * WIDE + WIDE / 2, "high": high, "y": HIGH - high,
                "is_weekend": day.weekday() > 4, "is_today": day == today, "is_empty": is_chosen and not amount,
                "is_chosen": is_chosen, "href": address("day", day.isoformat()),
                "is_most": bool(amount) and amount == most,
            }
        )  # fmt: skip
    return {
        "columns": drawn, "width": len(days) * WIDE, "wide": WIDE - GAP, "high": HIGH,
        "outside": [
            {"name": names.name("day", key), "shown": board.number(indicator.code, "day", key),
             "href": address("day", key)}
            for key in outside
        ],
        "empty": sum(one["is_empty"] for one in drawn),
    }  # fmt: skip


def districts(
    board: Board, indicator: Indicator, names: Names, address: Address
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(the map with a level for each district, the same as tiles); the map is empty where the edition has none."""
    amounts = {
        one.code: size(indicator, board.part("district", one.code, indicator.code)) for one in names.districts
    }
    shown = {one.code: board.number(indicator.code, "district", one.code) for one in names.districts}
    most = max(amounts.values(), default=0)
    levels = {code: -(-amount * LEVELS // most) if most else 0 for code, amount in amounts.items()}
    labels = {one.code: short_name(one) for one in names.districts}
    tiles = [
        {"label": labels[one.code], "count": shown[one.code], "href": address("district", one.code),
         "col": one.tile_column + 1, "row": one.tile_row + 1, "level": levels[one.code],
         "current": one.code == board.choice.district}
        for one in names.districts
    ]  # fmt: skip
    drawing = outline_paths(board.edition)
    return {
        "view_box": drawing.view_box,
        "outlines": [
            {"path": one.path, "x": one.x, "y": one.y, "name": labels.get(one.code, str(one)),
             "shown": shown.get(one.code, "—"), "level": levels.get(one.code, 0)}
            for one in drawing
        ],
        "source": drawing.source, "approval_number": drawing.approval_number,
        "missing": [labels[code] for code in labels if code not in {one.code for one in drawing}],
    }, tiles  # fmt: skip


def change(indicator: Indicator, value: Value, before: Value | None, *, is_cut: bool = False) -> str:
    """What it was in the edition before, and how much more or less it is now; nothing where it was not known.

    `is_cut`: what it was counts up to the same moment.
    """
    said = _change(indicator, value, before)
    return wording.labelled(_("同期"), said) if said and is_cut else said


def _change(indicator: Indicator, value: Value, before: Value | None) -> str:
    if before is None or not (was := size(indicator, before)):
        return ""
    told = indicator.number(before)
    if isinstance(value, tuple) and not value[1]:
        return _("上届%(before)s") % {"before": told}
    by = size(indicator, value) - was
    if not by:
        return _("与上届一样")
    if indicator.fold is Fold.MEAN:
        apart = f"{abs(by) / 100:.2f}" if indicator.hundredths else f"{abs(by)}"
    else:
        apart = f"{abs(by) / was:.0%}"
    sentence = _("上届%(before)s，多%(apart)s") if by > 0 else _("上届%(before)s，少%(apart)s")
    return sentence % {"before": told, "apart": apart}
