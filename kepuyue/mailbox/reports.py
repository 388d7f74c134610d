"""Figures and words of a report as people write it, each figure with the words that it was read from. No database.

What is written is taken as it stands. Two different numbers for the same thing are both named and none is taken; a
number of people whom nobody says to have counted is an estimate.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

DIGITS = str.maketrans("０１２３４５６７８９．", "0123456789.")
NUMERAL = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TIMES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
MOST = 100_000_000  # more than that is a telephone number or a slip

_ABOUT = (
    r"(?P<about>约|近|逾|超过?|将近|大约)?(?:共计|共|达到?|为|了|有|：|:|\s)*(?P<about2>约|近|逾|超过?)?\s*"
)
_NUMERAL = "一二两三四五六七八九十百千零〇"
_NUMBER = rf"(?P<n>\d{{1,3}}(?:[,，]\d{{3}})+|\d+(?:\.\d+)?|[{_NUMERAL}]+)\s*(?P<times>[万千百]?)\s*(?P<more>余|多|来)?"
N = _ABOUT + _NUMBER
_NOT_PEOPLE = r"咨询|义诊|志愿|专家|资料|线上|在线|观看|浏览|直播|展板|单位|场次"
_NOT_VIEWS = r"参与|参加|参观|到场|志愿|专家|资料|展板|单位|场次"
# Between a word and its number: no end of a sentence and no other number; what is counted otherwise ends it too
_BETWEEN = rf"[^\d。；;\n\t万{_NUMERAL}]"
_SEEN = rf"(?:(?!{_NOT_VIEWS})[^\d。；;，,\n\t”」）)》万{_NUMERAL}]){{0,12}}"
_NEAR = rf"[^\d。；;，,\n\t万{_NUMERAL}]"
_GAP = rf"(?:(?!{_NOT_PEOPLE}){_NEAR}){{0,14}}"
_REST = r"[^\d。；;，,、\n]{0,6}"
_PEOPLE = r"(?:群众|市民|居民|观众|公众|师生|学生|青少年|职工|干部|老人|老年人|儿童|游客|家长|听众)"
_CAME = r"(?:参与|参加|吸引|惠及|覆盖|接待|服务|受益|到场|受众|参观|前来|签到)"
_OTHERS = "".join(f"(?<!{word})" for word in ("志愿者", "专家", "咨询", "义诊", "观看"))
_END = r"(?:名|人|位|$|[\s；;。，,、])"
_CELL = r"(?:[（(][^）)\n]{1,6}[）)])?\s*[：:\t]\s*"
_AMONG = rf"(?:{_CELL}|[共约有计达]{{0,3}}){N}{_END}"

PATTERNS: tuple[tuple[str, str], ...] = (
    ("visits", rf"(?:{_CAME}|{_PEOPLE}){_GAP}{N}(?:人次|人|名|位)"),
    ("visits", rf"{N}(?:人次|名|位|人)?(?:余)?的?{_PEOPLE}{_REST}(?:参与|参加|参观|到场|前来)"),
    ("visits", rf"{_OTHERS}(?:{_CAME}|活动)?(?:群众|人次|人数|观众|公众){_CELL}{N}"),
    ("views", rf"(?:线上|直播|在线|网络|视频|观看|浏览|点击|播放){_SEEN}{N}(?:人次|次|人)"),
    ("views", rf"(?:线上观看|观看|浏览|播放)(?:人次|次数|人数|量)?{_CELL}{N}"),
    ("volunteers", rf"{N}(?:名|位|人)?(?:余名)?(?:科普|科技|青年|学生|大学生)?志愿者"),
    ("volunteers", rf"志愿者(?:人数|数)?{_AMONG}"),
    ("experts", rf"{N}(?:名|位){_REST}专家"),
    ("experts", rf"专家(?:人数|数)?{_AMONG}"),
    ("materials", rf"(?:发放|派发|赠送|资料){_BETWEEN}{{0,16}}{N}(?:余)?(?:份|册|本)"),
    ("materials", rf"(?:发放|宣传|科普)?资料(?:数)?{_CELL}{N}"),
    ("boards", rf"(?:展板|挂图){_NEAR}{{0,6}}{N}(?:块|幅|张)"),
    ("boards", rf"{N}(?:块|幅|张)(?:科普)?(?:展板|挂图)"),
    ("boards", rf"(?:展板|挂图)(?:数)?{_CELL}{N}"),
    ("exhibits", rf"{N}件(?:套)?{_REST}展品"),
    ("exhibits", rf"展品{_NEAR}{{0,4}}{N}件"),
    ("consultations", rf"咨询{_NEAR}{{0,6}}{N}(?:人次|人|名)"),
    ("consultations", rf"咨询(?:人次|人数)?{_CELL}{N}"),
    ("clinic", rf"义诊{_NEAR}{{0,6}}{N}(?:人次|人|名)"),
    ("clinic", rf"义诊(?:人次|人数)?{_CELL}{N}"),
    ("sessions", rf"(?:举办|开展|举行|场次){_NEAR}{{0,10}}{N}场"),
    ("sessions", rf"场次(?:数)?{_CELL}{N}"),
    ("units", rf"{N}(?:家|个){_REST}单位"),
    ("units", rf"(?:参与|参加)单位(?:数)?{_CELL}{N}"),
)  # fmt: skip
COMPILED = tuple((name, re.compile(pattern)) for name, pattern in PATTERNS)
# As figures.KINDS names them; who came stands apart
KEYS = {"views": "views-views", "volunteers": "volunteers-count", "experts": "experts-count",
        "materials": "materials-count", "boards": "boards-count", "exhibits": "exhibits-count",
        "consultations": "consultations-count", "clinic": "clinic-count", "sessions": "sessions-record",
        "units": "units-record"}  # fmt: skip
COUNTED = re.compile(r"签到|清点|登记|扫码|闸机|点名|实名|统计")
# Of other things than the people of the activity
ELSEWHERE = re.compile(r"志愿者|专家|工作人员|嘉宾")
ASIDE = 14  # characters around a figure that are shown with it


@dataclass
class Found:
    """A figure: the kind's key, its value, the words around it and their part. `clashes`: other values for the same."""

    key: str
    value: int
    quote: str
    place: str
    clashes: list[int] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """For a JSON field."""
        return asdict(self)


