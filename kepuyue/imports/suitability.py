"""For whom an activity is fit, as a table states it: ages, languages, accessibility; and what is put forward as key.

What a cell says and no field can hold is kept as a text and told beside the cell; nothing is guessed.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import override

from kepuyue.activities.free_text import LANGUAGES, Ages, access_in, ages_in, languages_in
from kepuyue.activities.models import AccessItem

# The meanings of columns that are read here
COLUMNS = ("age", "language", "access", "key")
AGE_UNCLEAR, LANGUAGE_UNCLEAR = "age-unclear", "language-unclear"
ACCESS_UNCLEAR, KEY_UNCLEAR = "access-unclear", "key-unclear"

_NOTHING = re.compile(r"[\s\-—–/\\.。、]*|无|没有|暂无|无此项|none|n/?a", re.I)
_EVERYBODY = re.compile(
    r"不限|不限年龄|年龄不限|无(?:要求|限制|年龄限制)|全年龄段?|全龄|所有年龄段?|各年龄段|老少皆宜|全部|all(?: ages)?",
    re.I,
)
_NO_ACCESS = re.compile(r"否|不具备|不提供|不支持|没有无障碍\S{0,4}|无无障碍\S{0,4}|no", re.I)
_YES = re.compile(r"是|有|√|✓|✔|☑|■|y|yes|true|1|重点|重点活动|推荐|推荐为重点活动|申报", re.I)
_NO = re.compile(r"否|不是|不|×|✗|n|no|false|0|一般|一般活动|普通|不推荐|不申报", re.I)
_BARE_YEARS = re.compile(r"\d{1,2}\s*[-–—~～至到]\s*\d{1,2}|\d{1,2}(?:及|或)?以[上下]")
_OLDEST = 120  # years; more is no age


@dataclass
class Suitability:
    """What the columns say; None where a table has no such column or its cell is empty.

    `unclear` are (column, code, why), for the cell; `rest` are texts that no field holds.
    """

    ages: Ages | None = None
    languages: str | None = None
    access_items: list[str] | None = None
    access_note: str = ""
    is_key: bool | None = None
    unclear: list[tuple[str, str, str]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


def read(cells: dict[str, str], *, audience: str = "", is_elsewhere: bool = False) -> Suitability:
    """The cells by column, as texts. Ages stand in `audience` too (6-12岁亲子家庭) where no column states them.

    `is_elsewhere`: in a linked city, which puts its key activities forward itself.
    """
    found = Suitability()
    texts = {column: text.strip() for column, text in cells.items()}
    if age := texts.get("age", ""):
        _read_age(age, found)
    elif (ages := ages_in(unicodedata.normalize("NFKC", audience))) and _is_possible(ages):
        found.ages = ages
    if (language := texts.get("language", "")) and not _plain(language, _NOTHING, _EVERYBODY):
        found.languages = language
        if not languages_in(language):
            why = _("看不出“%(text)s”是什么语言，照原样保留；公众按语言查找时找不到")
            found.unclear.append(("language", LANGUAGE_UNCLEAR, why % {"text": language[:40]}))
    if access := texts.get("access", ""):
        _read_access(access, found)
    if key := texts.get("key", ""):
        _read_key(key, found, is_elsewhere)
    return found


def age_choices() -> list[str]:
    """Ages that the template offers; others may be typed."""
    return ["不限", "3-6岁", "6-12岁", "12-18岁", "18岁以上", "60岁以上"]


def language_choices() -> list[str]:
    """The languages by their Chinese names."""
    with override("zh-hans"):
        return [str(label) for label in LANGUAGES.values()]


def access_choices() -> list[str]:
    """The items of accessibility by their Chinese names."""
    with override("zh-hans"):
        return [str(label) for label in AccessItem.labels]


def _plain(text: str, *patterns: re.Pattern[str]) -> bool:
    short = unicodedata.normalize("NFKC", text).strip()
    return any(pattern.fullmatch(short) for pattern in patterns)


def _is_possible(ages: Ages) -> bool:
    return all(age is None or age <= _OLDEST for age in ages)


def _read_age(text: str, found: Suitability) -> None:
    plain = re.sub(r"\s|[()]|含", "", unicodedata.normalize("NFKC", text)).replace("+", "以上")
    if _plain(text, _NOTHING, _EVERYBODY):
        found.ages = Ages(None, None)
        return
    if _BARE_YEARS.fullmatch(plain):  # the heading says that these are years
        plain = re.sub(r"(\d)(?=及|或|以|$)", r"\1岁", plain)
    ages = ages_in(plain)
    if ages is not None and _is_possible(ages):
        found.ages = ages
        return
    found.rest.append(_("适合年龄：%(text)s") % {"text": text})
    why = _("看不出“%(text)s”是几岁到几岁，写进了活动介绍；请写成“6-12岁”或“8岁以上”")
    found.unclear.append(("age", AGE_UNCLEAR, why % {"text": text[:40]}))


def _read_access(text: str, found: Suitability) -> None:
    if _plain(text, _NOTHING, _NO_ACCESS):
        found.access_items = []
        return
    found.access_items = access_in(unicodedata.normalize("NFKC", text))
    pieces = [piece for piece in re.split(r"[;；、,，\n\s]+", text) if piece]
    if set(pieces) <= set(access_choices()):
        return
    found.access_note = text
    if not found.access_items:
        why = _("看不出“%(text)s”有哪些无障碍条件，照原样保留；例如写“轮椅可进出、手语翻译”")
        found.unclear.append(("access", ACCESS_UNCLEAR, why % {"text": text[:40]}))


def _read_key(text: str, found: Suitability, is_elsewhere: bool) -> None:
    if _plain(text, _NOTHING, _NO):
        found.is_key = False
    elif not _plain(text, _YES):
        why = _("看不出“%(text)s”是不是推荐为重点活动，没有采用；请写“是”或“否”")
        found.unclear.append(("key", KEY_UNCLEAR, why % {"text": text[:40]}))
    elif is_elsewhere:
        why = _("联动城市的活动由当地申报重点活动，没有采用")
        found.unclear.append(("key", KEY_UNCLEAR, why))
    else:
        found.is_key = True
