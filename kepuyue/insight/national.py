"""The items on activities of the annual national science-popularization statistics, and what the system knows of each.

The statistics are of a whole year and this system of a month: what is known here is a beginning, which the unit
completes. Visits are known by several methods that nobody adds up unasked: where there is just one it is proposed, else
a person decides. What cannot be known here is left to be typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
import yaml
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from kepuyue.activities.models import Activity, Mode
from kepuyue.core import tables, wording
from kepuyue.editions.models import Edition
from kepuyue.insight import board
from kepuyue.insight.board import Board, Row
from kepuyue.insight.folding import Fold
from kepuyue.insight.indicators import INDICATORS

FILE = Path(__file__).with_name("national_items.yaml")
OFFLINE_VISITS = ("visits-check_in", "visits-count", "visits-estimate")
ONLINE_VISITS = ("views",)
MODES = {"offline": (Mode.OFFLINE, Mode.HYBRID), "online": (Mode.ONLINE, Mode.HYBRID)}
NO_VALUE = "-"


class Item(BaseModel):
    """统计项目: one number that is asked for, and which activities it comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    what: Literal["times", "activities", "units", "visits", ""] = ""
    mode: Literal["offline", "online", ""] = ""
    terms: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    @property
    def name_for_reader(self) -> str:
        """The name in the reader's language."""
        return self.name_en if wording.is_english() else self.name

    @property
    def unit_for_reader(self) -> str:
        """The unit in the reader's language."""
        return self.unit_en if wording.is_english() else self.unit


class Group(BaseModel):
    """A heading of the form and its items."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    group_en: str
    items: tuple[Item, ...]

    @property
    def name_for_reader(self) -> str:
        """The heading in the reader's language."""
        return self.group_en if wording.is_english() else self.group


@cache
def groups() -> tuple[Group, ...]:
    """The form, in its order."""
    return tuple(Group.model_validate(one) for one in yaml.safe_load(FILE.read_text(encoding="utf-8")))


ITEMS: Mapping[str, Item] = {item.code: item for group in groups() for item in group.items}


@dataclass(frozen=True)
class Known:
    """What the system knows of an item."""

    item: Item
    proposed: int | None
    "What is filled in where nobody typed anything; None: a person has to say"
    by_method: tuple[tuple[str, int], ...]
    "(how it was obtained, the number), of visits"
    activities: tuple[Row, ...]

    @property
    def is_known(self) -> bool:
        """Whether the system can know anything of it."""
        return bool(self.item.what)


def known(edition: Edition, within: Q) -> dict[str, Known]:
    """What is known of each item from the activities of some units (a condition on `Activity`)."""
    found = board.of(edition, within=within)
    modes, terms, types = _facts(edition, within)
    return {
        code: _known(item, found, _fitting(item, found, modes, terms, types)) for code, item in ITEMS.items()
    }


def _facts(edition: Edition, within: Q) -> tuple[dict[int, str], dict[int, set[str]], dict[int, str]]:
    rows = Activity.objects.of(edition).published().filter(within)
    facts = rows.values_list("pk", "mode", "organization__type")
    terms: dict[int, set[str]] = {}
    named = {term.partition(":")[0] for item in ITEMS.values() for term in item.terms}
    through = Activity.terms.through.objects.filter(
        activity__edition=edition, term__taxonomy__code__in=named
    ).order_by()
    for pk, taxonomy, code in through.values_list("activity", "term__taxonomy__code", "term__code"):
        terms.setdefault(pk, set()).add(f"{taxonomy}:{code}")
    modes, types = {}, {}
    for pk, mode, kind in facts:
        modes[pk], types[pk] = mode, kind
    return modes, terms, types


def _fitting(
    item: Item,
    found: Board,
    modes: Mapping[int, str],
    terms: Mapping[int, set[str]],
    types: Mapping[int, str],
) -> list[int]:
    """The activities that an item counts: those that have begun, of its mode, form and type of unit."""
    if not item.what:
        return []
    return [
        pk
        for pk in found.columns.get("begun", {})
        if modes[pk] in MODES[item.mode]
        and terms.get(pk, set()) & set(item.terms)
        and (not item.types or types[pk] in item.types)
    ]


