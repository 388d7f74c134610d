"""What stands beside a date without being one: rain dates, postponements, words in brackets."""

import re
from dataclasses import dataclass

# In case of weather: a day named here is no session
CONDITIONAL = re.compile(
    r"[如若]?遇.{0,6}?(?:雨|台风|天气|恶劣|特殊)|雨天|风雨|雨备|备用|备选|视天气|如有(?:变|雨|调)|遇雨|改期另|顺延"
)
# Moved for good: the day named after it is the day
MOVED = re.compile(
    r"(?:延期|推迟|改期|延后|提前|调整|变更|改|移)(?:至|到|为|在)\s*(?=[\d一二三四五六七八九十二〇]|下?周|次日)"
)
ORIGINAL = re.compile(r"原定?(?:于|在)?")
TENTATIVE = re.compile(r"暂定|拟定|拟于|初定|待确认|以通知为准")
# The day is named and its time is not
NO_CLOCK = re.compile(
    r"(?:具体|活动|开始)?时[间段](?:待定|未定|待通知|待确定|另行通知|另定|请?见通知|将?另行通知|以通知为准)"
)
# When the doors close or people sign in: a clock that begins nothing
_DOORS = re.compile(
    r"(?:每[天日])?\d{1,2}(?::\d\d|[点时](?:\d{1,2}分?|半)?)\s*(?:以?后|起|前)?\s*"
    r"(?:停止|截止|最[后晚]|谢绝|禁止)(?:观众|游客|领票|换票)?(?:入[场馆园内]|进[场馆园入]|检票|售票|取[号票]|预约|接待)"
    r"|(?:停止|截止|最[后晚])(?:入[场馆园]|进[场馆园]|检票|售票|取票)(?:时间)?[:为是]?\s*\d{1,2}(?::\d\d|[点时](?:\d{1,2}分?|半)?)"
)
_SIGNING_IN = re.compile(r"\d{1,2}(?::\d\d|[点时](?:\d{1,2}分?|半)?)\s*(?:开始)?(?:签到|检录|检票入场)")
# By when people book: a day that is none of the activity
_DEADLINE = re.compile(
    r"[^,;。\n()]*(?:前|之前|截止|为止)[^,;。\n()\d]{0,4}(?:报名|预约|登记)[^,;。\n()]*"
    r"|(?:报名|预约|登记)[^,;。\n()\d]{0,6}截止[^,;。\n()]*|[^,;。\n()]*(?:报名|预约|登记)(?:已?截止|结束)"
)
_WAS = re.compile(r"^(?:原定?|原计划)(?:于|在|时间)?[:为]?\s*\d")
_DURATION = re.compile(
    r"(?:活动)?(?:时长|历时|为期|持续)[^,;。\n()]*"
    r"|(?:全程)?(?:共|大?约)*(?<!\d)(?:\d+(?:\.\d)?|[一两二三半])(?:\s*[-~到至]\s*(?:\d+(?:\.\d)?|[两二三]))?\s*个?半?(?:小时|分钟)(?!后|前)(?:左右)?"
    r"|(?<=[日号])\s*(?:共|连续)?[两二三四五六七八九\d]天(?=[\s,;。)]|$)"
)
# The two above look at every place in a text, so they are asked only where one of their words stands
_OF_DURATION = ("时长", "历时", "为期", "持续", "小时", "分钟", "天")
_OF_BOOKING = ("报名", "预约", "登记")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_CLAUSE_END = re.compile(r"[,;。\n)]|$")
# What a bracket must hold to say something about time
_SAYS_TIME = re.compile(
    r"\d|周|星期|礼拜|[日号月点时晨早午晚]|闭|除外|不开放|工作日|双休|节假|全天|每|外$|休息|起|中秋|国庆|底|旬|一日|年"
)
_NO_TIME = re.compile(
    r"^(?:共|约|每[天日周]?|限|第|含|计)*[\d一二三四五六七八九十两]+(?:场|人|名|次|期|个?小时|分钟|天|日|组|家|课时|节|届|年级)[^至到-]*$"
    r"|^(?:.*(?:预约|报名|农历|时长|签到|历时|为期|北京时间|雨).*)$|^[上下]半[场年]$"
)


