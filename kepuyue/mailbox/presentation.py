"""What codes of this room mean in words: reasons, problems, notes; and a letter ready for its page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.accounts.actions.letters import masked
from kepuyue.core import wording
from kepuyue.mailbox.models import Letter, Match
from kepuyue.mailbox.understanding import SURE
from kepuyue.summaries.figures import BY_KEY

REASONS: dict[str, Any] = {
    "member": gettext_lazy("发件人是这个单位的填报人"),
    "members": gettext_lazy("发件人是这个单位的填报人，也是别的单位的"),
    "liaison": gettext_lazy("发件地址是这个单位联络员的"),
    "domain": gettext_lazy("发件地址和这个单位的人同一个域名"),
    "unit-subject": gettext_lazy("主题里有单位名称"),
    "unit-file": gettext_lazy("附件名里有单位名称"),
    "unit-signature": gettext_lazy("落款是这个单位"),
    "unit-text": gettext_lazy("文中提到这个单位"),
    "title": gettext_lazy("写到的活动是这个单位的"),
    "title-subject": gettext_lazy("主题里有活动名称"),
    "title-file": gettext_lazy("附件名里有活动名称"),
    "title-text": gettext_lazy("文中有活动名称"),
    "title-short": gettext_lazy("文中有活动名称，但名称很短"),
    "title-near": gettext_lazy("文中有相近的名称"),
    "day": gettext_lazy("日期对得上"),
    "venue": gettext_lazy("地点对得上"),
    "only": gettext_lazy("这个单位只有这一项等填总结"),
}
PROBLEMS: dict[str, Any] = {
    "too-much": gettext_lazy("内容异常大，没有读取；原件还在，请人工查看"),
    "too-deep": gettext_lazy("套得太深，没有读取；请把里面的文件直接作为附件"),
    "broken": gettext_lazy("文件不完整或已损坏，请重新发送"),
    "locked": gettext_lazy("文件设了密码，请取消密码后重新发送"),
    "unknown": gettext_lazy("认不出的格式，没有打开；请改用 Word、PDF、Excel 或图片"),
    "lying": gettext_lazy("内容和文件名说的格式不一样，没有打开"),
    "not-a-picture": gettext_lazy("不是能打开的图片"),
    "no-office": gettext_lazy("这台服务器没有LibreOffice，读不了旧版 Word；请另存为 .docx 再发"),
    "no-table": gettext_lazy("表格读不了，请另存为 .xlsx 再发"),
}
NOTES: dict[str, Any] = {
    "macros": gettext_lazy("里面有宏，没有运行"),
    "external": gettext_lazy("里面有指向外部的链接，没有打开"),
    "cut": gettext_lazy("太长，只读了前面的"),
    "scanned": gettext_lazy("扫描件，没有文字，请看图片"),
    "small": gettext_lazy("很小，像是标志，不当照片"),
}
FAULTS: dict[str, Any] = {
    "login": gettext_lazy("邮件服务器不认用户名或密码"),
    "refused": gettext_lazy("邮件服务器拒绝"),
    "encryption": gettext_lazy("没有建立加密连接"),
    "away": gettext_lazy("连不上邮件服务器"),
    "interrupted": gettext_lazy("读取中断，稍后再试"),
}


def fault_shown(code: str, said: str) -> str:
    """Why the mailbox could not be read, with the server's own words."""
    return wording.labelled(FAULTS.get(code, code), said)


def problem_shown(code: str) -> str:
    """Why nothing was read, in words."""
    return str(PROBLEMS.get(code, code))


def notes_shown(codes: Iterable[str]) -> list[str]:
    """What was left alone, in words."""
    return [str(NOTES.get(code, code)) for code in codes]


def reasons_shown(reasons: Iterable[Iterable[str]]) -> list[str]:
    """Why it is thought so, each with what it was read from."""
    return [wording.with_aside(REASONS.get(code, code), _shown(code, value)) for code, value in reasons]


def _shown(code: str, value: str) -> str:
    return masked(value) if "@" in value else "" if code in ("title", "domain", "only") else value


def confidence_shown(confidence: int) -> tuple[str, str]:
    """How sure it is, as a tone and in words."""
    if confidence >= SURE:
        return "approved", _("把握大（%(n)s%%）") % {"n": confidence}
    if confidence >= SURE // 2:
        return "waiting", _("不能确定（%(n)s%%）") % {"n": confidence}
    return "closed", _("把握小（%(n)s%%）") % {"n": confidence}


@dataclass(frozen=True)
class FigureShown:
    """A figure as read: its name, its value with the unit, the words around it and their place."""

    label: str
    value: str
    quote: str
    place: str
    others: str
    "Other values that stand in the letter for the same; then none is taken"


def figures_shown(match: Match) -> list[FigureShown]:
    """The figures that were read for an activity."""
    return [
        FigureShown(
            BY_KEY[one["key"]].label,
            BY_KEY[one["key"]].shown(one["value"]),
            one["quote"],
            one["place"],
            wording.listed(BY_KEY[one["key"]].shown(value) for value in one["clashes"]),
        )
        for one in match.figures
    ]


def sender_shown(letter: Letter) -> str:
    """Who sent it, the address masked: a list is read over shoulders."""
    return wording.with_aside(letter.sender_name, masked(letter.sender) if letter.sender else "")


def outcome_shown(match: Match) -> dict[str, Any]:
    """What became of an activity's draft, as the page shows it and the receipt tells it."""
    read = {one["key"]: one["value"] for one in match.figures}
    outcome = match.outcome
    return {
        "match": match,
        "filled": [figure_shown(key, value) for key, value in outcome["figures"].items()],
        "same": [BY_KEY[key].label for key in outcome["same"]],
        "kept": [
            _("%(figure)s：已有%(known)s，来件写的是%(read)s，没有改动。")
            % {"figure": BY_KEY[key].label, "known": BY_KEY[key].shown(value), "read": BY_KEY[key].shown(read.get(key))}
            for key, value in outcome["kept"].items()
        ],
        "clashing": [
            _("%(figure)s：来件里有几个不同的数（%(values)s），没有填。")
            % {
                "figure": BY_KEY[one["key"]].label,
                "values": wording.listed(BY_KEY[one["key"]].shown(value) for value in (one["value"], *one["clashes"])),
            }
            for one in match.figures
            if one["clashes"]
        ],
        "has_words": outcome["words"],
        "photos": outcome["photos"],
        "photos_left": outcome["photos_there"] + outcome["photos_too_many"],
    }  # fmt: skip


def figure_shown(key: str, value: int) -> str:
    """A figure with its name and unit: 科普志愿者 12 人."""
    return f"{BY_KEY[key].label} {BY_KEY[key].shown(value)}"
