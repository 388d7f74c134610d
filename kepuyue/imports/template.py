"""The empty workbook that units fill in: the headings the reader knows best, with lists to choose from.

What is chosen from a list is read back as just that term; a filled copy needs no further typing before it is handed in.
"""

from dataclasses import dataclass, field
from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _

from kepuyue.activities import safety
from kepuyue.editions.models import Edition, Taxonomy
from kepuyue.imports import suitability
from kepuyue.imports.conversion import Vocabulary
from kepuyue.imports.headers import HEADINGS
from kepuyue.imports.models.batches import CHOICES
from kepuyue.organizations.models import District

ROWS = 500  # rows with lists; more can be copied down
SHEET = "活动"
# Classifications that say what a thing is and for whom; others than these only where the edition demands them
CHOSEN_TAXONOMIES = frozenset({"content", "form", "audience"})
WIDE, NARROW = 28, 14  # characters


@dataclass(frozen=True)
class Column:
    """One column: its heading, what is told beside the cell, what may be chosen.

    `is_open`: something else than the choices may be typed (several, or with a remark).
    """

    heading: str
    told: str = ""
    choices: list[str] = field(default_factory=list)
    is_open: bool = False
    is_required: bool = False
    is_wide: bool = False
    is_number: bool = False


def columns(edition: Edition) -> list[Column]:
    """The columns for an edition: its own districts and classifications are the choices."""
    vocabulary = Vocabulary.of(edition)
    taxonomies = [
        taxonomy
        for taxonomy in edition.taxonomies.prefetch_related("terms")
        if taxonomy.required or taxonomy.code in CHOSEN_TAXONOMIES
    ]
    audience = [taxonomy for taxonomy in taxonomies if taxonomy.code == "audience"]
    name = {meaning: headings[0] for meaning, headings in HEADINGS.items()}
    several = _("可以写几个，用顿号隔开。")
    return [
        Column(name["title"], _("一项活动一行。"), is_required=True, is_wide=True),
        Column(name["organizer"], several, is_required=True, is_wide=True),
        Column(name["contractor"], several, is_wide=True),
        Column(name["co_organizer"], several, is_wide=True),
        Column(
            "活动日期",
            _("例如 2024-09-14；几天写 9/14、9/21 或 9月14日-15日；每周的写 9月1日-30日每周六。"),
            is_required=True,
        ),
        Column("具体时间", _("例如 9:30-11:30；一天两场写 9:30-11:30、14:00-16:00。全天不用写。")),
        Column(name["venue"], _("场馆或地点的名称；线上活动写平台。"), is_required=True, is_wide=True),
        Column(name["address"], is_wide=True),
        Column(
            name["district"], choices=list(District.objects.order_by("pk").values_list("name", flat=True))
        ),
        Column(name["mode"], choices=["线下", "线上", "线上线下结合"], is_required=True),
        Column(name["online"], _("直播间或会议的网址，以 http 开头。"), is_wide=True),
        *(_of_taxonomy(taxonomy, vocabulary) for taxonomy in taxonomies if taxonomy not in audience),
        *(_of_taxonomy(taxonomy, vocabulary, name["audience"]) for taxonomy in audience),
        Column(
            name["age"], _("例如 6-12岁、8岁以上；不限就选不限。"), suitability.age_choices(), is_open=True
        ),
        Column(name["language"], several, suitability.language_choices(), is_open=True),
        Column(
            name["access"],
            _("确实能做到的才写；可以写几样，用顿号隔开。"),
            suitability.access_choices(),
            is_open=True,
            is_wide=True,
        ),
        Column(name["summary"], _("一两句话，说给公众听。"), is_required=True, is_wide=True),
        Column(
            "预约方式",
            _("需要预约的，写上电话或网址更好。"),
            ["无需预约", "需要预约"],
            is_open=True,
            is_required=True,
        ),
        Column(name["admission"], choices=["免费", "优惠", "收费"], is_open=True),
        Column(name["capacity"], is_number=True),
        Column(name["expected_crowd"], _("估计最多的一场有多少人在场。"), is_required=True, is_number=True),
        Column(name["content_lead"], _("对活动内容负责的人。"), is_required=True),
        Column(name["emergency_contact"], _("线下活动必填，写姓名和电话。"), is_wide=True),
        Column(name["safety_plan"], _safety_plan_told(edition), is_wide=True),
        Column(name["contact"], is_required=True),
        Column(name["phone"], _("不对公众显示。"), is_required=True),
        Column(name["public_phone"], _("公众看得到的电话。")),
        Column(name["key"], _("推荐为重点活动的选“是”，由上级单位认定。"), ["是", "否"]),
        Column(name["note"], is_wide=True),
    ]


