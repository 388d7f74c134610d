"""推荐表: the form of each candidate, filled in, as Word to be sealed, and all of them as one table for the recipient.

Rows after 科普工作优秀单位推荐表 (Guangzhou 2022, 一式二份, A4, 仿宋四号) and 优秀特色活动推荐表 (Henan 2013): what the
house knows stands there; what it does not ask for (职工总数, 邮编) is left blank, to be written by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import docx
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from kepuyue.activities.models import Activity
from kepuyue.core import tables
from kepuyue.documents.content import date_text
from kepuyue.documents.ooxml import writable
from kepuyue.evaluation.models import Candidate, Line, Opinion
from kepuyue.evaluation.queries import with_papers
from kepuyue.insight.indicators import INDICATORS, together
from kepuyue.insight.settled import facts_of
from kepuyue.organizations.actions.notices import in_city_language

TITLES = {Line.UNITS: "优秀单位推荐表", Line.ACTIVITIES: "优秀活动推荐表"}
SEALED = "（盖章）\n　　年　　月　　日"
FIGURES = "系统登记的数字"
SIZE, HEAD = Pt(14), Pt(22)
TEXT_FONT, TITLE_FONT = "仿宋_GB2312", "方正小标宋简体"
WIDTHS = (34, 44, 34, 44)  # millimetres, together the 156 of the block
ROW, DEEDS, OPINION = 10, 34, 32  # millimetres, at least; short deeds leave the form on one page


@dataclass(frozen=True)
class Blank:
    """One candidate's form."""

    title: str
    facts: tuple[tuple[str, str], ...]
    "Two to a line"
    deeds: str
    opinions: tuple[tuple[str, str], ...]

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Everything as name and value, in the order of the form."""
        return [*self.facts, ("主要事迹", self.deeds), *self.opinions]


@in_city_language
def filled(candidates: Iterable[Candidate]) -> list[Blank]:
    """The forms of candidates of one round, in the order given."""
    rows = list(with_papers(candidates))
    if not rows:
        return []
    edition = rows[0].round.edition
    activities = Activity.objects.filter(
        edition=edition, organization__in=[one.organization_id for one in rows]
    )
    known = list(
        activities.select_related("organization", "district").prefetch_related("sessions__venue", "terms")
    )
    facts = facts_of(edition, known)
    found = []
    for one in rows:
        mine = [it for it in known if it.organization_id == one.organization_id]
        if one.activity_id:
            mine = [it for it in mine if it.pk == one.activity_id]
        figures = together(facts[it.pk] for it in mine)
        said = "；".join(
            f"{INDICATORS[code].name}{INDICATORS[code].shown(value)}"
            for code, value in ((code, figures.get(code)) for code in INDICATORS)
            if value is not None and INDICATORS[code].fold.size(value)
        )
        about = _activity(one, mine[0]) if one.activity_id and mine else _unit(one)
        found.append(
            Blank(TITLES[Line(one.round.line)], (*about, (FIGURES, said)), one.deeds, _opinions(one))
        )
    return found


def _unit(one: Candidate) -> tuple[tuple[str, str], ...]:
    unit = one.organization
    return (
        ("单位名称", unit.name), ("填报时间", _day(one.signed_at)),
        ("负责人", _signer(one)), ("单位级别", unit.get_level_display()),
        ("单位地址", unit.address), ("职工总数", ""), ("联系人", ""), ("联系电话", ""), ("邮编", ""),
        ("统一社会信用代码", unit.credit_code),
    )  # fmt: skip


def _activity(one: Candidate, activity: Activity) -> tuple[tuple[str, str], ...]:
    zone = one.round.edition.zone
    held = [it for it in activity.sessions.all() if not it.is_cancelled]
    days = sorted({it.starts_at.astimezone(zone).date() for it in held})
    when = "至".join(dict.fromkeys(date_text(day) for day in (days[0], days[-1]))) if days else ""
    places = dict.fromkeys(it.venue.name if it.venue else it.place for it in held)
    return (
        ("活动名称", activity.title), ("填报时间", _day(one.signed_at)),
        ("申报单位", one.organization.name), ("推荐单位", one.recommender.name),
        ("活动时间", when), ("活动地点", "、".join(place for place in places if place)),
        ("负责人", _signer(one)), ("联系电话", ""),
    )  # fmt: skip


def _opinions(one: Candidate) -> tuple[tuple[str, str], ...]:
    """The last opinion of each level; a place for the seal below it."""
    last = {opinion.level: opinion.text for opinion in one.opinions.all() if opinion.agrees}
    return tuple((str(level.label), f"{last.get(level, '')}\n{SEALED}") for level in Opinion.Level)


def _signer(one: Candidate) -> str:
    return one.signed_by.get_full_name() if one.signed_by else ""


def _day(moment: Any) -> str:
    return date_text(moment.date()) if moment else ""


def to_word(blanks: Sequence[Blank]) -> bytes:
    """All forms in one file, each on a page of its own."""
    word = docx.Document()
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    for number, blank in enumerate(blanks):
        title = word.add_paragraph()
        if number:
            title.add_run().add_break(WD_BREAK.PAGE)
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(title.add_run(blank.title), TITLE_FONT, HEAD)
        _table(word, blank)
    file = BytesIO()
    word.save(file)
    return file.getvalue()


def _table(word: Any, blank: Blank) -> None:
    table = word.add_table(rows=0, cols=len(WIDTHS), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    short = [fact for fact in blank.facts if fact[0] != FIGURES]
    long = [fact for fact in blank.facts if fact[0] == FIGURES]
    for left, right in zip(short[::2], short[1::2], strict=True):
        cells = _row(table, ROW).cells
        for place, text in enumerate((*left, *right)):
            _say(cells[place], text, is_name=place % 2 == 0)
    for name, text in (*long, ("主要事迹", blank.deeds), *blank.opinions):
        row = _row(table, ROW if (name, text) in long else DEEDS if text is blank.deeds else OPINION)
        _say(row.cells[0], name, is_name=True)
        _say(row.cells[1].merge(row.cells[3]), text)
    for row in table.rows:
        for cell, wide in zip(row.cells, WIDTHS, strict=True):
            cell.width = Mm(wide)


def _row(table: Any, height: int) -> Any:
    """A line at least so many millimetres high: a seal lies over text and date."""
    row = table.add_row()
    row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    return row


def _say(cell: Any, text: str, *, is_name: bool = False) -> None:
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER if is_name else WD_ALIGN_VERTICAL.TOP
    for number, line in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if not number else cell.add_paragraph()
        if is_name:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        # What is left blank for pen and seal keeps its wide spaces
        is_blank = line in SEALED.split("\n")
        if is_blank:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _write(paragraph.add_run(line if is_blank else writable(line)), TEXT_FONT, SIZE)


def _write(run: Any, font: str, size: Any) -> None:
    run.font.size, run.font.name = size, font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def to_xlsx(name: str, blanks: Sequence[Blank]) -> bytes:
    """All forms as one table, a line each."""
    head = [name for name, _value in blanks[0].cells] if blanks else []
    rows = [[value.removesuffix(f"\n{SEALED}") for _name, value in one.cells] for one in blanks]
    return tables.to_xlsx(name, head, rows)
