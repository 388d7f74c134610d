"""The fixed values that an activity's fields can have."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """状态: where an activity stands. The moves between states are in `workflow.ACTIVITY`."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("审核中")
    RETURNED = "returned", pgettext_lazy("state", "退回修改")
    PUBLISHED = "published", _("已发布")
    REJECTED = "rejected", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")
    CANCELLED = "cancelled", _("已取消")
    ARCHIVED = "archived", _("已存档")
    TAKEN_DOWN = "taken_down", _("已下架")


PUBLIC_STATES = (State.PUBLISHED, State.CANCELLED, State.ARCHIVED)


class Mode(models.TextChoices):
    """参与方式: on site, online, or both."""

    OFFLINE = "offline", _("线下")
    ONLINE = "online", _("线上")
    HYBRID = "hybrid", _("线上线下结合")


class BookingMode(models.TextChoices):
    """预约方式"""

    UNKNOWN = "unknown", _("预约方式待定")
    NONE = "none", _("无需预约")
    WALK_IN = "walk_in", _("现场签到，按先后入场")
    FIRST_COME = "first_come", _("在线预约，先到先得")
    BALLOT = "ballot", _("报名后抽签")
    EXTERNAL = "external", _("由主办方渠道预约")


class Admission(models.TextChoices):
    """收费情况: money never changes hands here, the note only tells."""

    FREE = "free", _("免费")
    DISCOUNTED = "discounted", _("优惠")
    PAID = "paid", _("收费")
    UNKNOWN = "unknown", _("未注明")


class AccessItem(models.TextChoices):
    """无障碍条件: what a unit promises to people who need it (无障碍环境建设法, 2023); the note beside it says more."""

    WHEELCHAIR = "wheelchair", _("轮椅可进出")
    TOILET = "toilet", _("有无障碍卫生间")
    SIGN_LANGUAGE = "sign_language", _("手语翻译")
    CAPTIONS = "captions", pgettext_lazy("access", "字幕")
    HEARING = "hearing", _("助听设备")
    AUDIO = "audio", _("口述或语音讲解")
    GUIDE_DOG = "guide_dog", _("可带导盲犬")
    LARGE_PRINT = "large_print", _("大字资料")
    BRAILLE = "braille", _("盲文资料")
    QUIET_HOUR = "quiet_hour", _("安静时段")


class Origin(models.TextChoices):
    """来源: how the record came into the house."""

    FORM = "form", _("在线填报")
    IMPORT = "import", _("表格导入")
    CALENDAR = "calendar", _("日历订阅")
    COPY = "copy", _("从以前的活动复制")
    JOINT = "joint", _("资源对接")
    PROGRAM = "program", _("对接系统填报")
    DEMO = "demo", _("演示数据")
    GATHERED = "gathered", _("聚合自其他城市")


class Exemption(models.TextChoices):
    """免于许可的情形: why a session of 1,000 people or more needs no licence of the police.

    Source: 大型群众性活动安全管理条例 (State Council decree 505): art. 2 (it binds activities "held for the
    public", and not those that cinemas, concert halls, parks and places of entertainment hold within their daily
    business), art. 25 (held directly by a government from the county up or a department of the State Council).
    The last is for what the police alone can judge. Each is offered with a text of its own that says the facts.
    """

    GOVERNMENT = "government", _("县级以上人民政府或国务院部门直接举办（条例第二十五条）")
    DAILY_BUSINESS = "daily_business", _("公园、影剧院、音乐厅、娱乐场所等在日常业务范围内举办（条例第二条）")
    NOT_PUBLIC = "not_public", _("不面向社会公众，只有本单位的人参加（条例第二条）")
    POLICE_ANSWER = "police_answer", _("公安机关已书面答复不需要许可")
