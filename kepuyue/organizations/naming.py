"""How names of units are compared: what is the same unit written differently, and what only sounds alike.

Pure functions; they read nothing. `key` is what is left of a name when width, case, brackets, place and legal form
do not count; `likeness` says how alike two names are and why.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

# Longest first: what units write in full, and what everybody says
SHORTENINGS = (
    ("科学技术协会", "科协"),
    ("科技创新局", "科创局"),
    ("人民代表大会", "人大"),
    ("社区卫生服务中心", "社康"),
    ("社区健康服务中心", "社康"),
    ("党群服务中心", "党群"),
    ("新时代文明实践中心", "文明实践中心"),
    ("居民委员会", "居委"),
    ("委员会", "委"),
    ("中学", "中"),
    ("小学", "小"),
    ("股份有限公司", ""),
    ("有限责任公司", ""),
    ("集团有限公司", "集团"),
    ("有限公司", ""),
    ("公司", ""),
    ("街道办事处", "街道"),
    ("第", ""),
)
CITY = "深圳"
PLACE = re.compile(r"^(?:中国)?(?:广东省?)?(?:深圳经济特区|深圳市|深圳|市)")
BRACKETS = re.compile(r"[(\[【〔{<《].*?[)\]】〕}>》]")
NUMERALS = re.compile(r"[0-9]+|[一二三四五六七八九十]+")
ALIKE = 0.62  # from here on a name is worth showing
NEARLY_SAME = 0.85  # from here on one is asked whether it is not the same unit


def key(name: str) -> str:
    """What is left of a name when width, case, space, brackets, place and legal form do not count."""
    text = unicodedata.normalize("NFKC", name).lower()
    short = _shortened(BRACKETS.sub("", text))
    # A name that is nothing but place and form keeps them: it is all it has
    return PLACE.sub("", short) or short or _shortened(text)


def _shortened(text: str) -> str:
    text = re.sub(r"[\W_]", "", text)
    for long, brief in SHORTENINGS:
        text = text.replace(long, brief)
    return text


def bracketed(name: str) -> list[str]:
    """The keys of other names that stand in brackets: 福田高科馆（福田国高馆）."""
    text = unicodedata.normalize("NFKC", name)
    return [key(inside) for inside in re.findall(r"[(\[【](.{3,}?)[)\]】]", text)]


@lru_cache(maxsize=20_000)
def syllables(text: str) -> str:
    """How a key is read, without tones; Latin letters and digits stay."""
    from pypinyin import Style, lazy_pinyin  # 60 MB of tables that only reading aloud needs

    return " ".join(lazy_pinyin(text, style=Style.NORMAL, errors=lambda rest: " ".join(rest)))


def initials(name: str) -> str:
    """The first letters of a name's syllables: 深圳市科学馆 → szskxg."""
    text = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).lower())
    return "".join(part[0] for part in syllables(text).split())


def address_key(address: str) -> str:
    """An address without width, space, punctuation, and the city that all share."""
    text = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", address).lower())
    return re.sub(r"^(?:广东省?)?(?:深圳市)?", "", text)


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, from 0 to 1, and the reason in the reader's words."""

    score: float
    why: str = ""


def likeness(typed: str, known: str) -> Likeness:
    """How alike two names' keys are."""
    if not typed or not known:
        return Likeness(0.0)
    if typed == known:
        return Likeness(1.0, _("名称只是写法不同"))
    if _numerals(typed) != _numerals(known):
        # 第一中学 and 第二中学 differ in one sign and are two schools
        return Likeness(0.0)
    alike = _pairs_in_common(typed, known)
    if min(len(typed), len(known)) > 2 and len(typed) == len(known) and syllables(typed) == syllables(known):
        return Likeness(0.95, _("读音相同"))
    short, long = sorted((typed, known), key=len)
    if _abbreviates(short, long) or (short.startswith(CITY[0]) and _abbreviates(short, CITY + long)):
        alike = max(alike, 0.64 + 0.3 * len(short) / len(long))
        return Likeness(alike, _("像是简称"))
    if len(short) >= 3 and short in long:
        return Likeness(max(alike, 0.6 + 0.3 * len(short) / len(long)), _("名称互相包含"))
    return Likeness(alike, _("名称相近")) if alike >= ALIKE else Likeness(alike)


def _numerals(text: str) -> list[str]:
    return sorted(NUMERALS.findall(text))


def _pairs_in_common(one: str, other: str) -> float:
    """Dice's measure over neighbouring signs; single signs count where a name has only one."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second))


@lru_cache(maxsize=20_000)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[start : start + 2] for start in range(max(len(text) - 1, 1)))


def _abbreviates(short: str, long: str) -> bool:
    """Whether the signs of the short name stand in the long one in their order, first and last at the ends."""
    if len(short) < 2 or short[0] != long[0] or short[-1] != long[-1]:
        return False
    rest = iter(long)
    return all(sign in rest for sign in short)
