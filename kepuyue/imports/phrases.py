"""What short texts of a table say: units with their roles, how one takes part, whether to book, whom to ask."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kepuyue.activities.models import Mode, UnitRole
from kepuyue.imports.reading import CANCELLED, NONE, PLANNED, REQUIRED, UNKNOWN

# Units ----------------------------------------------------------------------------------------------------

COLUMN_ROLES = {
    "organizer": UnitRole.HOST,
    "contractor": UnitRole.ORGANIZER,
    "co_organizer": UnitRole.CO_ORGANIZER,
    "supporter": UnitRole.SUPPORTER,
    "adviser": UnitRole.ADVISER,
    "co_organizers": UnitRole.CO_ORGANIZER,
}
ROLE_WORDS = {
    "主办": UnitRole.HOST, "承办": UnitRole.ORGANIZER, "协办": UnitRole.CO_ORGANIZER, "协": UnitRole.CO_ORGANIZER,
    "带队": UnitRole.CO_ORGANIZER, "指导": UnitRole.ADVISER, "技术指导": UnitRole.ADVISER,
    "统筹": UnitRole.ADVISER, "支持": UnitRole.SUPPORTER,
}  # fmt: skip
_LABELLED = re.compile(r"(主办|承办|协办|指导|支持|联合主办)(?:单位|方|机构)?\s*[:：]")
_ENDS_LIKE_A_UNIT = re.compile(
    r"(?:局|协会|学会|科协|中心|公司|馆|委员会|委|办|大学|学院|学校|小学|中学|医院|社区|街道|研究院|研究所|基地|集团|站|政府)$"
)


def split_units(text: str) -> list[tuple[str, str]]:
    """Units in a cell as (role or "", name). A role in brackets holds for the units listed before it too:
    "甲;乙（指导）;丙（承办）"; a name that ends with 等 ends such a list. "主办：甲 承办：乙" is read as well.
    """
    labels = list(_LABELLED.finditer(text))
    if labels and not text[: labels[0].start()].strip():
        units: list[tuple[str, str]] = []
        for number, label in enumerate(labels):
            end = labels[number + 1].start() if number + 1 < len(labels) else len(text)
            role = ROLE_WORDS.get(label.group(1), UnitRole.HOST)
            units += [(own or role, name) for own, name in _split(text[label.end() : end])]
        return units
    return _split(text)


def _split(text: str) -> list[tuple[str, str]]:
    units: list[tuple[str, str]] = []
    waiting: list[str] = []
    for name in _names(text):
        found = re.fullmatch(r"(.+?)[（(](\w{1,4})[）)]", name)
        role = ROLE_WORDS.get(found.group(2)) if found else None
        if found and role:
            units += [(role, earlier) for earlier in waiting] + [(role, found.group(1).strip())]
            waiting = []
            continue
        waiting.append(name)
        if name.endswith("等"):
            units += [("", earlier) for earlier in waiting]
            waiting = []
    return units + [("", name) for name in waiting]


def _names(text: str) -> Iterator[str]:
    """The names in a list; space or a stroke parts them where each ends as units do, and brackets hold together."""
    for part in _outside_brackets(text, ";；、\n，,"):
        pieces = re.split(r"\s+|\s*[/／]\s*", part.strip())
        if len(pieces) > 1 and all(_ENDS_LIKE_A_UNIT.search(piece) for piece in pieces):
            yield from pieces
        elif part.strip():
            yield part.strip()


def _outside_brackets(text: str, marks: str) -> Iterator[str]:
    start = depth = 0
    for position, letter in enumerate(text):
        if letter in "（(":
            depth += 1
        elif letter in "）)":
            depth = max(0, depth - 1)
        elif letter in marks and not depth:
            yield text[start:position]
            start = position + 1
    yield text[start:]


# Title and state ------------------------------------------------------------------------------------------

_CANCELLED = re.compile(
    r"[【\[(（〔]\s*(?:已取消|取消|活动取消|已停办|停办)\s*[】\])）〕]|^(?:已取消|取消)\s*[:：\-—]\s*"
)
_CALLED_OFF = re.compile(
    r"(?:^|[\s,，;；、)）日号])(?:现?已|因[^遇雨如]{1,8})?取消(?:举办|举行)?$|[（(](?:现?已|因[^）)如遇]{1,10}|活动)取消[）)]"
)
TEST_ENTRY = re.compile(
    r"(?:这是|此为)?(?:一[条个])?(?:测试|test|demo|testing)(?:用|数据|活动|项目|行|条目|记录|标题|名称|一下|填报|请忽略|请勿删除|勿删|勿动|案例)*[\d一二三四五六七八九十]*"
    r"|([a-z0-9])\1+|asdf\w*|qwer\w*|abc|123\d*|1",
    re.IGNORECASE,
)


def title_of(text: str) -> tuple[str, str]:
    """The title without 【取消】, and whether that stood there."""
    cleaned = _CANCELLED.sub("", text).strip()
    return cleaned, CANCELLED if cleaned != text.strip() else PLANNED


def is_cancelled(text: str) -> bool:
    """Whether a column of states says so."""
    return bool(re.search(r"取消|停办|不再举办", text)) and not re.search(r"未取消|不取消|否", text)


def is_cancelled_beside_a_date(text: str) -> bool:
    """Whether a cell about time says that nothing will take place."""
    return bool(_CANCELLED.search(text) or _CALLED_OFF.search(text.strip()))


def is_test(title: str) -> bool:
    """Whether somebody only tried the form."""
    plain = re.sub(r"[\s\W_]", "", unicodedata.normalize("NFKC", title))
    return bool(TEST_ENTRY.fullmatch(plain)) or bool(
        re.match(r"\s*[【\[(（]\s*(?:测试|test)\s*[】\])）]", title, re.IGNORECASE)
    )


# Taking part ----------------------------------------------------------------------------------------------

MODES = {"offline": Mode.OFFLINE, "online": Mode.ONLINE, "hybrid": Mode.HYBRID, "线上线下结合": Mode.HYBRID}
PLATFORM = re.compile(
    r"直播|腾讯会议|视频号|公众号|抖音|快手|B站|哔哩哔哩|bilibili|钉钉|zoom\b|teams\b|小鹅通|微信群|线上|网络|云端|云平台|云展厅"
    r"|小红书|微博|学习强国|官网|小程序|app\b|会议号|https?://\S+|www\.\S+",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)


def is_platform(text: str) -> bool:
    """Whether a text beside a link says that one takes part there, and not only reads or books there."""
    return bool(PLATFORM.search(_LINK.sub("", text)))


_NO_PLACE = re.compile(
    r"^[\s\d\W_]*$|^(?:会议)?(?:ID|密码|号码?|同步|同时|进行|观看|参与|收看|及|和|与|平台|链接|地址)+[\s\d\-:：]*$|待定|另行通知|不限|全国|全网",
    re.IGNORECASE,
)


_BY_WHICH_ONE_BOOKS = re.compile(
    r"(?:线上|网上|网络|在线|现场|线下|公众号|小程序|直播间?)(?:进行|提前|扫码|免费)*(?:预约|报名|登记|领票|抢票)"
)


def mode_of(stated: Sequence[str], venue: str, address: str, online: str) -> str:
    """Stated in one of the texts; else a platform is online, a place is offline, both hybrid."""
    for text in stated:
        text = _BY_WHICH_ONE_BOOKS.sub("", unicodedata.normalize("NFKC", text).strip().lower())
        if text in MODES:
            return MODES[text]
        is_online = bool(re.search(r"线上|网络|直播|云端|在线", text))
        is_offline = bool(re.search(r"线下|现场|实地|面对面", text))
        if is_online and is_offline:
            return Mode.HYBRID
        if is_online or is_offline:
            return Mode.ONLINE if is_online else Mode.OFFLINE
    if re.search("线上", venue) and re.search("线下", venue):
        return Mode.HYBRID
    is_online = bool(PLATFORM.search(f"{online} {venue}")) or bool(
        online and not re.fullmatch(r"[否无]", online)
    )
    has_place = bool(address) or any(
        not PLATFORM.search(part) and not _NO_PLACE.search(part)
        for part in re.split(r"[;；、/,，\n+&()（）]|和|及|与|\s", _LINK.sub(" ", venue))
    )
    if is_online:
        return Mode.HYBRID if has_place else Mode.ONLINE
    return Mode.OFFLINE


def is_no_place(venue: str) -> bool:
    """Whether a place is yet to be named."""
    return bool(
        re.fullmatch(
            r"(?:地点|场地)?(?:待定|待通知|另行通知|未定|暂未确定|待确定|TBD)", venue.strip(), re.IGNORECASE
        )
    )


_NO_BOOKING = re.compile(
    r"(?:无需|免|不需要?|不用|无须|毋须|不必)(?:要|提前|事先|任何)*(?:预约|报名|登记)|自由参[加与观]|自由入场|直接(?:参加|前往|到场|入场)|免预约|随到随"
)
_WAY_OF_BOOKING = re.compile(r"扫码|公众号|小程序|^(?:电话|网上|线上|微信|在线|二维码)$")
_ON_THE_SPOT = re.compile(r"现场(?:扫码|免费)?(?:报名|登记)")  # nothing is to be done beforehand


def booking_of(text: str, *, in_its_column: bool = False) -> str:
    """required, none or unknown, from the column about booking, where a way of booking says that one does."""
    plain = _ON_THE_SPOT.sub("", re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))
    if not plain:
        return UNKNOWN
    if (
        plain.lower() in {"否", "无", "不需要", "不需", "不用", "无需", "无须", "免", "n", "no", "×", "x"}
        or re.match(r"(?:否|不需要?|不用)[,;。(:]", plain)
        or _NO_BOOKING.search(plain)
    ):
        return NONE
    if plain.lower() in {"是", "需要", "需", "要", "有", "y", "yes", "√", "✓"} or re.search(
        r"预约|报名|扫码登记|^(?:是|需要?|要)[,;。(:]", plain
    ):
        return REQUIRED
    if in_its_column and _WAY_OF_BOOKING.search(plain):
        return REQUIRED
    return UNKNOWN


def booking_in_passing(text: str) -> str:
    """The same from a remark, where only plain words count."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if _NO_BOOKING.search(plain):
        return NONE
    if re.search(
        r"(?:需|须|请|提前|扫码|电话|凭|线上)(?:要|提前|通过|线上|电话|在线|扫码|网上)*(?:预约|报名)", plain
    ):
        return REQUIRED
    return UNKNOWN


