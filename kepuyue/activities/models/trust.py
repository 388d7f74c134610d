"""Responsibility on record: who signed the content off, who is trusted, what was let through, what was sampled."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models.activity import Activity
from kepuyue.activities.models.review import Submission
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization


class SignOff(models.Model):
    """内容签审: a person answers for the content as it then stood. Another content needs another one.

    科学技术普及法 (2024) art. 35: what is offered must be lawful and scientific, without false content.
    """

    class Method(models.TextChoices):
        MEMBER = "member", _("在系统内签审")
        LINK = "link", _("用一次性链接签审")
        SYSTEM = "system", _("在对接系统内签审")

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="sign_offs")
    name = models.CharField(_("签审人"), max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    method = models.CharField(_("方式"), max_length=6, choices=Method, default=Method.MEMBER)
    version = models.PositiveIntegerField(help_text="the activity's version that was read")
    digest = models.CharField(max_length=64, help_text="content.digest of what was read")
    at = models.DateTimeField(_("时间"), default=now)

    personal_fields = ("name",)

    class Meta:
        verbose_name = _("内容签审")
        verbose_name_plural = _("内容签审")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.activity} · {self.name}"


class SignOffLink(models.Model):
    """签审链接: lets one person of the unit who has no account sign the content off, once and for a few days."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="sign_off_links")
    name = models.CharField(_("签审人"), max_length=60)
    key_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256; the key itself is not kept")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    personal_fields = ("name",)

    class Meta:
        verbose_name = _("签审链接")
        verbose_name_plural = _("签审链接")

    def __str__(self) -> str:
        return f"{self.activity} · {self.name}"


class Waiver(models.Model):
    """迟报例外: the reviewing unit lets an activity be handed in although its lead time is over."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="waivers")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("同意单位")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=300)
    at = models.DateTimeField(default=now)

    on_merge = {"organization": "keep"}

    class Meta:
        verbose_name = _("迟报例外")
        verbose_name_plural = _("迟报例外")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.activity} · {self.organization}"


class Trust(models.Model):
    """免审资格: a unit's plain activities are published at once in one edition, and sampled afterwards."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="trusts")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="trusts")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    given_for = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("批准单位"))
    reason = models.CharField(_("理由"), max_length=300)
    given_at = models.DateTimeField(default=now)
    until = models.DateField(_("有效期至"), help_text="the last day, included")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revoke_reason = models.CharField(_("取消理由"), max_length=300, blank=True)
    published = models.PositiveIntegerField(default=0, help_text="how many it has published in the fast lane")
    since_sample = models.PositiveIntegerField(default=0, help_text="how many since the last one sampled")

    # Trust was given to that unit and no other: whoever it is merged into has to earn its own
    on_merge = {"organization": "keep", "given_for": "move"}

    class Meta:
        verbose_name = _("免审资格")
        verbose_name_plural = _("免审资格")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "edition"), condition=Q(revoked_at__isnull=True),
                name="one_trust_at_a_time",
            ),
            models.CheckConstraint(
                name="revoked_says_why", condition=Q(revoked_at__isnull=True) | ~Q(revoke_reason="")
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.organization} · {self.edition}"

    def holds_on(self, day: date) -> bool:
        """Whether it is given and not over on this day (the edition's zone), and the giver still stands above.

        A unit that was moved to another superior is read first until that one trusts it too.
        """
        still_below = self.organization.is_within(self.given_for)
        return self.revoked_at is None and day <= self.until and still_below


class Sampling(models.Model):
    """抽查: a reviewer reads afterwards what a trusted unit has published at once."""

    class State(models.TextChoices):
        PENDING = "pending", _("待抽查")
        FINE = "fine", _("没有问题")
        RETURNED = "returned", _("要求更正")
        CORRECTED = "corrected", _("已更正")
        TAKEN_DOWN = "taken_down", _("已下架")

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="sampling")
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PENDING)
    turn = models.ForeignKey(
        Organization, models.PROTECT, related_name="samplings_in_turn", verbose_name=_("抽查单位")
    )
    since = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note = models.TextField(_("意见"), blank=True)
    closed_at = models.DateTimeField(null=True)

    on_merge = {"turn": "move"}

    class Meta:
        verbose_name = _("抽查")
        verbose_name_plural = _("抽查")
        ordering = ("since", "pk")

    def __str__(self) -> str:
        return f"{self.submission.activity} · {self.get_state_display()}"
