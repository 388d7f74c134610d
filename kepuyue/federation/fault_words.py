"""What the codes of readings say in words: why a source gave nothing, what was not taken."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

FAULTS = {
    "no-programme": gettext_noop(
        "这个网址没有给出活动节目。请核对它是不是科普月网站的首页网址，那边的版本是否够新。"
    ),
    "not-open": gettext_noop("那边的活动还没有向公众开放，开放后会自动读到。"),
    "edition-gone": gettext_noop(
        "那边已经没有“%(edition)s”这一届。已聚合的活动还在；请联系对方，或者撤下这个来源。"
    ),
    "cursor-ahead": gettext_noop("那边的记录比上次读到的还旧，可能刚恢复过备份。会自动从头读取。"),
    "moved": gettext_noop("那边现在自称“%(new)s”，以前是“%(old)s”。确认是同一个城市后再继续读取。"),
    "too-big": gettext_noop("那边的一次回答超过%(megabytes)s MB，没有读取。"),
    "http-status": gettext_noop("网站回答“%(status)s”，没有给出活动。稍后会再试。"),
    "inner-address": gettext_noop("这个网址指向内部网络，不能读取。请用公众能打开的网址。"),
    "scheme": gettext_noop("网址要以 https:// 或 http:// 开头。"),
    "port": gettext_noop("网址不能带特别的端口号。"),
    "credentials": gettext_noop("网址里不能带用户名和密码。"),
    "host": gettext_noop("网址的主机名不对。"),
    "malformed": gettext_noop("网址写得不对。"),
    "no-such-host": gettext_noop("找不到这个网站，稍后会再试。一直这样的话，它可能换了网址或已经关闭。"),
    "no-connection": gettext_noop("连不上这个网站，稍后会再试。"),
    "time-out": gettext_noop("网站太久没有回应，稍后会再试。"),
    "certificate": gettext_noop("网站的安全证书有问题，没有读取。"),
    "too-many-redirects": gettext_noop("网址转来转去，没有读到内容。"),
    "unexpected": gettext_noop(
        "那边给出的内容没能处理，别的来源不受影响。稍后会再试；一直这样的话，请联系系统维护人员。"
    ),
    "broken-answer": gettext_noop("网站的回答不完整，稍后会再试。"),
}
LEFT = {
    "unreadable": gettext_noop("读不懂，没有采用"),
    "loop": gettext_noop("原本就是本站的活动，转了一圈回来"),
    "passed-on": gettext_noop("是别的城市的活动，这个来源没有设为可以转送"),
    "held-elsewhere": gettext_noop("已从别的来源聚合"),
}


def fault(code: str, values: dict[str, Any]) -> str:
    """Why nothing was read, in one or two sentences; "" for no fault."""
    if not code:
        return ""
    return _(FAULTS[code]) % values if code in FAULTS else code


def left(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What came and was not taken: (why, how many)."""
    return [(_(LEFT[why]), count) for why, count in counts.items() if why in LEFT and count]