@dataclass(frozen=True)
class Stretch:
    """A stretch of a text about one activity. `searched`: the same, as long, without titles, which are no figures."""

    place: str
    text: str
    searched: str = ""


def figures(stretches: Iterable[Stretch]) -> list[Found]:
    """The figures in them, in the order of the kinds. The first place that names one counts."""
    found: dict[str, Found] = {}
    for stretch in stretches:
        searched = (stretch.searched or stretch.text).translate(DIGITS)
        for name, pattern in COMPILED:
            for match in pattern.finditer(searched):
                _note(found, name, match, searched, stretch)
    return [found[name] for name in dict.fromkeys(name for name, _pattern in COMPILED) if name in found]


def _note(found: dict[str, Found], name: str, match: re.Match[str], searched: str, stretch: Stretch) -> None:
    value = _value(match["n"], match["times"])
    after = searched[match.end() : match.end() + 6]
    if value is None or value > MOST or (name == "visits" and ELSEWHERE.match(after)):
        return
    start, end = max(match.start() - ASIDE, 0), match.end() + ASIDE
    quote = " ".join(stretch.text[start:end].split())
    known = found.get(name)
    if known is None:
        found[name] = Found(_key(name, match, searched), value, quote, stretch.place)
    elif value not in (known.value, *known.clashes):
        known.clashes.append(value)


def _key(name: str, match: re.Match[str], text: str) -> str:
    if name != "visits":
        return KEYS[name]
    if match["about"] or match["about2"] or match["more"]:
        return "visits-estimate"
    sentence = re.split(r"[。；;\n]", text[: match.start()])[-1] + match[0]
    return "visits-count" if COUNTED.search(sentence) else "visits-estimate"


def _value(number: str, times: str) -> int | None:
    factor = TIMES.get(times, 1)
    plain = number.replace(",", "").replace("，", "")
    if plain[0].isdigit():
        return round(float(plain) * factor)
    total = _numeral(plain)
    return None if total is None else total * factor


def _numeral(text: str) -> int | None:
    """三百二十 → 320; a single 一 says nothing that is counted (一名, 一位 of a story)."""
    total, digit = 0, 0
    for sign in text:
        if sign in NUMERAL:
            digit = NUMERAL[sign]
        else:
            total += (digit or 1) * TIMES[sign]
            digit = 0
    total += digit
    return total if total > 1 else None


# Words -----------------------------------------------------------------------------------------------------

COURTESY = re.compile(
    r"^(?:尊敬的|各位|您好|你好|领导好?|老师好?|敬爱的|此致|敬礼|祝好|谢谢|请查收|请查阅|详见附件|见附件|附件[:：]?"
    r"|--+|发自我的|sent from)",
    re.IGNORECASE,
)
REFERS = re.compile(r"(?:见|查收|查阅)[^。]{0,6}附件|附件[^。]{0,8}(?:请|查收|总结)")
CONTACT = re.compile(
    r"^(?:联系人|联系电话|电话|手机|邮箱|地址|邮编|传真|tel|mobile|e-?mail)\s*[:：]|1[3-9]\d{9}|@", re.I
)
MOST_WORDS = 1500  # as a filing takes
SHORT = 60


def words(stretches: Iterable[Stretch]) -> str:
    """The words for a draft: those of the stretch that says most."""
    return max((words_in(one.text) for one in stretches), key=len, default="")


def words_in(text: str) -> str:
    """The sentences of a report without salutation, courtesy, contact and signature, as long as a filing takes."""
    lines = [line.strip() for line in text.split("\n")]
    kept = [line for line in lines if line and not _is_courtesy(line)]
    while kept and len(kept[-1]) < 30 and not kept[-1].endswith(("。", "！", ".", "；")):
        kept.pop()  # the unit and the day under the text
    told = "\n".join(kept)
    if len(told) <= MOST_WORDS:
        return told
    cut = told[: MOST_WORDS - 1]
    end = max(cut.rfind(sign) for sign in "。！？\n")
    return cut[: end + 1] if end > MOST_WORDS // 2 else f"{cut}…"


def _is_courtesy(line: str) -> bool:
    refers = len(line) < SHORT and REFERS.search(line)
    return bool(COURTESY.match(line) or CONTACT.search(line) or refers)


def signature(text: str) -> str:
    """The last lines, where people write who they are."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join(lines[-6:])
