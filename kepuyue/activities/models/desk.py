"""What reviewers add to their work: who sees to what, who is looking, remarks, filters, words, addresses, delays."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models.review import Submission
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization


class Assignment(models.Model):
    """分办: who sees to one step of a submission. It tells, and locks nobody out: a colleague may take it over.

    It holds for its step only; once the submission has moved on, the row is history.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="assignments")
    step = models.PositiveSmallIntegerField(help_text="the step of the chain it holds for")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="review_assignments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("分办")
        verbose_name_plural = _("分办")
        constraints = (
            models.UniqueConstraint(fields=("submission", "step"), name="one_person_sees_to_a_step"),
        )

    def __str__(self) -> str:
        return f"{self.submission} · {self.person}"


class Looking(models.Model):
    """查看: a person has opened one step of a submission; `last_at` tells colleagues who is looking just now."""

    RECENT = timedelta(minutes=3)

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="lookings")
    step = models.PositiveSmallIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    first_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("查看")
        verbose_name_plural = _("查看")
        constraints = (
            models.UniqueConstraint(fields=("submission", "step", "person"), name="one_looking_per_step"),
            models.CheckConstraint(name="looking_in_order", condition=Q(last_at__gte=F("first_at"))),
        )

    def __str__(self) -> str:
        return f"{self.submission} · {self.person}"


class Remark(models.Model):
    """常用意见: a sentence that a reviewing unit writes again and again; the office may share one with all."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="remarks")
    text = models.CharField(_("内容"), max_length=500)
    field = models.CharField(_("所属栏目"), max_length=40, blank=True, help_text="empty: for the note")
    is_shared = models.BooleanField(_("供各审核单位使用"), default=False, help_text="the office's only")
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    uses = models.PositiveIntegerField(_("使用次数"), default=0, help_text="decisions that it was put into")
    version = models.PositiveIntegerField(default=1, help_text="grows with every change of the wording")

    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("常用意见")
        verbose_name_plural = _("常用意见")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("organization", "text", "field"), name="remark_once_per_unit"),
        )

    def __str__(self) -> str:
        return self.text


class SavedFilter(models.Model):
    """常用筛选: a person's name for one way of looking at the queue. `query` is an address's query, cleaned."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(max_length=400, help_text="only what forms.QueueForm knows")
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("常用筛选")
        verbose_name_plural = _("常用筛选")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("person", "name"), name="filter_name_once_per_person"),
        )

    def __str__(self) -> str:
        return self.name


class SensitiveWord(models.Model):
    """敏感词: a word of the office's own list for an edition, found in whatever way it is written."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="sensitive_words")
    word = models.CharField(_("词语"), max_length=60, help_text="as the office wrote it")
    normal = models.CharField(max_length=120, help_text="as it is compared: letters.normalized")
    category = models.CharField(_("类别"), max_length=30, blank=True)
    remark = models.CharField(
        _("处理说明"), max_length=200, blank=True, help_text="what the reviewer should do"
    )
    changed_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("敏感词")
        verbose_name_plural = _("敏感词")
        ordering = ("category", "word", "pk")
        constraints = (
            models.UniqueConstraint(fields=("edition", "normal"), name="word_once_per_edition"),
            models.CheckConstraint(name="word_says_something", condition=~Q(normal="")),
        )

    def __str__(self) -> str:
        return self.word


class LinkCheck(models.Model):
    """网址检查: what an address that somebody typed answered when it was asked in the background."""

    class Result(models.TextChoices):
        WAITING = "waiting", _("等待检查")
        REACHED = "reached", _("可以打开")
        BROKEN = "broken", _("打不开")
        REFUSED = "refused", _("不允许访问")

    url = models.CharField(_("网址"), max_length=300, unique=True)
    result = models.CharField(_("结果"), max_length=8, choices=Result, default=Result.WAITING)
    detail = models.CharField(_("说明"), max_length=200, blank=True, help_text="a code such as http-404")
    asked_at = models.DateTimeField(default=now, help_text="when the check was asked for")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("网址检查")
        verbose_name_plural = _("网址检查")
        constraints = (
            models.CheckConstraint(
                name="checked_has_its_moment", condition=Q(result="waiting") | Q(checked_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.url


class Escalation(models.Model):
    """催办: the lead of a reviewing unit, or its superior, was told that a step is late. Once each."""

    class Level(models.IntegerChoices):
        LEAD = 1, _("已提醒负责人")
        SUPERIOR = 2, _("已报上级")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="escalations")
    step = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(choices=Level)
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("催办")
        verbose_name_plural = _("催办")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("submission", "step", "level"), name="told_once_per_level"),
        )

    def __str__(self) -> str:
        return f"{self.submission} · {self.get_level_display()}"
