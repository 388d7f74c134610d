"""What is a key activity, and where the national platform shows it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization


class KeyDecision(models.Model):
    """重点活动认定: a superior decided whether an activity that was put forward is a key one.

    What the unit put forward stands in `Activity.is_key`; without a decision it waits for one, or stands, as the
    edition's rules say (`Policy.key_activities`).
    """

    class State(models.TextChoices):
        LISTED = "listed", _("重点活动")
        DECLINED = "declined", _("不列为重点活动")

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="key_decision")
    state = models.CharField(_("结论"), max_length=10, choices=State)
    reason = models.CharField(_("理由"), max_length=200, blank=True, help_text="the unit reads it")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("认定单位")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("重点活动认定")
        verbose_name_plural = _("重点活动认定")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="declined_says_why", condition=~models.Q(state="declined") | ~models.Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.activity} · {self.get_state_display()}"


class PlatformEntry(models.Model):
    """平台登记: where the national platform shows a key activity, and what it was told then."""

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="platform_entry")
    address = models.URLField(_("平台网址"), max_length=500, help_text="http or https")
    posted_on = models.DateField(_("平台发布日期"))
    posted = models.JSONField(
        _("登记时的内容"),
        default=dict,
        help_text="{heading: text} of the table as it was then, without contacts: shows what changed since",
    )
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    noted_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("平台登记")
        verbose_name_plural = _("平台登记")
        ordering = ("activity",)

    def __str__(self) -> str:
        return f"{self.activity} · {self.address}"
