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
TENTATIVE = re.compile(r"暂定|拟定|待确认|以通知为准|待定")
_DURATION = re.compile(r"(?:活动)?(?:时长|历时|为期|持续)[^,;。\n()]*")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_CLAUSE_END = re.compile(r"[,;。\n)]|$")
# What a bracket must hold to say something about time
_SAYS_TIME = re.compile(
    r"\d|周|星期|礼拜|[日号月点时晨早午晚]|闭|除外|不开放|工作日|双休|节假|全天|每|外$|休息|起|中秋|国庆|底|旬|一日|年"
)
_NO_TIME = re.compile(
    r"^(?:共|约|每|限|第|含|计)?[\d一二三四五六七八九十两]+(?:场|人|名|次|期|个?小时|分钟|天|日|组|家|课时|节|届|年级)[^至到-]*$"
    r"|^(?:.*(?:预约|报名|农历|时长|签到|历时|为期|北京时间|雨).*)$|^[上下]半[场年]$"
)


@dataclass(frozen=True)
class Stripped:
    """The text without remarks; `moved` where it names the day to which the activity was moved."""

    text: str
    remarks: tuple[str, ...] = ()
    moved: bool = False


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
        if CONDITIONAL.search(inside) or TENTATIVE.search(inside):
            remarks.append(inside)
            return " "
        if _NO_TIME.search(inside) or not _SAYS_TIME.search(inside):
            return " "
        return found.group()

    rest = _BRACKETS.sub(bracket, _DURATION.sub(" ", text))
    rest, found, further = _outside_brackets(rest)
    remarks += found
    target = target or further
    if target:
        return Stripped(_moved(rest, target), tuple(remarks), moved=True)
    return Stripped(rest, tuple(remarks))


def _outside_brackets(text: str) -> tuple[str, list[str], str]:
    """The same without brackets: "，遇雨顺延至9月15日" up to the next mark; "原定9月14日，延期至9月21日"."""
    remarks = []
    while rain := CONDITIONAL.search(text):
        end = _CLAUSE_END.search(text, rain.end())
        stop = end.start() if end else len(text)
        remarks.append(text[rain.start() : stop])
        text = f"{text[: rain.start()].rstrip(' ,;。')} {text[stop:]}"
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
