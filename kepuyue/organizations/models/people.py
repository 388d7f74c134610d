from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now
from kepuyue.organizations.models.units import Organization


class Role(models.TextChoices):
    """角色: what a person is in one unit. What each may do stands in `permissions.ROLES`."""

    OFFICE = "office", _("市级管理员")
    OWNER = "owner", _("单位负责人")
    EDITOR = "editor", _("填报人")
    REVIEWER = "reviewer", _("审核人")
    CHECK_IN = "check_in", _("签到员")
    HELPDESK = "helpdesk", _("预约代办员")
    JUDGE = "judge", _("评委")
    MODERATOR = "moderator", _("内容审看员")


class Membership(models.Model):
    """任职: a person has a role in a unit."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    role = models.CharField(_("角色"), max_length=12, choices=Role)
    since = models.DateTimeField(default=now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    # Two people's worth of the same role in both units is one row in the survivor
    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = (
            models.UniqueConstraint(fields=("user", "organization", "role"), name="one_role_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.organization} · {self.get_role_display()}"


class Invitation(models.Model):
    """邀请: a link by which somebody takes a role in a unit. Only the link's fingerprint is kept."""

    class State(models.TextChoices):
        """What an invitation is good for now; worked out, not stored."""

        OPEN = "open", _("可以使用")
        USED = "used", _("已用完")
        EXPIRED = "expired", _("已过期")
        REVOKED = "revoked", _("已撤回")

    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token in the link")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    role = models.CharField(_("角色"), max_length=12, choices=Role)
    name = models.CharField(_("姓名"), max_length=60, blank=True, help_text="whom it is meant for")
    email = models.EmailField(
        _("邮箱"),
        blank=True,
        help_text="sent there, and good for that address only; empty: passed on by hand",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="invitations")
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(_("有效期至"), help_text="UTC")
    max_uses = models.PositiveSmallIntegerField(_("可用次数"), default=1)
    uses = models.PositiveSmallIntegerField(_("已用次数"), default=0)
    used_by = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="InvitationUse", related_name="used_invitations"
    )
    revoked_at = models.DateTimeField(null=True)

    personal_fields = ("name", "email")
    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("by", "created_at"), name="invitations_a_day"),)
        constraints = (
            models.CheckConstraint(
                name="invitation_not_used_too_often", condition=models.Q(uses__lte=models.F("max_uses"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} · {self.get_role_display()}"

    def state_at(self, moment: datetime) -> "Invitation.State":
        """What it is good for at that moment."""
        if self.revoked_at:
            return self.State.REVOKED
        if self.uses >= self.max_uses:
            return self.State.USED
        return self.State.OPEN if moment < self.expires_at else self.State.EXPIRED

    @property
    def state(self) -> "Invitation.State":
        return self.state_at(now())


class InvitationUse(models.Model):
    """邀请使用记录: who came in by an invitation, and when."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="entries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("邀请使用记录")
        verbose_name_plural = _("邀请使用记录")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("invitation", "user"), name="invitation_once_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.at:%F %R}"


class Handover(models.Model):
    """工作交接: somebody who leaves offers all roles in a unit and the open work to a colleague, who accepts."""

    class State(models.TextChoices):
        OFFERED = "offered", _("等对方接受")
        ACCEPTED = "accepted", _("已交接")
        DECLINED = "declined", _("对方未接受")
        WITHDRAWN = "withdrawn", _("已撤回")

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="handovers")
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="handovers_given", verbose_name=_("移交人")
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="handovers_taken", verbose_name=_("接任人"),
        help_text="None: whoever comes in by the invitation",
    )  # fmt: skip
    invitation = models.OneToOneField(
        Invitation,
        models.CASCADE,
        null=True,
        related_name="handover",
        help_text="for somebody who is not here yet",
    )
    note = models.CharField(_("交接说明"), max_length=500, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.OFFERED)
    created_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)

    personal_fields = ("note",)
    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("工作交接")
        verbose_name_plural = _("工作交接")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "giver"),
                condition=models.Q(state="offered"),
                name="one_handover_open",
            ),
            models.CheckConstraint(
                name="handover_goes_to_somebody",
                condition=models.Q(taker__isnull=False) | models.Q(invitation__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} {self.get_state_display()}"