def _safety_plan_told(edition: Edition) -> str:
    """From which crowd on a plan has to say more than a line, and how long it is then (see `activities.safety`)."""
    larger = [band.people for band in edition.rules.crowd.bands if band.asks != "line"]
    if not larger:
        return _("线下活动必填。")
    return _("线下活动必填。预计%(people)s人以上的写明谁看护、怎样疏导、怎样救援，不少于%(length)s字。") % {
        "people": min(larger),
        "length": safety.TOLD_AT_LENGTH,
    }


def _of_taxonomy(taxonomy: Taxonomy, vocabulary: Vocabulary, heading: str = "") -> Column:
    """A classification's column; its heading ends in 分类, by which it is known whatever it is called."""
    terms = [term for term in taxonomy.terms.all() if not term.is_retired]
    choices = [vocabulary.chosen(term.name, taxonomy.name, f"{taxonomy.code}:{term.code}") for term in terms]
    return Column(
        heading or f"{taxonomy.name}分类",
        _("从列表里选；可以写几个，用顿号隔开。") if taxonomy.multiple else "",
        choices,
        is_open=taxonomy.multiple,
        is_required=taxonomy.required,
    )


def workbook(edition: Edition) -> bytes:
    """The workbook (xlsx) with a heading row and lists below it, every cell as text so that nothing is changed."""
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet, lists = book.add_worksheet(SHEET), book.add_worksheet(CHOICES)
        lists.hide()
        head = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
        plain_head = book.add_format(head | {"bg_color": "#E8ECF5"})
        needed_head = book.add_format(head | {"bg_color": "#FBE9B7"})
        as_text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        as_number = book.add_format({"num_format": "0", "valign": "top"})
        for place, column in enumerate(columns(edition)):
            sheet.write_string(
                0,
                place,
                column.heading + "*" * column.is_required,
                needed_head if column.is_required else plain_head,
            )
            sheet.set_column(
                place, place, WIDE if column.is_wide else NARROW, as_number if column.is_number else as_text
            )
            if rule := _rule(column, place):
                for row, choice in enumerate(column.choices):
                    lists.write_string(row, place, choice)
                sheet.data_validation(1, place, ROWS, place, rule)
        sheet.set_row(0, 32)
        sheet.freeze_panes(1, 1)
    return written.getvalue()


def _rule(column: Column, place: int) -> dict[str, object] | None:
    rule: dict[str, object] = {}
    # Spreadsheet programs take so many characters and no control characters
    title = "".join(filter(str.isprintable, column.heading))[:32]
    if column.choices:
        letters = xlsxwriter.utility.xl_col_to_name(place)
        source = f"={CHOICES}!${letters}$1:${letters}${len(column.choices)}"
        rule = {"validate": "list", "source": source}
        rule |= {"error_title": title, "error_message": _("请从列表里选一个。")}
    elif column.is_number:
        rule = {"validate": "integer", "criteria": ">", "value": 0, "error_message": _("请写一个整数。")}
    elif column.told:
        rule = {"validate": "any"}
    if not rule:
        return None
    if column.told:
        rule |= {"input_title": title, "input_message": column.told}
    return rule | {"show_error": not column.is_open}
