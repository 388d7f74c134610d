"""Rows of a table that are no activity, and why: totals, notes, examples, sections, numbered empty rows."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kepuyue.imports.districts import bare

TIMES = frozenset({"when", "start", "end", "clock", "start_clock", "end_clock"})
OF_A_SESSION = TIMES | {"venue", "address", "weekday", "number", "capacity", "district", "online"}
# What a form may bring along in rows that nobody filled in
PREFILLED = frozenset(
    {"number", "organizer", "district", "city", "weekday", "mode", "booking", "category", "status"}
)

TOTAL = re.compile(
    r"^(?:\d+年?)?(?:总?合计|总计|共计|小计|累计|总数|汇总|本页合计|共\s*\d+\s*[项场个条])(?=$|[:：\s\d（(约共项场个条次人])|^.{0,10}(?:小计|合计|总计)[:）)]?$"
)
NOTE = re.compile(
    r"^[（(【\[]?(?:注|备注|说明|填表说明|填报说明|填写说明|填表要求|附注|附|注意|注意事项|温馨提示|提示|要求|填表须知)\d*[】\])）]?\s*[:：、.．]"
    r"|^(?:填表说明|填报说明|填写说明|填表要求|温馨提示)|^[※★▲●◆]"
    r"|^(?:填表人|填报人|制表人?|审核人?|审批人?|负责人|负责人签[字名]|单位负责人|分管领导|主管领导|经办人|联系人|联系电话|报送单位|填报单位|报送时间|填报日期"
    r"|填表日期|填报时间|制表日期|日期|单位[（(]?(?:盖章|公章)|[（(]?盖章|[（(]?签[字章名]|领导签)[^，,]{0,8}[:：]"
    r"|[（(](?:盖章|公章|签字|加盖公章)[）)]|盖章$|^[（(]?以上|^请(?:于|在|各|将|按|认真)|^各(?:单位|区|填报)"
)
EXAMPLE = re.compile(
    r"^[（(【\[]?(?:示例|样例|举例|范例|填写示例|填报示例|例如?|例子|参考示例|模板)\d*[】\])）]?(?:\s*[:：]|$|\d|\s)|^[（(【\[](?:示例|样例|例)[】\])）]"
)
INSTRUCTION = re.compile(
    r"填写|填报|必填|选填|下拉|格式[:：为]|如[:：]|例如|例[:：]|请(?:填|选|注明|写)|^[（(].*[）)]$"
)
SECTION = re.compile(
    r"^[（(]?[一二三四五六七八九十]{1,3}[）)、.．:：]|^第[一二三四五六七八九十\d]+(?:部分|类|板块|篇|章|组|片区)|^[●◆■▶★][^，。]{1,20}$"
    r"|^[A-Z][、.．]"
)

# Texts that head rows or close a table even in the titles' column, with nothing beside them
HEADS_ROWS = re.compile(
    r"^(?:.{2,4}(?:(?<!社)(?<!校)(?<!园)(?<!景)区|合作区|街道|镇)|(?:市直|区直|市属|区属|各)?(?:单位|部门|学会|高校|企业|(?:科普)?基地|社区|学校)|线上|线下|市级|市直|市属|区级|各区|主会场|分会场|主场|重点)(?:科普)?(?:活动|分会场|会场|部分|专场)?$"
)
SIGNATURE = re.compile(
    r"(?:局|协会|学会|科协|委员会|委|办公室|办|公司|大学|学院|研究院|政府)(?:[（(][^（(]*[）)])?$"
    r"|^(?:20\d\d|二[〇零O○]\S{2})年\S{1,3}月\S{1,3}日$"
)


def heads_rows(text: str, districts: Sequence[str] = ()) -> bool:
    """Whether a text names the part of a table that follows it: 一、主场活动, 3.福田区（2场）, 罗湖, 线上活动."""
    name = re.sub(r"^\d{1,2}\s*[.．、)）]\s*|\s*[（(][^（(]{0,8}[）)]$|[:：]$", "", text.strip())
    named = name.strip("【】[]〔〕 ")
    if any(named in {district, bare(district)} for district in districts):
        return True
    return bool(SECTION.match(text.strip()) or HEADS_ROWS.match(named))


def is_note(text: str) -> bool:
    """Whether a text is about the form: a note, who filled it in, a seal."""
    return bool(NOTE.search(text.strip()))


def why_no_activity(texts: Sequence[str], title: str) -> str:
    """Why a row is none, by its texts; "" where that does not tell."""
    first = unicodedata.normalize("NFKC", texts[0]).strip()
    name = unicodedata.normalize("NFKC", title).strip()
    if TOTAL.match(re.sub(r"\s", "", first)) or (
        name and TOTAL.match(re.sub(r"\s", "", name)) and len(name) < 12
    ):
        return _("合计行")
    if EXAMPLE.match(first) or EXAMPLE.match(name):
        return _("说明或示例")
    if is_note(texts[0]) and (len(texts) <= 2 or not name or is_note(title)):
        return _("说明或示例")
    if name and is_note(title) and len(texts) <= 3:
        return _("说明或示例")
    told = [text for text in texts if INSTRUCTION.search(text)]
    if len(texts) >= 2 and (not name or INSTRUCTION.search(title)) and len(told) >= max(2, 0.6 * len(texts)):
        return _("说明或示例")
    if len(texts) == 1 and re.fullmatch(r"[\d.、]+", first):
        return _("只有序号")
    if len(texts) == 1 and (len(first) > 60 or is_note(texts[0])):
        return _("说明或示例")
    return ""


@dataclass(frozen=True)
class Alone:
    """A text that is the only one of its row."""

    text: str
    in_title: bool
    is_wide: bool

    def is_section(self, districts: Sequence[str] = ()) -> bool:
        """Whether it heads the rows below or signs those above: wide, numbered, outside the titles' column."""
        text = self.text.strip()
        return (
            self.is_wide or not self.in_title or heads_rows(text, districts) or bool(SIGNATURE.search(text))
        )


@dataclass(frozen=True)
class Section:
    """The section in which rows stand; one of a lower order leaves the one above it in force."""

    text: str = ""
    outer: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)

    def then(self, text: str) -> "Section":
        """The section after this one."""
        if re.match(r"^[（(][一二三四五六七八九十\d]", text.strip()):
            outer = self.outer or self.text
            return Section(f"{outer}\n{text}", outer)
        return Section(text)