def capacity_of(text: str) -> int | None:
    """The one number that a cell about seats states; None where it states none or several."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", text))
    if found := re.fullmatch(r"\D*(\d+(?:\.\d+)?)\s*万\D*", plain):
        return int(float(found.group(1)) * 10_000)
    plain = re.sub(r"(?<=\d)\.0+(?!\d)", "", plain)
    heads = set(re.findall(r"(?<![\d\-~至到—])(\d{1,6})\s*[人名](?![次\d])", plain))
    if len(heads) == 1 and not re.search(r"\d\s*[\-~至到—]\s*\d|\d\s*[人名].*\d\s*[人名]", plain):
        plain = heads.pop()  # 30人/场，共2场
    numbers = re.findall(r"\d+(?:\.\d+)?", plain)
    if (
        len(numbers) == 1
        and numbers[0].isdigit()
        and len(numbers[0]) < 10
        and 0 < int(numbers[0]) < 1_000_000
    ):
        return int(numbers[0])
    if re.fullmatch(r"[一二两三四五六七八九十百千]+", plain):
        return _spelled(plain)
    spelled = re.findall(r"(?<![至到~\-])([一二两三四五六七八九十百千]+)\s*余?[人名位](?!次)", plain)
    return _spelled(spelled[0]) if len(spelled) == 1 and not numbers else None


def _spelled(text: str) -> int:
    """五十, 一百二十, 两千 as a number."""
    total, digit = 0, 0
    for letter in text:
        if scale := {"十": 10, "百": 100, "千": 1000}.get(letter):
            total, digit = total + (digit or 1) * scale, 0
        else:
            digit = "零一二三四五六七八九".find(letter) if letter != "两" else 2
    return total + digit


# Whom to ask ----------------------------------------------------------------------------------------------

SCIENTIFIC = re.compile(r"(?<![\w.])(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})(?!\w)")
PHONE = re.compile(
    r"(?<![\d*])(?:\+?0{0,2}86[- ]?)?"
    r"(?:(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})"
    r"|(?:(?<=86)|(?<=86[- ]))[1-9]\d{1,2}[- ]?\d{7,8}"  # abroad the zero of the area code falls away
    r"|\(?0\d{2,3}\)?[- ]?\d{3,4}[- ]?\d{4}(?:\s?(?:-|转|ext\.?)\s?\d{1,6})?|"
    r"[2-8]\d{3}[- ]?\d{3,4}(?:\s?(?:-|转)\s?\d{1,6})?"
    r"|[48]00[- ]?\d{3}[- ]?\d{4}|1[12]\d{3}|955\d\d|96\d{3,4})"
    r"(?![\d*])"
)
_LABEL = re.compile(
    r"联系人|联络人|负责人|联系电话|联系方式|咨询电话|办公电话|电话|手机号?码?|座机|微信|咨询|工作时间|姓名|tel|phone|mobile|转"
    r"|(?<![\u4e00-\u9fff])[办宅家手](?![\u4e00-\u9fff])",
    re.IGNORECASE,
)
_MANY_DIGITS = re.compile(r"\d[\d\- *]{5,}|(?<![A-Za-z\d])\d{5}(?!\d)")
_WITHOUT_ZERO = re.compile(r"2\d{9}|[3-9]\d{9,10}")


@dataclass
class Contact:
    """Names, phones, and what looked like a phone and is none; `lost` where digits are gone for good."""

    names: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    wrong: str = ""
    lost: str = ""


def contact_in(text: str, *, is_phone_column: bool) -> Contact:
    """Whom a cell names and how to call them."""
    found = Contact()
    plain = unicodedata.normalize("NFKC", text).replace("\u200b", "")
    if scientific := SCIENTIFIC.search(plain):
        restored = _restored(scientific)
        if restored is None:
            found.lost = scientific.group()
            return found
        plain = plain.replace(scientific.group(), restored)
    if is_phone_column and _WITHOUT_ZERO.fullmatch(plain) and not PHONE.fullmatch(plain):
        plain = f"0{plain}"  # a cell that holds a number drops the zero of the area code
    found.phones = [_phone(match) for match in PHONE.finditer(plain)]
    rest = PHONE.sub(" ", plain)
    if _MANY_DIGITS.search(rest) or (is_phone_column and plain and not found.phones):
        found.wrong = plain
    rest = _LABEL.sub(" ", _MANY_DIGITS.sub(" ", rest))
    for name in re.split(r"[\s,;、:()/。|\[\]]+", rest):
        name = name.strip("-+.*")
        if re.match(r"详?见", name):  # 见二维码, 详见海报
            continue
        if re.search(r"[^\W\d_]", name) and not (is_phone_column and (found.wrong or len(name) > 8)):
            found.names.append(name)
    return found


def _phone(match: re.Match[str]) -> str:
    """A mobile number as eleven digits; another as written without space."""
    if match.group(1):
        return "".join(match.groups())
    return re.sub(r"\s", "", re.sub(r"^(0\d{2,3})\s+", r"\1-", match.group()))


def _restored(match: re.Match[str]) -> str | None:
    """1.3800138001E+10 still has all its digits; 1.38E+10 has lost them."""
    digits, places = match.group(1) + (match.group(2) or ""), int(match.group(3))
    return digits if len(digits) == places + 1 else None
