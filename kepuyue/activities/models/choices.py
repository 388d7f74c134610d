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


class Origin(models.TextChoices):
    """来源: how the record came into the house."""

    FORM = "form", _("在线填报")
    IMPORT = "import", _("表格导入")
    DEMO = "demo", _("演示数据")
