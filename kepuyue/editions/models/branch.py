"""What districts and departments set for themselves within an edition."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models.edition import Edition
from kepuyue.editions.models.vocabulary import Term
from kepuyue.organizations.models import Organization


class SubTheme(models.Model):
    """分主题: what a district or department puts its month under (notice 一: 各区、各部门可拟定活动副主题)."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="sub_themes")
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="sub_themes", verbose_name=_("单位")
    )
    theme = models.CharField(_("分主题"), max_length=120, blank=True)
    theme_en = models.CharField(_("英文分主题"), max_length=200, blank=True)
    introduction = models.TextField(_("介绍"), max_length=1000, blank=True)
    introduction_en = models.TextField(_("英文介绍"), max_length=2000, blank=True)
    focus = models.ManyToManyField(
        Term, blank=True, related_name="sub_themes", verbose_name=_("重点领域"),
        help_text="terms of the edition's classification of focus (notice 三(二))",
    )  # fmt: skip

    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("分主题")
        verbose_name_plural = _("分主题")
        ordering = ("organization__path",)
        constraints = (
            models.UniqueConstraint(fields=("edition", "organization"), name="one_sub_theme_per_branch"),
        )

    def __str__(self) -> str:
        return wording.labelled(str(self.organization), self.theme)


class Plan(models.Model):
    """工作方案: what a district or department means to do in the month, filed with the office."""

    class State(models.TextChoices):
        NOT_BEGUN = "not_begun", _("未开始")
        DRAFT = "draft", _("草稿")
        FILED = "filed", _("已报送")
        RETURNED = "returned", pgettext_lazy("state", "退回修改")
        ACCEPTED = "accepted", _("已备案")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="plans")
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="plans", verbose_name=_("单位")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    goals = models.TextField(_("目标"), max_length=3000, blank=True)
    highlights = models.TextField(_("重点活动"), max_length=3000, blank=True)
    safeguards = models.TextField(_("组织保障"), max_length=3000, blank=True)
    schedule = models.TextField(_("时间安排"), max_length=3000, blank=True)
    liaison = models.CharField(_("联络员"), max_length=60, blank=True)
    liaison_phone = models.CharField(_("联络员电话"), max_length=40, blank=True)
    is_public = models.BooleanField(
        _("向公众公开目标、重点活动和时间安排"), default=False, help_text="shown once the office accepted it"
    )
    file = models.FileField(_("附件"), upload_to="plans/%Y/", blank=True, help_text="DOCX or PDF, by content")
    file_name = models.CharField(max_length=120, blank=True, help_text="as the person's computer called it")
    filed_at = models.DateTimeField(_("报送时间"), null=True, blank=True)
    is_late = models.BooleanField(_("逾期报送"), default=False, help_text="first filed after its deadline")
    remark = models.TextField(_("意见"), max_length=1000, blank=True, help_text="why it was returned")
    decided_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    personal_fields = ("liaison", "liaison_phone")

    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("工作方案")
        verbose_name_plural = _("工作方案")
        ordering = ("organization__path",)
        constraints = (
            models.UniqueConstraint(fields=("edition", "organization"), name="one_plan_per_branch"),
            models.CheckConstraint(
                name="filed_plan_has_its_moment",
                condition=~models.Q(state__in=("filed", "accepted")) | models.Q(filed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} · {self._meta.verbose_name}"
