"""What people ask under a topic."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.cloud.models.item import CloudItem
from kepuyue.core.time import now


class QuestionQuerySet(models.QuerySet["Question"]):
    def public(self) -> Self:
        """Those that a moderator let through, under topics that are public."""
        return self.filter(state=Question.State.PUBLIC, item__in=CloudItem.objects.public())

    def waiting(self) -> Self:
        """Those that nobody has decided about."""
        return self.filter(state=Question.State.WAITING)


class Question(models.Model):
    """提问: a letter to the unit that holds a topic; the unit decides whether to print it, with its answer.

    Nothing that somebody wrote is seen by the public before a person let it through. What is asked for is the question
    alone: no account, no phone, no age (个人信息保护法 art. 6: no more than is needed; art. 28, 31: data of children
    under 14 is sensitive, so none is taken). What looks like a phone number, an identity number or another way to
    reach somebody is masked before the row is written (`privacy`).
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("question", "等待审看")
        PUBLIC = "public", pgettext_lazy("question", "已公开")
        REFUSED = "refused", pgettext_lazy("question", "没有公开")
        MERGED = "merged", pgettext_lazy("question", "并入同样的问题")
        WITHDRAWN = "withdrawn", pgettext_lazy("question", "提问人已撤回")

    token = models.UUIDField(
        default=uuid4, unique=True, help_text="of the form: sent twice it is one question"
    )
    receipt = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="digest of the code in the asker's browser"
    )
    item = models.ForeignKey(CloudItem, models.CASCADE, related_name="questions", verbose_name=_("话题"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    version = models.PositiveIntegerField(default=1, help_text="grows with every decision")
    text = models.CharField(_("问题"), max_length=500, help_text="as the public reads it; masked")
    nickname = models.CharField(_("称呼"), max_length=20, blank=True, help_text="chosen freely; no real name")
    original = models.TextField(
        blank=True, help_text="masked, before a moderator edited it; shown nowhere, erased by the duty"
    )
    source = models.CharField(
        max_length=64, blank=True, help_text="digest of the network, to stop floods; erased by the duty"
    )
    is_masked = models.BooleanField(default=False, help_text="something was masked before it was written")
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="duplicates")
    reason = models.CharField(_("没有公开的原因"), max_length=200, blank=True, help_text="read by the asker")
    answer = models.TextField(_("回答"), max_length=3000, blank=True)
    answered_as = models.CharField(
        _("回答人"), max_length=80, blank=True, help_text="an expert named with consent; empty: the unit"
    )
    answered_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(_("提问时间"), default=now)
    kept_from = models.DateTimeField(
        default=timezone.now, help_text="the machine's clock: what is kept for some days is counted from here"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    personal_fields = ("text", "nickname", "original", "source", "receipt", "answered_as")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("提问")
        verbose_name_plural = _("提问")
        ordering = ("pk",)
        indexes = (models.Index(fields=("item", "state"), name="question_topic_state"),)
        constraints = (
            models.CheckConstraint(
                name="question_decided_has_its_moment",
                condition=Q(state="waiting") | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="question_answered_has_its_moment", condition=Q(answer="") | Q(answered_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        # The trail and messages name a question by its topic: its text may be edited or withdrawn
        return f"{self.item} · {self._meta.verbose_name} {self.pk}"