def _known(item: Item, found: Board, activities: Iterable[int]) -> Known:
    some = [*activities]
    rows = tuple(sorted((found.rows[pk] for pk in some), key=lambda row: (row.unit_name, row.title)))
    if item.what == "visits":
        codes = OFFLINE_VISITS if item.mode == "offline" else ONLINE_VISITS
        by_method = tuple(
            (str(INDICATORS[code].name), total) for code in codes if (total := _sum(found, code, some))
        )
        return Known(item, by_method[0][1] if len(by_method) == 1 else None, by_method, rows)
    if item.what == "times":
        return Known(item, _sum(found, "begun", some), (), rows)
    if item.what == "units":
        return Known(item, len({row.unit for row in rows}), (), rows)
    return Known(item, len(some) if item.what else None, (), rows)


def _sum(found: Board, code: str, activities: Iterable[int]) -> int:
    column = found.columns.get(code, {})
    return int(Fold.SUM.together(column[pk] for pk in activities if pk in column))  # type: ignore[arg-type]


def to_xlsx(edition: Edition, unit: str, numbers: Mapping[str, int]) -> bytes:
    """The form as a workbook: whole numbers only, 0 as 0, "-" where there is no value; room for seal and signature."""
    written = BytesIO()
    # The form is filed in Chinese, whatever language the page is read in
    with (
        translation.override("zh-hans"),
        xlsxwriter.Workbook(
            written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        ) as book,
    ):
        sheet = book.add_worksheet(_("科普活动"))
        text: dict[str, Any] = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "text_wrap": True}
        boxed = text | {"border": 1}
        title = book.add_format(text | {"font_size": 16, "bold": True, "align": "center"})
        plain, cell = book.add_format(text | {"text_wrap": False}), book.add_format(boxed)
        head = book.add_format(boxed | {"bold": True, "align": "center"})
        centered = book.add_format(boxed | {"align": "center"})
        number = book.add_format(boxed | {"num_format": "0", "align": "right"})
        sheet.merge_range(
            0, 0, 0, 4, _("全国科普统计：科普活动（%(year)s年度）") % {"year": edition.year}, title
        )
        sheet.set_row(0, 32)
        sheet.write_string(1, 0, tables.neutral(wording.labelled(_("填报单位（盖章）"), unit)), plain)
        sheet.write_row(2, 0, [_("序号"), _("项目"), _("指标"), _("计量单位"), _("数值")], head)
        row = 3
        for group in groups():
            for place, item in enumerate(group.items):
                sheet.write_number(row, 0, row - 2, centered)
                sheet.write_string(row, 1, group.name_for_reader if not place else "", cell)
                sheet.write_string(row, 2, item.name_for_reader, cell)
                sheet.write_string(row, 3, item.unit_for_reader, centered)
                if item.code in numbers:
                    sheet.write_number(row, 4, numbers[item.code], number)
                else:
                    sheet.write_string(row, 4, NO_VALUE, number)
                row += 1
            if len(group.items) > 1:
                sheet.merge_range(row - len(group.items), 1, row - 1, 1, group.name_for_reader, cell)
        signed = (
            _("单位负责人（签字）："),
            _("统计负责人："),
            _("填表人："),
            _("联系电话："),
            _("报出日期：      年    月    日"),
        )
        for place, line in enumerate(signed):
            sheet.set_row(row + 1 + place, 26)
            sheet.write_string(row + 1 + place, 0, line, plain)
        sheet.write_string(row + 7, 0, _("数值填整数；为零填“0”，没有数值填“-”。"), plain)
        for column, width in enumerate((6, 26, 22, 10, 16)):
            sheet.set_column(column, column, width)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 1)
        sheet.print_area(0, 0, row + 7, 4)
    return written.getvalue()
