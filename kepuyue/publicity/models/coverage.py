"""What the media wrote and showed of the month."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization


class CoverageQuerySet(models.QuerySet["Coverage"]):
    def confirmed(self) -> Self:
        """Those that everybody may see, the newest first."""
        return self.filter(state=Coverage.State.CONFIRMED).order_by("-published_on", "-pk")

    def standing(self) -> Self:
        """Without what was declined or taken back."""
        return self.filter(state__in=(Coverage.State.RECORDED, Coverage.State.CONFIRMED))


class Coverage(models.Model):
    """媒体报道: one report in one outlet, recorded once; summaries and figures take it from here."""

    class Level(models.TextChoices):
        CENTRAL = "central", _("中央媒体")
        PROVINCIAL = "provincial", _("省级媒体")
        CITY = "city", _("市级媒体")
        DISTRICT = "district", _("区级媒体")
        OWN = "own", _("自有平台和自媒体")

    class Medium(models.TextChoices):
        PRINT = "print", _("报刊")
        TV = "tv", _("电视")
        RADIO = "radio", _("广播")
        WEB = "web", _("网站和客户端")
        WECHAT = "wechat", _("微信公众号")
        VIDEO = "video", _("视频平台")

    class State(models.TextChoices):
        RECORDED = "recorded", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        DECLINED = "declined", _("未采用")
        WITHDRAWN = "withdrawn", _("已撤回")

    token = models.UUIDField(default=uuid4, unique=True, help_text="of the form: sent twice it is one row")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="coverage", verbose_name=_("届"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="coverage", verbose_name=_("登记单位")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.RECORDED)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    outlet = models.CharField(_("媒体名称"), max_length=60)
    level = models.CharField(_("媒体级别"), max_length=10, choices=Level)
    medium = models.CharField(_("报道形式"), max_length=8, choices=Medium)
    title = models.CharField(pgettext_lazy("coverage", "报道标题"), max_length=150)
    published_on = models.DateField(_("报道日期"))
    link = models.CharField(_("报道网址"), max_length=300, blank=True)
    key = models.CharField(
        max_length=340, help_text="by which the same report is known again; see `sameness`"
    )
    reads = models.PositiveBigIntegerField(
        _("阅读或收看量"), null=True, blank=True, help_text="as the outlet states it"
    )
    activities = models.ManyToManyField(
        Activity, blank=True, related_name="coverage", verbose_name=_("报道的活动")
    )
    units = models.ManyToManyField(
        Organization, blank=True, related_name="covered_by", verbose_name=_("报道的单位")
    )
    is_demonstration = models.BooleanField(_("演示数据"), default=False)
    reason = models.CharField(_("未采用的原因"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)

    on_merge = {"organization": "move", "units": "move"}

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("媒体报道")
        verbose_name_plural = _("媒体报道")
        ordering = ("-published_on", "-pk")
        indexes = (models.Index(fields=("edition", "state", "published_on"), name="coverage_by_day"),)
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "key"), condition=~Q(state="withdrawn"), name="report_recorded_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.outlet} · {self.title}"
