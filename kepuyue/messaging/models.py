from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now
from kepuyue.messaging import kinds


class Channel(models.TextChoices):
    """渠道: the module of `messaging.channels` that carries a message."""

    EMAIL = "email", _("邮件")
    SMS = "sms", _("短信")
    WECHAT = "wechat", _("微信")


class Message(models.Model):
    """待发消息: one message to one address, written in the transaction of what it tells of, sent afterwards.

    A worker claims a row by moving `due_at` ahead before it sends, so a crash between claim and answer
    leads to a second try and never to a lost message.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        HELD = "held", _("暂缓发送")
        DIGEST = "digest", _("等候每日摘要")
        DESK = "desk", _("只在工作台显示")
        SENT = "sent", _("已发送")
        DIGESTED = "digested", _("已并入摘要")
        FAILED = "failed", _("发送失败")
        BOUNCED = "bounced", _("被退信")

    kind = models.CharField(_("种类"), max_length=40, default="", help_text="a code of messaging.kinds")
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel, default=Channel.EMAIL)
    to = models.CharField(
        _("收件地址"), max_length=254, help_text="by the channel: e-mail address, +86… number, WeChat openid"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    subject = models.CharField(_("主题"), max_length=200)
    body = models.TextField(_("正文"))
    values: Any = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="what was put into the sentences, made harmless; templates of SMS and WeChat are filled by it",
    )
    link = models.CharField(_("链接"), max_length=300, blank=True, help_text="path inside the site")
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(
        help_text="not before this moment (machine's clock, so that a moved demonstration clock cannot hold mail)"
    )
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(
        null=True,
        help_text="when the text, which held a key, was taken out of the row; it cannot be sent again",
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    key = models.CharField(
        max_length=120,
        unique=True,
        help_text="what it tells and whom: telling the same thing twice is refused",
    )

    personal_fields = ("to", "subject", "body", "values", "link")

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("state", "due_at"), name="outbox_due"),
            models.Index(fields=("kind", "state"), name="outbox_kind"),
        )
        constraints = (
            models.CheckConstraint(
                name="sent_state_and_moment_together",
                condition=models.Q(state="sent", sent_at__isnull=False) | ~models.Q(state="sent"),
            ),
        )

    def __str__(self) -> str:
        # Without the address: the audit trail keeps names, and nothing that has to be erased
        return self.subject

    @property
    def may_unsubscribe(self) -> bool:
        """Whether its kind can be turned off; a kind of an older release that nobody knows cannot."""
        return kinds.is_known(self.kind) and kinds.kind(self.kind).may_unsubscribe

    @property
    def text(self) -> str:
        """The body without the address under it, for where the subject leads there."""
        return (
            self.body.removesuffix(f"{settings.PUBLIC_URL}{self.link}").rstrip() if self.link else self.body
        )

    @property
    def is_secret(self) -> bool:
        """Whether its text holds a key; so is what nobody knows the kind of."""
        return not kinds.is_known(self.kind) or kinds.kind(self.kind).is_secret

    @property
    def kind_label(self) -> Any:
        """The kind as people read it."""
        return kinds.kind(self.kind).label if kinds.is_known(self.kind) else self.kind


class Delivery(models.TextChoices):
    """送达方式: how a person wants to be told of one kind of thing. The desk shows all of them in any case."""

    AT_ONCE = "at_once", _("马上发邮件")
    DAILY = "daily", _("每天一封摘要")
    DESK = "desk", _("不发邮件，只在工作台显示")


class Preference(models.Model):
    """消息设置: a person's choice for one kind; without a row it is the kind's own default."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="message_preferences")
    kind = models.CharField(max_length=40)
    delivery = models.CharField(_("送达方式"), max_length=8, choices=Delivery)

    class Meta:
        verbose_name = _("消息设置")
        verbose_name_plural = _("消息设置")
        constraints = (models.UniqueConstraint(fields=("person", "kind"), name="one_choice_per_kind"),)

    def __str__(self) -> str:
        return f"{self.person} · {self.kind} · {self.get_delivery_display()}"


class KindHold(models.Model):
    """暂缓: messages of this kind are written and wait until the office releases them."""

    kind = models.CharField(max_length=40, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("原因"), max_length=200)
    since = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("暂缓")
        verbose_name_plural = _("暂缓")

    def __str__(self) -> str:
        return self.kind


class BouncedAddress(models.Model):
    """退信地址: an address whose server said for good that nobody is there. Nothing optional is sent to it."""

    address = models.CharField(_("地址"), max_length=254)
    reason = models.CharField(_("原因"), max_length=300)
    since = models.DateTimeField(default=now)

    personal_fields = ("address",)

    class Meta:
        verbose_name = _("退信地址")
        verbose_name_plural = _("退信地址")
        ordering = ("-since",)
        constraints = (models.UniqueConstraint(Lower("address"), name="bounced_address_once"),)

    def __str__(self) -> str:
        return self.address
