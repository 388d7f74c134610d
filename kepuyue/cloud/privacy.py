"""What in a question would lead to a person, found before anybody reads it.

A question is asked without an account by somebody who may be a child. 未成年人网络保护条例 (State Council decree
766) asks for the least (art. 36) and for care with private information (art. 38); 个人信息保护法 makes data of
children under 14 sensitive (art. 28) and asks for a parent's consent (art. 31). So such data is not taken at all:
numbers and accounts are masked before the row is written, and what only a person can judge (a name, a school) is
marked for the moderator.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What stands in its place. It is part of a text in Chinese, so it is not translated
MASK = "［已隐去］"
_GAP = r"[\s\-_.·,，、]{0,3}"
_DIGIT = "[0-9零〇○一二三四五六七八九幺]"

# In this order: what is longer first, so that an identity number is not taken for a phone
PATTERNS: tuple[tuple[str, object, re.Pattern[str]], ...] = (
    (
        "email", pgettext_lazy("personal", "邮箱"),
        re.compile(r"[a-z0-9._%+\-]{1,64}\s?(?:@|\(at\)|\[at\]|艾特)\s?[a-z0-9\-]{1,63}"
                   r"(?:\s?[.点]\s?[a-z]{2,20}){1,4}", re.I),
    ),
    (
        "link", pgettext_lazy("personal", "网址"),
        re.compile(r"(?:https?:?//|www\.)[^\s，。；、）)]+|(?<![a-z0-9\-])[a-z0-9\-]{2,63}"
                   r"\.(?:com|cn|net|org|top|xyz|vip|cc|me)(?![a-z])[^\s，。；、）)]*", re.I),
    ),
    (
        "account", pgettext_lazy("personal", "微信或QQ号"),
        re.compile(
            r"(?:微信|薇信|威信|v\s?信|微\s?x|(?<![a-z])(?:vx|wx|v(?=[:：]))|wechat|weixin|qq|扣扣|企鹅号|抖音号?"
            r"|小红书号?)"
            # Letters alone are an account only where the words before say so: "微信 wechat 是什么" names none
            r"(?:\s*(?:号码?|账号|id|同号|是|为|[:：=])+\s*[（(]?\s*[a-z][a-z0-9_\-]{4,29}"
            r"|\s*[（(]?\s*(?=[a-z_\-]*[0-9_\-])[a-z][a-z0-9_\-]{4,29}"
            r"|\s*(?:号码?|账号|同号)?\s*(?:是|为|[:：=])?\s*[（(]?\s*[0-9](?:[\s\-]?[0-9]){4,14})", re.I),
    ),
    (
        "identity", pgettext_lazy("personal", "身份证号"),
        # GB 11643: six of the place, eight of the birthday, three, and a check place
        re.compile(rf"(?<!{_DIGIT})(?:[1-9]{_GAP}(?:[0-9]{_GAP}){{5}}(?:1{_GAP}9|2{_GAP}0){_GAP}(?:[0-9]{_GAP}){{9}}[0-9xX]"
                   rf"|[1-9]{_GAP}(?:[0-9]{_GAP}){{13}}[0-9])(?!{_DIGIT})"),
    ),
    (
        "phone", pgettext_lazy("personal", "电话号码"),
        re.compile(rf"(?<!{_DIGIT})(?:(?:\+|00)?86{_GAP})?[1一幺]{_GAP}[3-9三四五六七八九]{_GAP}"
                   rf"(?:{_DIGIT}{_GAP}){{8}}{_DIGIT}(?!{_DIGIT})"),
    ),
    (
        "landline", pgettext_lazy("personal", "电话号码"),
        re.compile(r"(?<!\d)0\d{2,3}[\s\-—]{0,2}\d{7,8}(?!\d)"),
    ),
)  # fmt: skip
# What leads to one person; the site and the landline of a unit lead to the unit
PERSONAL = frozenset({"email", "account", "identity", "phone"})
EVERYTHING = frozenset(code for code, _label, _pattern in PATTERNS)
# Only a person can tell whether these lead to somebody; they are marked for the moderator
HINTS: tuple[tuple[object, re.Pattern[str]], ...] = (
    (_("可能是姓名"), re.compile(r"(?:[我俺]叫|名字叫做?|名叫|姓名[是:：]?)\s?[\u4e00-\u9fff]{2,4}"
                            r"|我是[\u4e00-\u9fff]{2,4}同学")),
    (_("可能是学校或班级"), re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{2,14}(?:小学|中学|幼儿园|学校|附小|附中|实验班)|"
                              r"[一二三四五六七八九初高0-9]{1,3}年?级?[（(]?[0-9一二三四五六七八九十]{1,3}[)）]?班")),
    (_("可能是住址"), re.compile(r"[\u4e00-\u9fff]{2,10}(?:小区|花园|公寓|家园)[0-9一二三四五六七八九十]*"
                            r"|[0-9一二三四五六七八九十]+(?:栋|单元|号楼)[0-9]*")),
    (_("可能是年龄"), re.compile(r"(?:我|今年|现在)(?:今年|现在)?(?:才|已经)?[0-9一二三四五六七八九十]{1,3}岁")),
)  # fmt: skip


@dataclass(frozen=True)
class Masked:
    """A text without ways to reach somebody; `kinds` names what was taken out, in the reader's language."""

    text: str
    kinds: tuple[str, ...]


def masked(text: str, kinds_of: frozenset[str] = EVERYTHING) -> Masked:
    """The text with phone numbers, identity numbers, addresses of mail and of the web, and accounts masked, or only
    what `kinds_of` names of these.

    Read as people write them to get past a filter: full-width signs, Chinese numerals, blanks and dashes in between.
    """
    # Signs without width are written to get past just this
    plain = "".join(_narrow(sign) for sign in text if unicodedata.category(sign) != "Cf")
    kinds: list[str] = []
    found = plain
    for code, label, pattern in PATTERNS:
        found, count = pattern.subn(MASK, found) if code in kinds_of else (found, 0)
        if count and str(label) not in kinds:
            kinds.append(str(label))
    if not kinds:
        # Nothing to hide: what the person wrote stays as written (full-width punctuation too)
        return Masked("".join(sign for sign in text if unicodedata.category(sign) != "Cf"), ())
    return Masked(re.sub(rf"(?:{re.escape(MASK)}\s*)+", MASK, found), tuple(kinds))


def _narrow(sign: str) -> str:
    """A letter, digit or sign of an address in its usual width; the punctuation of Chinese stays as it is."""
    usual = unicodedata.normalize("NFKC", sign)
    return usual if len(usual) == 1 and (usual.isalnum() or usual in "@.-_+/") else sign


@dataclass(frozen=True)
class Hint:
    """A stretch of a text that may lead to a person, and why."""

    start: int
    end: int
    why: str


def hints(text: str) -> list[Hint]:
    """What a moderator should look at before the public does."""
    found = [
        Hint(match.start(), match.end(), str(why))
        for why, pattern in HINTS
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda hint: hint.start)