@dataclass(frozen=True)
class Stripped:
    """The text without remarks.

    `moved`: it names the day to which the activity was moved; `no_clock`: its time is not known yet.
    """

    text: str
    remarks: tuple[str, ...] = ()
    moved: bool = False
    no_clock: bool = False


def strip(text: str) -> Stripped:
    """Take out remarks. A text that was moved for good becomes the new day with the old clocks beside it."""
    remarks: list[str] = []
    target = ""

    def bracket(found: re.Match[str]) -> str:
        nonlocal target
        inside = next(group for group in found.groups() if group is not None)
        if moved := MOVED.search(inside):
            if not CONDITIONAL.search(inside[: moved.start()]):
                target = inside[moved.end() :]
            remarks.append(inside)
            return " "
        if NO_CLOCK.search(inside):
            return f" {inside} "
        if CONDITIONAL.search(inside) or TENTATIVE.search(inside) or _WAS.search(inside):
            remarks.append(inside)
            return " "
        if _NO_TIME.search(inside) or not _SAYS_TIME.search(inside):
            return " "
        return found.group()

    if any(word in text for word in _OF_DURATION):
        text = _DURATION.sub(" ", text)
    rest = _BRACKETS.sub(bracket, text)
    rest, vague_clock = NO_CLOCK.subn(" ", rest)
    rest = _without_doors(rest, remarks)
    rest, found, further = _outside_brackets(rest)
    remarks += found
    target = target or further
    if target:
        return Stripped(_moved(rest, target), tuple(remarks), moved=True, no_clock=bool(vague_clock))
    return Stripped(rest, tuple(remarks), no_clock=bool(vague_clock))


def _without_doors(text: str, remarks: list[str]) -> str:
    """The text without 16:30停止入场; without 9月5日前报名 or 9:00签到 where another day or clock stands."""
    remarks += [found.group() for found in _DOORS.finditer(text)]
    text = _DOORS.sub(" ", text)
    without = _DEADLINE.sub(" ", text) if any(word in text for word in _OF_BOOKING) else text
    if without != text and _DAY.search(without):
        remarks += [found.group() for found in _DEADLINE.finditer(text)]
        text = without
    rest = _SIGNING_IN.sub(" ", text)
    if rest != text and _HAS_CLOCK.search(rest):
        remarks += [found.group() for found in _SIGNING_IN.finditer(text)]
        return rest
    return text


def _outside_brackets(text: str) -> tuple[str, list[str], str]:
    """The same without brackets: "，遇雨顺延至9月15日" up to the next mark; "原定9月14日，延期至9月21日"."""
    remarks = []
    while rain := CONDITIONAL.search(text):
        end = _CLAUSE_END.search(text, rain.end())
        stop = end.start() if end else len(text)
        remarks.append(text[rain.start() : stop])
        text = f"{text[: rain.start()].rstrip(' ,;。')} {text[stop:]}"
    if tentative := re.search(r"(?:暂定|拟定|拟于|初定)于?", text):
        remarks.append(tentative.group())
        text = text.replace(tentative.group(), " ")
    if moved := MOVED.search(text):
        remarks.append(text[moved.start() :])
        return ORIGINAL.sub("", text[: moved.start()]).rstrip(" ,;。已因"), remarks, text[moved.end() :]
    return text, remarks, ""


_DAY = re.compile(
    r"(?:(?:19|20)?\d\d[年./-])?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:月|[./])(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})"
    r"(?!\d|:)[日号]?(?:\s*\(?(?:周|星期)[一二三四五六日天]\)?)?"
)
_HAS_CLOCK = re.compile(r"\d\s*:\s*\d\d|[\d一二三四五六七八九十两][点时]")


def _moved(text: str, target: str) -> str:
    """The new day; with the clocks of the old text where the new one names none."""
    if _HAS_CLOCK.search(target):
        return target
    first = _DAY.search(text)
    if not first:
        return target
    clocks = _DAY.sub(" ", text)
    return f"{target} {clocks}" if _HAS_CLOCK.search(clocks) else target
