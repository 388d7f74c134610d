"""A round and who is put forward in it."""

import json
import zlib
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.editions.scheme import Rules
from kepuyue.organizations.models import Organization


class Line(models.TextChoices):
    """评选类别: the notice's two (四(三)): units that are well organized, activities that had reach."""

    UNITS = "units", _("优秀单位")
    ACTIVITIES = "activities", _("优秀活动")


class Round(models.Model):
    """评选: one line of one edition, from calling for applications to the list that is settled."""

    class State(models.TextChoices):
        DRAFT = "draft", _("筹备")
        APPLYING = "applying", _("申报推荐")
        SCORING = "scoring", _("评分")
        FROZEN = "frozen", _("结果已封存")
        NOTICED = "noticed", _("公示中")
        SETTLED = "settled", _("名单已确定")
        CALLED_OFF = "called_off", pgettext_lazy("evaluation", "已取消")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="rounds", verbose_name=_("届"))
    line = models.CharField(_("类别"), max_length=10, choices=Line)
    name = models.CharField(_("名称"), max_length=80)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    rules = models.JSONField(
        _("评选规则"), help_text="editions.scheme.Rules as they hold for this round; read it as `scheme`"
    )
    applications_until = models.DateField(_("申报截止"), null=True, help_text="the last day, included")
    scores_until = models.DateField(_("评分截止"), null=True, help_text="the last day, included")
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    created_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("评选")
        verbose_name_plural = _("评选")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "line"), condition=~Q(state="called_off"), name="one_round_a_line"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def scheme(self) -> Rules:
        """The rules, validated."""
        return Rules.model_validate(self.rules)


class Candidate(models.Model):
    """参评: a unit, or one activity of it, put forward in a round.

    Fields after 科普工作优秀单位推荐表 (Guangzhou 2022): 主要事迹, 申报、推荐、审定 opinions; what that form asks
    besides is taken from the unit's own record.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("填写中")
        APPLIED = "applied", _("待推荐")
        RETURNED = "returned", pgettext_lazy("candidate", "退回修改")
        RECOMMENDED = "recommended", _("待审定")
        ADMITTED = "admitted", _("参评")
        EXCLUDED = "excluded", _("不参评")
        WITHDRAWN = "withdrawn", pgettext_lazy("candidate", "已撤回")

    round = models.ForeignKey(Round, models.CASCADE, related_name="candidates")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="candidacies", verbose_name=_("申报单位")
    )
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="candidacies", verbose_name=_("活动")
    )
    recommender = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("推荐单位")
    )
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DRAFT)
    number = models.PositiveIntegerField(
        _("编号"), null=True, help_text="by which judges know it; given out by lot when scoring begins"
    )
    deeds = models.TextField(_("主要事迹"), blank=True)
    statement = models.TextField(_("承诺"), blank=True, help_text="as it was signed; empty: not signed")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    created_at = models.DateTimeField(default=now)

    on_merge = {"organization": "move_unless_there", "recommender": "move"}

    class Meta:
        verbose_name = _("参评对象")
        verbose_name_plural = _("参评对象")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("round", "organization"), condition=Q(activity=None), name="unit_stands_once"
            ),
            models.UniqueConstraint(
                fields=("round", "activity"), condition=Q(activity__isnull=False), name="activity_stands_once"
            ),
            models.UniqueConstraint(
                fields=("round", "number"), condition=Q(number__isnull=False), name="number_once_a_round"
            ),
            models.CheckConstraint(
                name="statement_signed_at_a_moment",
                condition=Q(statement="", signed_at=None) | (~Q(statement="") & Q(signed_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return self.activity.title if self.activity else self.organization.name


class Opinion(models.Model):
    """意见: what one level says of a candidate: applying, recommending or deciding."""

    class Level(models.TextChoices):
        APPLYING = "applying", _("申报单位意见")
        RECOMMENDING = "recommending", _("推荐单位意见")
        DECIDING = "deciding", _("市科协审定意见")

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="opinions")
    level = models.CharField(_("哪一级"), max_length=12, choices=Level)
    agrees = models.BooleanField(_("同意"), default=True)
    text = models.CharField(_("意见"), max_length=600)
    organization = models.ForeignKey(Organization, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("意见")
        verbose_name_plural = _("意见")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text


class TieDecision(models.Model):
    """同分裁定: who of several equals, for whom there are too few places, is chosen, and why."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="tie_decisions")
    candidate = models.OneToOneField(Candidate, models.CASCADE, related_name="tie_decision")
    is_chosen = models.BooleanField(_("入选"))
    reason = models.CharField(_("理由"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("同分裁定")
        verbose_name_plural = _("同分裁定")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.reason


class Snapshot(models.Model):
    """封存: all that a list was made from, unchanged from then on; the last of a round is the one that holds."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="snapshots")
    data = models.BinaryField(help_text="the snapshot's canonical JSON, compressed (zlib)")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the canonical JSON")
    result_digest = models.CharField(max_length=64, help_text="SHA-256 of the list that it gives")
    chosen = models.JSONField(default=list, help_text="numbers of those on the list, in its order")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reopened_because = models.CharField(_("重开原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("封存")
        verbose_name_plural = _("封存")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.digest

    @property
    def content(self) -> dict[str, Any]:
        """The snapshot as plain data."""
        found: dict[str, Any] = json.loads(zlib.decompress(bytes(self.data)))
        return found
