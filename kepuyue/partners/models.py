"""Keys of other programs, the addresses that are told, and what they were told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now
from kepuyue.organizations.models import Organization


class Token(models.Model):
    """访问令牌: lets a program act for one unit within its scopes, in the name of the person who made it.

    Its secret is shown once and kept as a digest only. It can never do more than that person's role in that unit
    allows at the moment of asking: who leaves the unit takes the token's power along.
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="tokens", verbose_name=_("单位")
    )
    name = models.CharField(
        _("用途"), max_length=60, help_text="which program it is for; stands in the audit trail"
    )
    start = models.CharField(max_length=12, help_text="how the token begins, to tell it from others")
    key_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256; the token itself is not kept")
    scopes = models.JSONField(_("权限"), default=list, help_text="codes of `scopes.SCOPES`")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(_("有效期至"), help_text="UTC; from this moment on it opens nothing")
    first_used_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="to the minute")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    # A key was given for that unit and no other: whoever it is merged into makes its own
    on_merge = {"organization": "keep"}

    class Meta:
        verbose_name = _("访问令牌")
        verbose_name_plural = _("访问令牌")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name} {self.start}…"

    @property
    def is_open(self) -> bool:
        """Whether it is neither withdrawn nor over."""
        return self.revoked_at is None and now() < self.expires_at


class Endpoint(models.Model):
    """推送地址: an address of a unit's program that is told of events (webhook)."""

    class State(models.TextChoices):
        ACTIVE = "active", _("启用")
        PAUSED = "paused", _("已暂停")
        FAILED = "failed", _("多次失败，已停用")

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="endpoints", verbose_name=_("单位")
    )
    url = models.CharField(_("网址"), max_length=500, help_text="https only")
    events = models.JSONField(_("事件"), default=list, help_text="codes of `events.EVENTS`")
    is_city_wide = models.BooleanField(
        _("全市的事件"), default=False, help_text="the office's: told of what happens in every unit"
    )
    secret = models.CharField(max_length=200, help_text="encrypted; shown once when it was made")
    state = models.CharField(_("状态"), max_length=6, choices=State, default=State.ACTIVE)
    failures = models.PositiveIntegerField(
        default=0, help_text="deliveries given up since the last that arrived"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=now)

    on_merge = {"organization": "keep"}

    class Meta:
        verbose_name = _("推送地址")
        verbose_name_plural = _("推送地址")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("state",), name="endpoint_state"),)

    def __str__(self) -> str:
        return self.url


class Event(models.Model):
    """推送事件: what happened, as it is told; written in the transaction in which it happened."""

    code = models.CharField(
        max_length=40, unique=True, help_text="webhook-id: the same for every try of every delivery"
    )
    kind = models.CharField(_("事件"), max_length=40, help_text="a code of `events.EVENTS`")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", verbose_name=_("单位"))
    data = models.JSONField(default=dict, help_text="what is sent as `data`; nothing personal")
    at = models.DateTimeField(_("时间"), default=now)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("推送事件")
        verbose_name_plural = _("推送事件")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("at",), name="event_moment"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Delivery(models.Model):
    """推送: one event on its way to one address."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待推送")
        DELIVERED = "delivered", _("已送达")
        DEAD = "dead", _("没有送达")

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    due_at = models.DateTimeField(default=now, help_text="when it is tried next")
    answered_at = models.DateTimeField(null=True, help_text="of the last try")
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status of the last try")
    fault = models.CharField(
        max_length=40, blank=True, help_text="why nothing came back: a code of `core.fetch`"
    )

    class Meta:
        verbose_name = _("推送")
        verbose_name_plural = _("推送")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("due_at",), condition=Q(state="waiting"), name="delivery_due"),)
        constraints = (models.UniqueConstraint(fields=("endpoint", "event"), name="event_once_per_endpoint"),)

    def __str__(self) -> str:
        return f"{self.event} → {self.endpoint}"
