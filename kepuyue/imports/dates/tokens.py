"""A text cut into tokens: days, clocks, weekdays, words that bind, words that mean nothing here, and the rest.

To teach one more word, put it into `PATTERN` where a longer word cannot swallow it.
"""

import re
import unicodedata
from dataclasses import dataclass

DIGITS = {letter: number for number, letter in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
NUMBER = r"(?:\d{1,2}|[〇零一二三四五六七八九十廿]{1,3})"
HOUR = r"(?:\d{1,2}|[零一二三四五六七八九十两]{1,3})"
WEEK = r"(?:周|星期|礼拜)"
W = "[一二三四五六日天]"

PATTERN = re.compile(
    rf"""
    (?P<ymd>(?P<y>(?:19|20)\d\d|[〇零一二三四五六七八九]{{4}})\s*[年\-/.]\s*(?P<m>{NUMBER})\s*[月\-/.]\s*
        (?P<d>{NUMBER})(?!\d)\s*[日号]?)
    |(?P<mdy>(?P<m0>\d{{1,2}})/(?P<d0>\d{{1,2}})/(?P<y0>(?:19|20)\d\d))(?!\d)
    |(?P<yy>(?P<y1>[2-4]\d)(?:年(?=\d{{1,2}}月)|[./\-](?=\d{{1,2}}[./\-]\d))(?P<m1>\d{{1,2}})[月./\-](?P<d1>\d{{1,2}})[日号]?(?![\d:]))
    |(?P<compact>(?:19|20)\d{{6}})(?!\d)
    |T?(?P<clock>(?P<H>\d{{1,2}})\s*:\s*(?P<M>\d{{2}})(?!\d)(?::\d{{2}}(?:\.\d+)?)?\s*(?P<ap>[ap]\.?m\.?(?![a-z]))?[点时]?)
    |(?P<year_month>(?P<y2>(?:19|20)\d\d|[〇零一二三四五六七八九]{{4}})\s*(?:年\s*(?P<m2>{NUMBER})\s*月|[\-/.](?P<m3>\d{{1,2}}))(?!\d|日|号)份?)
    |(?P<year>(?:(?:19|20)\d\d|[〇零一二三四五六七八九]{{4}})(?:年(?!级|龄|代)|(?!\d)))
    |(?P<month_day>(?P<m4>{NUMBER})\s*月\s*(?P<d4>{NUMBER})(?!\d|个|场|次|期|楼|:|[点时])\s*[日号]?)
    |(?P<short_day>(?P<m5>\d{{1,2}})(?P<mark>[/.])(?P<d5>\d{{1,2}})(?![\d:点时%])\s*[日号]?)
    |(?P<dashed_day>(?P<m6>0\d)-(?P<d6>\d\d)(?![\d:点时\-]))
    |(?P<oclock>(?P<H2>{HOUR})\s*[点时](?!间|段|长|候|刻|光)(?:钟|整|(?P<half_hour>半)|(?P<quarter>[一三13])刻|(?P<M2>[0-5]?\d|[二三四五]?十[一二三四五六七八九]?)(?![\d点时月日号:人场])分?)?)
    |(?P<am_pm>(?P<H3>\d{{1,2}})\s*(?P<ap2>[ap]m)(?![a-z]))
    |(?P<nth>(?P<every_month>每个?月)?的?第(?P<n>[一二三四五1-5](?:[、,和及]第?[一二三四五1-5])*)个?(?:{WEEK}(?P<w1>[一二三四五六日天末])))
    |(?P<nth_last>(?:每个?月)?的?最后一?个?{WEEK}(?P<w2>[一二三四五六日天末]))
    |(?P<working>(?:每个?|逢)?工作日|周内)
    |(?P<weekend>(?:每逢|每个|每|逢)?(?:双休日?|周末|休息日|周六日))
    |(?P<weekday>(?P<each>每逢|每个|每|逢)?(?P<this>[本这下当]个?)?{WEEK}(?P<week>{W}(?:\s*(?:(?:[、,和及/&\-~至到]|以及)\s*(?:每?{WEEK})?|{WEEK}?){W}(?![点时个场次期月年人十]))*))
    |(?P<month>(?P<m7>{NUMBER})\s*月份?)
    |(?P<day_of_month>(?P<d7>{NUMBER})\s*[日号](?![线楼馆厅厂门展院])(?P<unused>))
    |(?P<part>[上中下]旬|月?底|月末|月初|年初|年底)
    |(?P<statutory>(?:国家)?(?:法定)?(?:节假日|假日|假期)(?!前|后)|公众假期)
    |(?P<holiday>(?P<f1>中秋|国庆|端午|清明|元旦|春节|劳动|五一|十一)节?(?:小长假|长假|假期|假日|期间|放假))
    |(?P<feast>(?P<f2>中秋|国庆|端午|清明|元旦|春节|元宵|重阳|劳动节|儿童节|教师节|五一|六一)节?(?:当天|当日)?)
    |(?P<season>(?:深圳|全国)?(?:科普月|活动月|活动期|本届活动|活动)(?:期间|内))
    |(?P<next_day>次日|翌日|第二天|隔天|隔日(?=\d|凌))
    |(?P<nightly>每天晚上|每日晚上?|每晚)
    |(?P<daily>每一?天|每日|天天|逐日|日常)
    |(?P<all_day>全天|一?整天|全日)
    |(?P<all_month>全月|整个?月)
    |(?P<half>(?:上[、/]?下午|凌晨|清晨|清早|早上|早晨|早间|上午|中午|正午|午间|下午|午后|傍晚|晚上|晚间|夜间|夜晚|当晚|晚|早(?=\d)|AM(?=\s*\d)|PM(?=\s*\d))(?P<show>场?))
    |(?P<from_now>从?(?:即日|现在|即)起?)
    |(?P<until>截至|截止到?)
    |(?P<except>除(?:了|去)?(?!外))
    |(?P<out>除外|以外|之外|外(?=[,;、。\s)每的\d]|$)|不含|不包括|不对外开放|不开放|不举办|不开展|(?:例行)?(?:闭馆|闭园|休馆|休园|闭展|休展|闭店)日?|休息|暂停(?:开放|举办)?|停止开放|停办|停开|关闭|无活动|无场次|没有)
    |(?P<opens>(?:照常|正常)(?:对外)?(?:开馆|开放|开园|营业)|开馆|开园)
    |(?P<dash>至|到|直到|-+|~+)
    |(?P<weak>[、/&+]|和|及|以及|与)
    |(?P<strong>[,;\n|])
    |(?P<open_start>起(?!床|步)|(?<=[日号])开始(?!时间|\s*[:\d上下早晚中]))
    |(?P<about>左右|大约|约)
    |(?P<rest>为?止|结束|开始|开幕|开赛|开讲|开场|开演|入场|签到|出发|集合)
    |(?P<paren>[()\[\]【】<>《》“”"'])
    |(?P<space>[\s.。:·]+|(?:活动|比赛|会议|报告|论坛|课程|上课|培训|展览|开放|展出|讲座|演出|直播|报名|举办|举行|举办|开展|时间|日期|地点|北京时间|具体|上映|放映|参观|接待|每场|每次|当天|当日|从|自|于|在|的|为|是|共|分别|各|均|都|间|时段|场次|一场|两场|两天一夜|第[一二三四五六七八九十\d]+[场期次批]|[一两二三四五六七八九十\d]+场)+)
    |(?P<number>\d{{1,2}})(?![\d%]|\s*[人场次期名组岁元个位年级楼分小家批])
    |(?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Kinds that name one day by themselves or with what stands before
DAYS = frozenset(
    {"ymd", "mdy", "yy", "compact", "month_day", "short_day", "dashed_day", "day_of_month", "feast"}
)
CLOCKS = frozenset({"clock", "oclock", "am_pm"})
SEPARATORS = frozenset({"dash", "weak", "strong"})
PLAIN = SEPARATORS | {"other", "number", "paren", "rest", "daily", "all_day"}  # their text says it all
# In words that the grammar does not know, these make the day uncertain
UNCERTAIN = re.compile(r"[前后初末底旬余待暂拟若或如另未定期择随预长常假]|不定|根据|以.+为准|第.{1,3}周")
_WRITTEN_OTHERWISE = str.maketrans({
    "—": "-", "–": "-", "―": "-", "─": "-", "‐": "-", "−": "-", "∶": ":", "︰": ":", "點": "点", "時": "时",
    "號": "号", "週": "周", "後": "后", "ー": "-", "﹣": "-", "〜": "~", "→": "-",
})  # fmt: skip
_BROKEN_SPAN = re.compile(
    r"(?:[^\S\n]*\n[^\S\n]*)?([\-~至到])[^\S\n]*\n\s*"
)  # 9:00 - 11:00 over several lines
_WIDE = re.compile(
    r"(?<=\d)[^\S\n]+(?=[年月日号时点分])|(?<=\d[年月时点])[^\S\n]+(?=\d)"
)  # 9 月 14 日 15 时 00 分
_WEEKDAY_ALONE = re.compile(r"(?<=[日号\d])\s*\(([一二三四五六日天])\)")  # 9月14日(六)
_TIME = r"\d{1,2}(?::\d\d|[点时](?:半|\d{1,2}分?)?)"
_BEGINS_ENDS = re.compile(
    rf"({_TIME})\s*(?:开始|开讲|开场|开馆)[\s,;、]*({_TIME})\s*(?:结束|散场|闭馆|为?止)"
)
_LETTERS = re.compile("[A-Za-z]{3}")
_SO_MANY_DAYS = re.compile(
    r"(?<!\d)(\d{1,2}月)(\d{1,2})[日号]?起[\s,]*(?:为期|连续|共|连展)*\s*([两二三四五六七八九十]|\d{1,2})天"
)
WEEK_OF_MONTH = re.compile(
    r"第[\d一二三四五][\d一二三四五、,和及]*周(?!年|边|岁)"
)  # whose weeks begin where?
_WHOLE = r"(?:20\d\d年)?\d{1,2}月\d{1,2}[日号]?"
_OPENS_CLOSES = re.compile(rf"({_WHOLE})(?:开始|开幕|开展)[\s,;、]*({_WHOLE})(?:结束|闭幕|闭展|撤展|为?止)")
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = rf"(?P<month>{'|'.join(_ENGLISH_MONTHS)})[a-z]*\.?"
# 14-Sep-24 as English programs export it, 14 September 2024, Sept. 14, 2024
_DAY_FIRST = re.compile(
    rf"(?<![\w])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s\-]+{_MONTH_NAME}(?:[\s,\-]+(?P<year>20\d\d|\d\d)(?![\d:]))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?<![\w]){_MONTH_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:[\s,]+(?P<year>20\d\d)(?![\d:]))?",
    re.IGNORECASE,
)
_CIRCLED = re.compile("[①-⑳⑴-⒇❶-❿㈠-㈩]")
_ENUMERATOR = re.compile(r"(?:^|(?<=[\s;,。]))\(?\d{1,2}[)、.](?=\s*(?:\d{1,2}月|20\d\d[年./-]))")
# 1430-1600 behind a day
_HOURS_MINUTES = re.compile(
    r"(?<=[日号)午上\s])([01]\d|2[0-3])([0-5]\d)\s*[-~至]\s*([01]\d|2[0-4])([0-5]\d)(?![\d年./-])"
)


@dataclass(frozen=True)
class Token:
    """A piece of the text with what its pattern caught."""

    kind: str
    text: str
    parts: dict[str, str | None]

    def number(self, *names: str) -> int:
        """The first of these parts that is there, as a number."""
        return next((value(part) for name in names if (part := self.parts.get(name))), 0)


def plain(text: str) -> str:
    """The text with one width, one dash and one colon."""
    text = unicodedata.normalize("NFKC", _CIRCLED.sub(" ; ", text)).translate(_WRITTEN_OTHERWISE).strip()
    text = _BROKEN_SPAN.sub(r"\1", text)
    text = _ENUMERATOR.sub(" ", _WIDE.sub("", text)).replace("::", ":")
    if _LETTERS.search(text):
        text = _DAY_FIRST.sub(_chinese_day, _MONTH_FIRST.sub(_chinese_day, text))
    text = _WEEKDAY_ALONE.sub(r"(周\1)", text)
    text = _SO_MANY_DAYS.sub(_run_of_days, text)
    text = _OPENS_CLOSES.sub(r"\1-\2", _BEGINS_ENDS.sub(r"\1-\2", text))
    return _HOURS_MINUTES.sub(r"\1:\2-\3:\4", text).strip(" ;")


def _run_of_days(found: re.Match[str]) -> str:
    """9月14日起为期三天 as 9月14日-16日; left as it stands where it might leave the month."""
    first = int(found[2])
    last = first + value(found[3]) - 1
    return f"{found[1]}{first}日-{last}日" if first < last <= 28 else found.group()


def _chinese_day(found: re.Match[str]) -> str:
    month = _ENGLISH_MONTHS.index(found["month"].lower()) + 1
    year = f"20{found['year'][-2:]}年" if found["year"] else ""
    return f"{year}{month}月{int(found['day'])}日"


def value(text: str) -> int:
    """14, 十四, 廿一, 二〇二四, 两 as a number."""
    if text.isdigit() and text.isascii():
        return int(text)
    if "十" not in text and "廿" not in text:
        return int("".join(str(DIGITS[letter]) for letter in text))
    tens, _mark, ones = text.replace("廿", "二十").partition("十")
    return (value(tens) if tens else 1) * 10 + (value(ones) if ones else 0)


def cut(text: str) -> list[Token]:
    """The tokens of a text made `plain`; neighbors that nothing is known of come as one."""
    tokens: list[Token] = []
    for match in PATTERN.finditer(text):
        kind = match.lastgroup or "other"  # the outermost of those that matched closes last
        if kind == "space":
            continue
        token = Token(kind, match.group().strip(), {} if kind in PLAIN else match.groupdict())
        if kind == "short_day" and token.parts["mark"] == "." and token.number("m5") > 12:  # 14.30
            token = Token("oclock", token.text, {"H2": token.parts["m5"], "M2": token.parts["d5"]})
        if kind == "other" and tokens and tokens[-1].kind == "other":
            token = Token("other", tokens[-1].text + token.text, {})
            tokens.pop()
        tokens.append(token)
    return tokens
