"""Letters as they came, what was read of them, which activities they seem to be of, and how the mailbox does."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.activities.models import Activity
from kepuyue.core.codes import new_code
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.summaries.models import WRITTEN, Summary


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self) -> Self:
        """Those that a person has to look at; those that are not read yet are among them."""
        return self.filter(state__in=(Letter.State.NEW, Letter.State.WAITING))


class Letter(models.Model):
    """来件: a report that came by e-mail or as an official letter, kept as it was sent."""

    class Way(models.TextChoices):
        MAIL = "mail", _("邮件")
        DOCUMENT = "document", _("电子公文")

    class State(models.TextChoices):
        NEW = "new", _("待读取")
        WAITING = "waiting", _("等人处理")
        PLACED = "placed", _("已填入总结")
        SET_ASIDE = "set_aside", _("已搁置")

    code = models.CharField(_("编号"), max_length=12, unique=True, default=new_code)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="letters", verbose_name=_("届"))
    way = models.CharField(_("怎么来的"), max_length=8, choices=Way)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.NEW)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    number = models.CharField(
        _("发文字号"), max_length=60, blank=True, help_text="of an official letter, as on its head"
    )
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of what makes a letter the same letter, see actions.taking"
    )
    file = models.FileField(
        _("原件"), upload_to="letters/%Y/%m/", help_text="the message as it was sent (RFC 5322)"
    )
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of the message")
    sender = models.CharField(_("发件人地址"), max_length=254, blank=True)
    sender_name = models.CharField(_("发件人"), max_length=120, blank=True)
    subject = models.CharField(_("主题"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True, help_text="UTC, as the sender's program says")
    received_at = models.DateTimeField(_("收到时间"), default=now, help_text="UTC")
    is_automatic = models.BooleanField(
        _("自动发出"), default=False, help_text="an automatic or bulk mail: it is never answered"
    )
    is_forged = models.BooleanField(
        _("发件人不可信"), default=False, help_text="the receiving server found the sender's address forged"
    )
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often its reading was begun")
    begun_at = models.DateTimeField(null=True, help_text="UTC; when its reading was begun last")
    read_at = models.DateTimeField(null=True, help_text="UTC")
    problem = models.CharField(max_length=12, blank=True, help_text="why not all of it was read: a code")
    unit = models.ForeignKey(
        Organization, models.SET_NULL, null=True, related_name="letters", verbose_name=_("单位")
    )
    unit_confidence = models.PositiveSmallIntegerField(_("单位的把握"), default=0, help_text="0 to 100")
    unit_reasons = models.JSONField(default=list, help_text="[[code, value], …], see understanding")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(_("搁置原因"), max_length=300, blank=True)

    personal_fields = ("sender", "sender_name", "subject", "file")
    on_merge = {"unit": "move"}

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("来件")
        verbose_name_plural = _("来件")
        ordering = ("-received_at", "-pk")
        indexes = (models.Index(fields=("state", "received_at"), name="letter_state"),)
        constraints = (
            models.UniqueConstraint(fields=("edition", "digest"), name="letter_once_an_edition"),
            models.CheckConstraint(
                name="only_an_official_letter_has_a_number",
                condition=Q(way="mail", number="") | (Q(way="document") & ~Q(number="")),
            ),
            models.CheckConstraint(
                name="letter_set_aside_says_why", condition=~Q(state="set_aside") | ~Q(note="")
            ),
        )

    def __str__(self) -> str:
        return self.subject or self.number or self.code


class Part(models.Model):
    """来件内容: the text or the picture of one part of a letter, or why there is none."""

    class Kind(models.TextChoices):
        BODY = "body", _("正文")
        WORD = "word", "Word"
        OLD_WORD = "old-word", _("旧版 Word")
        SHEET = "sheet", _("表格")
        PDF = "pdf", "PDF"
        PICTURE = "picture", pgettext_lazy("part", "图片")
        TEXT = "text", _("文本")
        MAIL = "mail", _("里面的邮件")
        ARCHIVE = "archive", _("压缩包")
        OTHER = "other", pgettext_lazy("part", "其他")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="parts")
    place = models.CharField(
        _("名称"),
        max_length=250,
        blank=True,
        help_text="where it lay: 总结.zip › 照片.jpg; empty: the letter's own text",
    )
    kind = models.CharField(_("种类"), max_length=8, choices=Kind)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes, of a text characters")
    text = models.TextField(_("文字"), blank=True)
    picture = models.ImageField(
        _("图片"), upload_to="letters/%Y/%m/", blank=True, width_field="width", height_field="height"
    )
    width = models.PositiveIntegerField(editable=False, default=0, null=True)
    height = models.PositiveIntegerField(editable=False, default=0, null=True)
    problem = models.CharField(max_length=14, blank=True, help_text="why nothing was read of it: a code")
    notes = models.JSONField(default=list, help_text="codes: what it holds that was left alone")

    personal_fields = ("text", "picture", "place")

    class Meta:
        verbose_name = _("来件内容")
        verbose_name_plural = _("来件内容")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.place or str(self.get_kind_display())

    @property
    def is_photo(self) -> bool:
        """Whether it may be a photo of the activity: no logo, and no page of a scan."""
        return self.kind == self.Kind.PICTURE and bool(self.picture) and not self.notes


class Match(models.Model):
    """对应活动: an activity that a letter seems to report on, how sure that is, and the figures read for it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("推测")
        PLACED = "placed", _("已填入总结")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="matches")
    activity = models.ForeignKey(
        Activity, models.CASCADE, related_name="letter_matches", verbose_name=_("活动")
    )
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.PROPOSED)
    confidence = models.PositiveSmallIntegerField(_("把握"), default=0, help_text="0 to 100")
    reasons = models.JSONField(default=list, help_text="[[code, value], …], see understanding")
    figures: "models.JSONField[Any, Any]" = models.JSONField(
        default=list, help_text="[{key, value, quote, place, clashes}]: figures as read, see reports"
    )
    words = models.TextField(_("文字"), blank=True, help_text="the stretch of the letter that is about it")
    outcome: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict, help_text="what became of the draft: filled, kept, pictures, skipped"
    )
    placed_at = models.DateTimeField(null=True, help_text="UTC")

    personal_fields = ("words", "figures")

    class Meta:
        verbose_name = _("对应活动")
        verbose_name_plural = _("对应活动")
        ordering = ("-confidence", "pk")
        constraints = (
            models.UniqueConstraint(fields=("letter", "activity"), name="match_once_a_letter"),
            models.CheckConstraint(
                name="match_placed_with_its_moment",
                condition=Q(state="proposed", placed_at=None) | Q(state="placed", placed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.letter} → {self.activity}"

    @property
    def is_open(self) -> bool:
        """Whether the unit writes the activity's summary at present; read with the activity's summary."""
        summary: Summary | None = getattr(self.activity, "activity_summary", None)
        return summary is not None and summary.state in WRITTEN


class Box(models.Model):
    """信箱: one folder on the mail server, how far it was read, and what the server said last."""

    address = models.CharField(
        max_length=300, unique=True, help_text="user@host/folder, without the password"
    )
    uid_validity = models.PositiveBigIntegerField(
        default=0, help_text="RFC 3501, 2.3.1.1: numbers hold as long as it is the same"
    )
    last_uid = models.PositiveBigIntegerField(
        default=0, help_text="everything up to this number was taken in"
    )
    held_until = models.DateTimeField(null=True, help_text="UTC; a process reads it meanwhile")
    tried_at = models.DateTimeField(null=True, help_text="UTC")
    read_at = models.DateTimeField(_("上次读取"), null=True, help_text="UTC; when it last went well")
    fault = models.CharField(
        max_length=12, blank=True, help_text="what went wrong since, a code; empty: nothing"
    )
    fault_said = models.CharField(max_length=300, blank=True, help_text="what the server said with it")

    class Meta:
        verbose_name = _("信箱")
        verbose_name_plural = _("信箱")

    def __str__(self) -> str:
        return self.address
