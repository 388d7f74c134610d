"""What the screen at a door says of a ticket, in words that are read at arm's length; the server and the phone say the
same ones (`frontend/check-in`)."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from kepuyue.bookings.actions.checking_in import Answer, Why
from kepuyue.bookings.models import CheckIn

# How it looks: come in; was in already; nobody comes in on this
TONES = {"in": "in", "counted": "in", "again": "again"}
REFUSED = "no"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer to one ticket."""

    kind: str
    title: str
    seats: int = 0
    "How many come in; 0: nobody"
    detail: str = ""

    @property
    def tone(self) -> str:
        """The look of it."""
        return TONES.get(self.kind, REFUSED)


def titles() -> dict[str, str]:
    """{kind: what stands there in large letters}."""
    return {
        "in": _("可以入场"),
        "counted": _("现场放行"),
        "again": _("已经进过"),
        Why.UNKNOWN: _("没有这张票"),
        Why.ELSEWHERE: _("别的场次"),
        Why.CANCELLED: _("预约已取消"),
        Why.NOT_YET: _("还没有名额"),
        Why.SEATS: _("人数不对"),
        Why.FULL: _("现场名额已满"),
        "forged": _("无效的码"),
        "no-list": _("还没有名单"),
    }


def texts() -> dict[str, str]:
    """{name: sentence} of the phone; what stands in braces it fills in itself."""
    return {
        "online": _("在线"),
        "offline": _("离线"),
        "kept": _("离线，先记在手机里"),
        "signed-out": _("登录已过期"),
        "refused": _("服务器没有接受"),
        "waiting": _("{count}条待上传"),
        "unsent": _("待上传"),
        "people": _("{count}人"),
        "tail": _("手机尾号{tail}"),
        "walkIn": _("现场入场"),
        "cameIn": _("{time}进了{seats}人"),
        "cameInAt": _("{time}在{door}进了{seats}人"),
        "elsewhere": _("这是别的场次的预约，请观众核对入场码上的时间。"),
        "unknown": _("名单里没有这个预约号，请核对后再输。"),
        "newer": _("离线：下载名单以后才约的，签名有效。"),
        "full": _("现场名额还有{free}个，不能再放{seats}人入场。"),
        "seats": _("到场人数要在1到{most}之间。"),
        "list": _("名单共{count}单，{time}核对过"),
        "noList": _("这部手机还没有这一场的名单。请连上网络打开一次这个页面。"),
        "noneFound": _("没有找到。请换一种说法，或请观众出示入场码。"),
        "scan": _("扫入场码"),
        "stopScanning": _("关闭相机"),
        "noCamera": _("打不开相机"),
        "cameraRefused": _("请在浏览器设置里允许本站使用相机，或者输入预约号。"),
        "turnedAway": _("没有收到答复，没有放行"),
        "openDoor": _("打开并上传"),
        "broken": _("这部手机记不下签到"),
        "brokenHelp": _("请重新打开这个页面；还不行就换一部手机，或者退出浏览器的无痕模式。这张票还没有算。"),
        "cameraMissing": _("没有找到能用的相机，请输入预约号。"),
    }


def verdict(answer: Answer) -> Verdict:
    """What is said of a scan that the server has taken in."""
    row, first = answer.row, answer.first
    if row is None:
        kind = answer.why or Why.UNKNOWN
        return Verdict(kind, titles()[kind], detail=answer.refusal)
    if row.result == CheckIn.Result.WALK_IN:
        return Verdict("counted", titles()["counted"], row.seats, detail=_beyond(row.beyond))
    if row.result == CheckIn.Result.FIRST:
        return Verdict("in", titles()["in"], row.seats)
    return Verdict("again", titles()["again"], detail=said_of(first) if first else "")


def _beyond(people: int) -> str:
    return (
        _("现场名额已经用完，有%(count)s人是超出名额放进来的，已计入到场人数。") % {"count": people}
        if people
        else ""
    )


def said_of(first: CheckIn) -> str:
    """When and where somebody came in on the ticket."""
    facts: dict[str, Any] = {
        "time": timezone.localtime(first.scanned_at).strftime("%H:%M"), "door": first.door, "count": first.seats
    }  # fmt: skip
    if first.door:
        return _("%(time)s在%(door)s进了%(count)s人") % facts
    return _("%(time)s进了%(count)s人") % facts
