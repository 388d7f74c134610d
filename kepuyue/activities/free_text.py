"""What units write in their own words, read for the few words that filters know: languages, accessibility, ages.

The one place that does; the text itself stays as it was written. A word that is denied (“不提供手语”, “no English”)
does not count.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import AccessItem

LANGUAGES: dict[str, Any] = {
    "mandarin": _("普通话"),
    "cantonese": _("粤语"),
    "hakka": _("客家话"),
    "teochew": _("潮汕话"),
    "english": _("英语"),
    "japanese": _("日语"),
    "korean": _("韩语"),
    "french": _("法语"),
    "german": _("德语"),
    "spanish": _("西班牙语"),
    "russian": _("俄语"),
    "sign": _("手语"),
}
# By what they are called in a text; 中英 and 双语 name two at once
_LANGUAGE_WORDS = {
    "mandarin": r"普通话|国语|汉语|中文|华语|中英|双语|mandarin|putonghua|\bchinese\b",
    "cantonese": r"粤语|广东话|广府话|粤方言|cantonese",
    "hakka": r"客家|hakka",
    "teochew": r"潮汕|潮州话|teochew|chaoshan",
    "english": r"英语|英文|中英|英中|双语|\benglish\b|\bbilingual\b",
    "japanese": r"日语|日文|\bjapanese\b",
    "korean": r"韩语|韩文|朝鲜语|\bkorean\b",
    "french": r"法语|法文|\bfrench\b",
    "german": r"德语|德文|\bgerman\b",
    "spanish": r"西班牙语|西语|\bspanish\b",
    "russian": r"俄语|俄文|\brussian\b",
    "sign": r"手语|sign(?:ed)? language",
}
_ACCESS_WORDS = {
    AccessItem.WHEELCHAIR: r"轮椅|无障碍(?:通道|坡道|出入口|电梯|设施|环境)|坡道|wheelchair|step[- ]free",
    AccessItem.TOILET: r"无障碍(?:卫生间|厕所|洗手间)|第三卫生间|accessible toilet",
    AccessItem.SIGN_LANGUAGE: _LANGUAGE_WORDS["sign"],
    AccessItem.CAPTIONS: r"字幕|captions?|subtitles?",
    AccessItem.HEARING: r"助听|听力辅助|感应线圈|hearing (?:loop|aid)",
    AccessItem.AUDIO: r"口述影像|语音导览|语音讲解|无障碍影院|audio (?:description|guide)",
    AccessItem.GUIDE_DOG: r"导盲犬|服务犬|guide dogs?|assistance dogs?",
    AccessItem.LARGE_PRINT: r"大字|large[- ]print",
    AccessItem.BRAILLE: r"盲文|braille",
    AccessItem.QUIET_HOUR: r"安静(?:时段|场|专场|空间)|静音场|感官友好|(?:quiet|relaxed) (?:hour|session|performance)",
}
_DENIED = re.compile(
    r"(?:不|没|无|暂无|非|未|no|not|without)[^，。；、,;.!！]{0,5}\s*$|(?:不|没有)[^，。；,;]{0,12}$", re.I
)

_DENIED_AFTER = re.compile(r"[^，。；、,;.!！]{0,6}(?:不能|不可|无法|不提供|没有|not\b)", re.I)


@lru_cache(maxsize=4096)
def languages_in(text: str) -> frozenset[str]:
    """The languages (keys of `LANGUAGES`) that a text names."""
    return frozenset(_found(text, _LANGUAGE_WORDS))


def access_in(text: str) -> list[str]:
    """The items of accessibility that a text promises, in the order of `AccessItem`."""
    return [str(item) for item in _found(text, _ACCESS_WORDS)]


def _found(text: str, words: Mapping[Any, str]) -> list[Any]:
    return [
        key
        for key, pattern in words.items()
        if any(not _is_denied(text, found) for found in re.finditer(pattern, text, re.I))
    ]


def _is_denied(text: str, found: re.Match[str]) -> bool:
    return bool(_DENIED.search(text[: found.start()]) or _DENIED_AFTER.match(text[found.end() :]))


class Ages(NamedTuple):
    """From which to which age in years, both included; None: no limit."""

    low: int | None
    high: int | None


_YEARS = r"\s*(?:周)?岁"
_AGES = (
    (re.compile(rf"(?<!\d)(\d{{1,2}})(?:{_YEARS})?\s*[-–—~～至到]\s*(\d{{1,2}}){_YEARS}"), (1, 2)),
    (re.compile(rf"(?<!\d)(\d{{1,2}}){_YEARS}\s*(?:及|或|\()?以上"), (1, None)),
    (re.compile(rf"(?<!\d)(\d{{1,2}}){_YEARS}\s*(?:及|或|\()?以下"), (None, 1)),
)


def ages_in(text: str) -> Ages | None:
    """The ages that a text states in figures (3至13岁, 8岁以上); None where it states none, or several that differ."""
    found: set[Ages] = set()
    for pattern, (low, high) in _AGES:
        for match in pattern.finditer(text):
            ages = Ages(int(match[low]) if low else None, int(match[high]) if high else None)
            if ages.low is None or ages.high is None or ages.low <= ages.high:
                found.add(ages)
    return found.pop() if len(found) == 1 else None
