"""Which addresses an item may have, and which of them may play inside a page of ours.

An address leads a reader, often a child, out of the house: it is https, of a name on the public web, on its usual
port, without a password in it, and of no name that is made to look like a known platform. Nothing here asks the
network. What plays inside a page comes from the list that the operator sets (`CLOUD_EMBED_HOSTS`); everything else
is a link that names the host where it leads.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from kepuyue.core.links import web_address

# Names that lead into the own network or to nobody
INNER_ENDINGS = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "test", "invalid",
                 "example", "onion", "arpa")  # fmt: skip
# Platforms that people know by name; a name that only looks like one of these is refused
KNOWN = {
    "bilibili.com": "哔哩哔哩",
    "qq.com": "腾讯视频",
    "weixin.qq.com": "微信",
    "douyin.com": "抖音",
    "kuaishou.com": "快手",
    "youku.com": "优酷",
    "iqiyi.com": "爱奇艺",
    "ixigua.com": "西瓜视频",
    "cctv.com": "央视网",
    "xinhuanet.com": "新华网",
    "kepuchina.cn": "科普中国",
    "cdstm.cn": "中国数字科技馆",
    "sznews.com": "深圳新闻网",
}
# Signs that stand for each other where somebody wants to deceive
_LOOKALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "8": "b", "-": ""})


def fault(address: str) -> str:
    """Why the address cannot be that of an item, in a sentence that says what to do; "" where nothing is wrong."""
    text = address.strip()
    if re.match(r"(?i)\s*(javascript|data|vbscript|file|blob)\s*:", text):
        return _("这不是网页地址，打开它会运行程序或读取文件。请复制浏览器地址栏里的网址。")
    if not web_address(text):
        if "@" in text.partition("//")[2].partition("/")[0]:
            return _("网址里“@”前面的内容会误导读者，请去掉“@”和它前面的部分。")
        return _("请填写完整的网址，以“https://”开头，中间没有空格。")
    parts = urlsplit(text)
    if parts.scheme != "https":
        return _("请用“https://”开头的网址：内容在路上不会被改动，手机也不会警告。")
    if parts.port not in (None, 443):
        return _("网址里不能带端口号（例如“:8080”）。")
    return _name_fault((parts.hostname or "").rstrip("."))


def _name_fault(host: str) -> str:
    if _is_number(host):
        return _("请用网站的名字，不要用数字地址。")
    if "." not in host or host.rpartition(".")[2] in INNER_ENDINGS:
        return _("这个网址只在单位内部能打开，公众看不到。")
    try:
        plain = host.encode("ascii").decode("ascii")
        plain = plain.encode("ascii").decode("idna") if "xn--" in plain else plain
    except UnicodeError:
        plain = host
    odd = [sign for sign in plain if not sign.isascii() and not "\u4e00" <= sign <= "\u9fff"]
    if odd:
        return _("网址里的“%(sign)s”不是常用字母，这样的网址常用来冒充别的网站。") % {"sign": odd[0]}
    if known := _pretends_to_be(plain):
        return _("这个网址看起来像“%(known)s”，但不是它。请从平台的页面重新复制。") % {"known": known}
    return ""


def _is_number(host: str) -> bool:
    # A browser also reads 2130706433, 0x7f.1 and 127.1 as an address
    last = host.rpartition(".")[2]
    if re.fullmatch(r"\d+|0x[0-9a-f]*", last):
        return True
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _pretends_to_be(host: str) -> str:
    """The known name that a host only looks like: a letter replaced, or the name put before another's."""
    names = {*KNOWN, *(".".join(rule.host.split(".")[-2:]) for rule in rules())}
    if any(host == name or host.endswith(f".{name}") for name in names):
        return ""
    labels = host.split(".")[:-1]
    for name in sorted(names):
        label = name.split(".")[0]
        if f"{name}." in f"{host}." or f"-{name}" in host or name.replace(".", "-") in host:
            return name
        # Short names look like many innocent ones
        if len(label) >= 5 and any(own != label and _skeleton(own) == _skeleton(label) for own in labels):
            return name
    return ""


def _skeleton(label: str) -> str:
    return label.replace("rn", "m").replace("vv", "w").translate(_LOOKALIKE)


@dataclass(frozen=True)
class Rule:
    """One entry of the list: a host, and the path that its player stands under ("" for all)."""

    host: str
    path: str = ""

    def holds(self, parts: SplitResult) -> bool:
        """Whether an address is one of this player's: exactly this host, at or below this path."""
        if (parts.hostname or "") != self.host or ".." in parts.path or "%" in parts.path:
            return False
        return not self.path or parts.path == self.path or parts.path.startswith(self.path.rstrip("/") + "/")


class WrongHost(ValueError):
    """An entry of the list that names no host."""


def parse_rules(entries: list[str]) -> list[Rule]:
    """The list as the operator writes it, `host` or `host/path`; raises `WrongHost` with what is wrong.

    No pattern is taken: a star would let in names that somebody else can register.
    """
    found = []
    for entry in entries:
        host, slash, path = entry.lower().partition("/")
        if not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", host):
            raise WrongHost(f"CLOUD_EMBED_HOSTS: {entry!r}: write host or host/path, without https:// and *")
        found.append(Rule(host, slash + path))
    return found


def rules() -> list[Rule]:
    """The players that may stand inside a page."""
    return _parsed(tuple(settings.CLOUD_EMBED_HOSTS))


@lru_cache(maxsize=8)
def _parsed(entries: tuple[str, ...]) -> list[Rule]:
    return parse_rules(list(entries))


@dataclass(frozen=True)
class Player:
    """What may be framed once the reader asked for it. `origin` is for the page's Content-Security-Policy."""

    src: str
    host: str

    @property
    def origin(self) -> str:
        return f"https://{self.host}"


def player(address: str) -> Player | None:
    """The player of an address, where the operator lets it in: the address itself, or what a watching page plays."""
    if fault(address):
        return None
    for candidate in (_as_player(address), address.strip()):
        parts = urlsplit(candidate)
        if candidate and any(rule.holds(parts) for rule in rules()):
            return Player(candidate, parts.hostname or "")
    return None


def _as_player(address: str) -> str:
    """People copy the page that they watch; its player has another address. Empty where none is known."""
    parts = urlsplit(address.strip())
    host, path = parts.hostname or "", parts.path
    if host in ("www.bilibili.com", "bilibili.com", "m.bilibili.com") and (
        found := re.match(r"/video/(BV[0-9A-Za-z]{10})(?:/|$)", path)
    ):
        page = parse_qs(parts.query).get("p", ["1"])[0]
        page = page if re.fullmatch(r"[1-9]\d{0,3}", page) else "1"
        return f"https://player.bilibili.com/player.html?bvid={found[1]}&p={page}&autoplay=0"
    if host in ("v.qq.com", "m.v.qq.com") and (
        found := re.match(r"/x/(?:page|cover/[0-9a-z]+)/([0-9a-z]{8,20})\.html$", path)
    ):
        return f"https://v.qq.com/txp/iframe/player.html?vid={found[1]}"
    return ""


def host_of(address: str) -> str:
    """Where the address leads, as a reader is told before leaving; "" for what is no address."""
    return (urlsplit(address).hostname or "") if web_address(address) else ""


def platform_of(address: str) -> str:
    """The name that people know the platform by, else its host."""
    host = host_of(address)
    known = [name for name in KNOWN if host == name or host.endswith(f".{name}")]
    return KNOWN[max(known, key=len)] if known else host
