"""What readers of calendars say by codes, in words: why a file gave nothing, what was left out, what is doubtful."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kepuyue.core import wording

# Why there is nothing at all
FAULTS = {
    # The file
    "empty": gettext_noop("文件是空的。"),
    "too-big": gettext_noop("文件太大，最多%(megabytes)s MB。请只导出本届期间的活动。"),
    "too-much": gettext_noop("文件读起来太费时间或内存，没有读取。请只导出本届期间的活动。"),
    "too-many-events": gettext_noop("一个日历最多%(count)s个活动，这里更多。请只导出本届期间的活动。"),
    "too-deep": gettext_noop("文件的层次太深，不像日历，没有读取。"),
    "entities": gettext_noop("文件里有外部引用或会自我膨胀的定义，为了安全没有读取。"),
    "broken-xml": gettext_noop("XML写得不完整，读不出来。请重新导出或重新下载。"),
    "no-calendar": gettext_noop(
        "没有认出是哪种日历。可以用：.ics日历文件、会议日程XML或JSON、OpenAgenda的JSON、保存的活动网页。"
    ),
    "json-without-events": gettext_noop("这个JSON里没有认出活动。可以用：OpenAgenda的导出、会议日程。"),
    "page-without-events": gettext_noop("这个网页没有写明活动信息（schema.org Event），读不出活动。"),
    "no-events": gettext_noop("里面没有活动。"),
    "not-readable": gettext_noop("文件读不出来，可能已损坏。请重新导出。"),
    # The address
    "inner-address": gettext_noop("这个网址指向内部网络，不能读取。请用公众能打开的网址。"),
    "scheme": gettext_noop("网址要以 https:// 或 http:// 开头。"),
    "port": gettext_noop("网址不能带特别的端口号。"),
    "credentials": gettext_noop("网址里不能带用户名和密码。请用日历的公开网址。"),
    "host": gettext_noop("网址的主机名不对。"),
    "malformed": gettext_noop("网址写得不对。"),
    "no-such-host": gettext_noop("找不到这个网站，请核对网址。"),
    "no-connection": gettext_noop("连不上这个网站，稍后会再试。"),
    "time-out": gettext_noop("网站太久没有回应，稍后会再试。"),
    "certificate": gettext_noop("网站的安全证书有问题，没有读取。"),
    "too-many-redirects": gettext_noop("网址转来转去，没有读到内容。"),
    "broken-answer": gettext_noop("网站的回答不完整，稍后会再试。"),
    "http-status": gettext_noop("网站回答“%(status)s”，没有给出日历。请核对网址是否公开。"),
}
# Why an event gave no activity
REASONS = {
    "no-title": gettext_noop("没有标题"),
    "no-start": gettext_noop("没有写开始时间"),
    "outside": gettext_noop("不在本届期间（%(day)s）"),
    "cancelled": gettext_noop("日历里已经取消"),
    "broken": gettext_noop("这一条写坏了，读不懂"),
    "cut-off": gettext_noop("文件在这里断了"),
    "no-event": gettext_noop("%(count)s条%(kind)s，不是活动"),
}
KINDS = {
    "VTODO": gettext_noop("待办"),
    "VJOURNAL": gettext_noop("日志"),
    "VFREEBUSY": gettext_noop("忙闲时间"),
    "VAVAILABILITY": gettext_noop("可约时间"),
    "VALARM": gettext_noop("定时提醒"),
    "VTIMEZONE": gettext_noop("时区说明"),
}
# What was taken, but a person must look at
DOUBTS = {
    "end-before-start": gettext_noop("结束时间不晚于开始时间，没有带结束时间。"),
    "too-many-sessions": gettext_noop("场次太多，只取了前%(count)s场；如果是长期开放，请改成一场全天。"),
    "unknown-zone": gettext_noop("不认识时区“%(zone)s”，按本地时间处理。"),
    "uid-twice": gettext_noop("日历里好几个活动用同一个编号，刷新时可能认错。"),
    "private": gettext_noop("日历里标为“私密”，请确认可以公开。"),
    "rule-not-understood": gettext_noop("重复规则“%(rule)s”看不懂，只取了写明的日期。"),
    "rule-too-often": gettext_noop("重复规则“%(rule)s”太密，只取了写明的日期。"),
    "extra-date": gettext_noop("有一个补充日期写得不对，没有取。"),
    "postponed": gettext_noop("来源说已经延期，新时间未定。"),
    "time-not-understood": gettext_noop("时间“%(text)s”看不懂，没有取。"),
    "schedule-not-read": gettext_noop("网页另写了重复安排，只取了写明的日期。"),
    "long-title": gettext_noop("标题超过%(count)s字，已截短；全文在介绍里。"),
    "partly-outside": gettext_noop("还有本届期间以外的场次，没有取。"),
}


def fault(code: str, values: dict[str, Any]) -> str:
    """Why a file or an address gave nothing, as one sentence."""
    if code == "no-events" and values.get("kinds"):
        return _("里面没有活动，只有%(kinds)s。") % {"kinds": wording.listed(map(_kind, values["kinds"]))}
    return _filled(FAULTS.get(code, FAULTS["not-readable"]), values)


def reason(code: str, values: dict[str, Any]) -> str:
    """Why one event gave no activity."""
    if "kind" in values:
        values = values | {"kind": _kind(values["kind"])}
    return _filled(REASONS.get(code, REASONS["broken"]), values)


def doubt(code: str, values: dict[str, Any]) -> str:
    """What a person must look at in an event that was taken."""
    return _filled(DOUBTS[code], values) if code in DOUBTS else ""


def _filled(sentence: str, values: dict[str, Any]) -> str:
    try:
        return _(sentence) % values
    except (KeyError, TypeError, ValueError):
        return _(sentence)


def _kind(name: Any) -> str:
    return _(KINDS[name]) if name in KINDS else str(name)
