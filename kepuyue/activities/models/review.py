"""Rounds of review: what was handed in, and what reviewers said."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.activities.models.activity import Activity
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization


class Submission(models.Model):
    """申报: one round of an activity (or of a change to a published one) through review.

    `content` is frozen when it is handed in, so that what is approved is what was read.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("新申报")
        REVISION = "revision", _("变更")

    class State(models.TextChoices):
        OPEN = "open", _("编辑中")
        PENDING = "pending", _("待审核")
        RETURNED = "returned", pgettext_lazy("state", "退回修改")
        APPROVED = "approved", pgettext_lazy("state", "通过")
        REJECTED = "rejected", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Lane(models.TextChoices):
        FULL = "full", _("逐级审核")
        FAST = "fast", _("免审发布")

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="submissions")
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    state = models.CharField(_("状态"), max_length=10, choices=State)
    content = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="see activities.content")
    base = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="what it is compared with: the last text a reviewer saw",
    )
    chain = models.JSONField(default=list, help_text="ids of the units that review, first to last")
    lane = models.CharField(_("方式"), max_length=4, choices=Lane, default=Lane.FULL)
    draw = models.JSONField(
        default=dict, blank=True,
        help_text="fast lane: {number, value, share, one_in, sampled}: anybody can draw it again; see actions.trusting",
    )  # fmt: skip
    step = models.PositiveSmallIntegerField(default=0, help_text="index into chain: whose turn it is")
    turn = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        related_name="submissions_in_turn",
        verbose_name=_("审核单位"),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    turn_since = models.DateTimeField(null=True, help_text="since when it waits for the present reviewer")
    closed_at = models.DateTimeField(null=True)

    on_merge = {"turn": "move"}

    class Meta:
        verbose_name = _("申报")
        verbose_name_plural = _("申报")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("state", "turn"), name="submission_queue"),)
        constraints = (
            models.UniqueConstraint(
                fields=("activity",),
                condition=Q(state__in=("open", "pending")),
                name="one_submission_under_way",
            ),
            models.CheckConstraint(
                name="pending_has_a_turn",
                condition=~Q(state="pending")
                | Q(turn__isnull=False, submitted_at__isnull=False, turn_since__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.activity} · {self.get_kind_display()}"


class Review(models.Model):
    """审核意见: one decision by one reviewing unit on one submission."""

    class Decision(models.TextChoices):
        APPROVED = "approved", pgettext_lazy("state", "通过")
        RETURNED = "returned", pgettext_lazy("state", "退回修改")
        REJECTED = "rejected", pgettext_lazy("state", "不予通过")
        TAKEN_BACK = "taken_back", pgettext_lazy("state", "通过后收回")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="reviews")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("审核单位")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decision = models.CharField(_("结论"), max_length=10, choices=Decision)
    note = models.TextField(_("意见"), blank=True)
    at = models.DateTimeField(default=now)

    # A decision stays that of the unit that took it
    on_merge = {"organization": "keep"}

    class Meta:
        verbose_name = _("审核意见")
        verbose_name_plural = _("审核意见")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.organization} {self.get_decision_display()}"


class Comment(models.Model):
    """批注: a reviewer's remark pinned to one field."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="comments")
    field = models.CharField(max_length=40)
    text = models.CharField(_("批注"), max_length=500)

    class Meta:
        verbose_name = _("批注")
        verbose_name_plural = _("批注")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
