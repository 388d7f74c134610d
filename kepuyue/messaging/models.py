from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now


class Message(models.Model):
    """待发消息: one mail to one address, written in the transaction of what it tells of, sent afterwards.

    A worker claims a row by moving `due_at` ahead before it sends, so a crash between claim and answer
    leads to a second try and never to a lost message.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("发送失败")

    kind = models.CharField(_("种类"), max_length=40, default="", help_text="a code of messaging.kinds")
    to = models.EmailField(_("收件地址"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    subject = models.CharField(_("主题"), max_length=200)
    body = models.TextField(_("正文"))
    link = models.CharField(_("链接"), max_length=300, blank=True, help_text="path inside the site")
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(
        help_text="not before this moment (machine's clock, so that a moved demonstration clock cannot hold mail)"
    )
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    key = models.CharField(
        max_length=120,
        unique=True,
        help_text="what it tells and whom: telling the same thing twice is refused",
    )

    personal_fields = ("to", "subject", "body", "link")

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        ordering = ("-id",)
        indexes = (models.Index(fields=("state", "due_at"), name="outbox_due"),)
        constraints = (
            models.CheckConstraint(
                name="sent_state_and_moment_together",
                condition=models.Q(state="sent", sent_at__isnull=False) | ~models.Q(state="sent"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
