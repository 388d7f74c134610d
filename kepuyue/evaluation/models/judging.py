"""Judges, what keeps them from judging, and what they gave."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.core.time import now
from kepuyue.evaluation.models.rounds import Candidate, Round


class Judge(models.Model):
    """评委: a person who marks in one round; others know the number, not the name."""

    class State(models.TextChoices):
        INVITED = "invited", _("已邀请")
        ACCEPTED = "accepted", pgettext_lazy("judge", "已接受")
        DECLINED = "declined", _("未接受")
        LEFT = "left", _("已退出")

    round = models.ForeignKey(Round, models.CASCADE, related_name="judges")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="judging")
    number = models.PositiveSmallIntegerField(_("编号"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.INVITED)
    note = models.CharField(_("说明"), max_length=300, blank=True, help_text="why declined or left")
    invited_at = models.DateTimeField(default=now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("评委")
        verbose_name_plural = _("评委")
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("round", "user"), name="judge_once_a_round"),
            models.UniqueConstraint(fields=("round", "number"), name="judge_number_once"),
        )

    def __str__(self) -> str:
        return str(self.user)


class Conflict(models.Model):
    """回避: a judge says to be close to a candidate. What the tree of units tells is not kept here."""

    judge = models.ForeignKey(Judge, models.CASCADE, related_name="conflicts")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="conflicts")
    reason = models.CharField(_("原因"), max_length=200)
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("回避")
        verbose_name_plural = _("回避")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("judge", "candidate"), name="conflict_once"),)

    def __str__(self) -> str:
        return self.reason


class Sheet(models.Model):
    """评分表: what one judge gives one candidate; a draft until `submitted_at`."""

    class Void(models.TextChoices):
        """Why a sheet counts no more."""

        CONFLICT = "conflict", _("评委回避")
        LEFT = "left", _("评委退出")
        OFFICE = "office", _("市级作废")

    judge = models.ForeignKey(Judge, models.CASCADE, related_name="sheets")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="sheets")
    marks = models.JSONField(_("分数"), default=dict, help_text="{code of a criterion: 0 to 100}")
    remark = models.CharField(_("评语"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    submitted_at = models.DateTimeField(null=True)
    void = models.CharField(
        _("作废"), max_length=8, choices=Void, blank=True, help_text="empty: it counts once it is submitted"
    )

    class Meta:
        verbose_name = _("评分表")
        verbose_name_plural = _("评分表")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("judge", "candidate"), name="one_sheet_a_candidate"),)
        indexes = (
            models.Index(
                fields=("candidate",),
                condition=Q(submitted_at__isnull=False, void=""),
                name="sheet_counts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.judge_id}"
