from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.core.time import now


class AuditEvent(models.Model):
    """操作记录: who did what to which record, when, what changed and why. Rows are never changed.

    There are no foreign keys, so that erasing a person or a record is never blocked and the trail stays
    readable after it (names are copied as they were at that moment).
    """

    at = models.DateTimeField(_("时间"), default=now, help_text="UTC")
    actor_id = models.BigIntegerField(_("操作人编号"), null=True, help_text="None: the system itself")
    actor_name = models.CharField(_("操作人"), max_length=150)
    action = models.CharField(_("操作"), max_length=60, help_text="a short code such as activity.submit")
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    subject_name = models.CharField(max_length=300)
    organization_path = models.CharField(
        max_length=255, blank=True, help_text="the branch that may read this row; empty: the office only"
    )
    version = models.PositiveIntegerField(null=True, help_text="the subject's version after the change")
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="{field: [old, new]}")
    reason = models.TextField(_("原因"), blank=True)
    is_quiet = models.BooleanField(
        default=False,
        help_text="changes nothing that pages for all show at once: they are kept although it happened",
    )

    class Meta:
        verbose_name = _("操作记录")
        verbose_name_plural = _("操作记录")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("subject_type", "subject_id", "version"), name="audit_subject"),
            models.Index(fields=("organization_path",), name="audit_branch"),
            # The newest change that a kept page has to follow is one step into this
            models.Index(fields=("-id",), condition=models.Q(is_quiet=False), name="audit_loud"),
        )

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_name} {self.action} {self.subject_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("an audit row is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an audit row is never changed, nor taken away")


class AuditSeal(models.Model):
    """封存: one link of the chain over the audit trail. See `core.seals` for what it proves.

    It names its row by number and not by foreign key, so that a row that was taken away is missed.
    """

    position = models.PositiveBigIntegerField(primary_key=True, help_text="1, 2, 3 …: without gaps")
    event_id = models.BigIntegerField(unique=True, help_text="the sealed row's number")
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of the digest before it and of the row, in hexadecimal"
    )
    sealed_at = models.DateTimeField(default=timezone.now, help_text="UTC, the machine's clock")

    class Meta:
        verbose_name = _("封存")
        verbose_name_plural = _("封存")
        ordering = ("position",)
        indexes = (models.Index(fields=("sealed_at",), name="seal_moment"),)

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


class DutyRun(models.Model):
    """后台任务的最近一次运行: what became of a duty (`core.duties`) the last time, whichever worker did it.

    What a fault said is not kept: it may quote what people typed. Its kind and the place in the program are.
    """

    class Result(models.TextChoices):
        NEVER = "never", _("还没有运行过")
        DONE = "done", pgettext_lazy("job", "正常")
        FAILED = "failed", _("出错")

    name = models.CharField(_("名称"), max_length=120, primary_key=True, help_text="module and function")
    result = models.CharField(_("结果"), max_length=6, choices=Result, default=Result.NEVER)
    started_at = models.DateTimeField(_("开始时间"), null=True, help_text="UTC, the machine's clock")
    seconds = models.FloatField(_("用时"), default=0, help_text="seconds")
    succeeded_at = models.DateTimeField(_("上次正常"), null=True, help_text="UTC, the machine's clock")
    failures = models.PositiveIntegerField(_("连续出错"), default=0, help_text="times in a row")
    fault = models.CharField(_("错误种类"), max_length=120, blank=True, help_text="the exception's class")
    fault_place = models.CharField(max_length=200, blank=True, help_text="file and line inside the program")

    class Meta:
        verbose_name = _("后台任务运行")
        verbose_name_plural = _("后台任务运行")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class WorkerBeat(models.Model):
    """后台进程的心跳: a worker that runs; gone once it stops, old once it was killed."""

    name = models.CharField(
        _("进程"), max_length=120, primary_key=True, help_text="machine and process number"
    )
    started_at = models.DateTimeField(default=timezone.now, help_text="UTC, the machine's clock")
    seen_at = models.DateTimeField(default=timezone.now, help_text="UTC, the machine's clock")

    class Meta:
        verbose_name = _("后台进程心跳")
        verbose_name_plural = _("后台进程心跳")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
