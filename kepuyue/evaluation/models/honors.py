"""What came of it: honors, and the breaches that keep a unit out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.evaluation.models.rounds import Candidate, Line
from kepuyue.organizations.models import Organization


class Honor(models.Model):
    """荣誉: a commendation that a unit or an activity has; taken back it stays, with the reason."""

    class Level(models.TextChoices):
        CITY = "city", _("市级")
        PROVINCE = "province", _("省级")
        NATION = "nation", _("国家级")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="honors", verbose_name=_("届"))
    line = models.CharField(_("类别"), max_length=10, choices=Line)
    level = models.CharField(_("级别"), max_length=10, choices=Level)
    title = models.CharField(_("荣誉名称"), max_length=120)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="honors", verbose_name=_("获得单位")
    )
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="honors", verbose_name=_("活动")
    )
    candidate = models.ForeignKey(Candidate, models.SET_NULL, null=True, blank=True, related_name="honors")
    granted_on = models.DateField(_("授予日期"))
    number = models.CharField(
        _("文号"), max_length=60, blank=True, help_text="of the document that grants it"
    )
    revoked_on = models.DateField(_("撤销日期"), null=True)
    revoked_because = models.CharField(_("撤销原因"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("荣誉")
        verbose_name_plural = _("荣誉")
        ordering = ("-granted_on", "level", "pk")
        constraints = (
            models.CheckConstraint(
                name="revoked_with_a_reason",
                condition=Q(revoked_on=None, revoked_because="")
                | (Q(revoked_on__isnull=False) & ~Q(revoked_because="")),
            ),
            models.UniqueConstraint(
                fields=("candidate", "level"), condition=Q(candidate__isnull=False), name="honor_once_a_level"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} {self.activity or self.organization}"


class Breach(models.Model):
    """违法违规记录: known to the office; keeps a unit out for as long as the edition says."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="breaches", verbose_name=_("单位")
    )
    happened_on = models.DateField(_("发生日期"))
    text = models.CharField(_("情况和依据"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("违法违规记录")
        verbose_name_plural = _("违法违规记录")
        ordering = ("-happened_on", "pk")

    def __str__(self) -> str:
        return f"{self.organization} {self.happened_on}"
