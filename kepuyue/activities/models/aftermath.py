"""What happens to a published activity afterwards: changes that the public is told of, and takedowns."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models.activity import Activity, Session
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization


class ChangeNotice(models.Model):
    """变更通知: one change of a published activity that people who planned for it have to know."""

    class Kind(models.TextChoices):
        CANCELLED = "cancelled", _("取消")
        POSTPONED = "postponed", _("延期")
        RETIMED = "retimed", _("改期")
        MOVED = "moved", _("换地点")

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="notices")
    session = models.ForeignKey(
        Session, models.CASCADE, null=True, related_name="notices", help_text="None: the whole activity"
    )
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    old = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="the session as content, before"
    )
    new = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="the same, after; {}: not fixed"
    )
    reason = models.CharField(_("原因"), max_length=200, blank=True, help_text="the public reads it")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("变更通知")
        verbose_name_plural = _("变更通知")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.activity} · {self.get_kind_display()}"


class Takedown(models.Model):
    """下架: a published activity was withdrawn from the public because its content may not stand.

    科学技术普及法 (2024) art. 35 (lawful and scientific, no false content) and art. 36 (act at once on false
    information, keep the record). The row is the log; it is never deleted.
    """

    class Ground(models.TextChoices):
        FALSE = "false", _("内容虚假或者违背科学")
        UNLAWFUL = "unlawful", _("内容违法")
        UNSAFE = "unsafe", _("存在安全隐患")
        RIGHTS = "rights", _("侵犯他人权益")
        OTHER = "other", _("其他")

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="takedowns")
    ground = models.CharField(_("依据"), max_length=10, choices=Ground)
    source = models.CharField(_("线索来源"), max_length=200, help_text="who reported it, or how it was found")
    evidence = models.TextField(_("事实和证据"))
    was = models.CharField(max_length=10, help_text="the state it is put back into")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("决定单位")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("下架时间"), default=now)
    restored_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    restored_at = models.DateTimeField(_("恢复时间"), null=True)
    restore_reason = models.CharField(_("恢复理由"), max_length=300, blank=True)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("下架")
        verbose_name_plural = _("下架登记")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("activity",), condition=Q(restored_at__isnull=True), name="taken_down_once_at_a_time"
            ),
            models.CheckConstraint(
                name="restored_says_why", condition=Q(restored_at__isnull=True) | ~Q(restore_reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.activity} · {self.get_ground_display()}"
