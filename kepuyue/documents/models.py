"""Issuing organs with their registers, and the documents in them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.core.time import now
from kepuyue.organizations.models import Organization


class IssuingOrgan(models.Model):
    """发文机关: in whose name a unit issues documents; its 机关代字 begins their numbers."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="issuing_organs", verbose_name=_("单位")
    )
    code = models.CharField(
        _("机关代字"), max_length=20, unique=True, help_text=_("发文字号开头的几个字，例如“深科联办”")
    )
    name = models.CharField(_("发文机关署名"), max_length=80, help_text=_("写在成文日期上面的全称"))
    mark = models.CharField(
        _("发文机关标志"), max_length=60, help_text=_("首页上的红色大字，例如“某某办公室文件”")
    )
    on_behalf = models.CharField(
        _("代章单位"), max_length=80, blank=True, help_text=_("用别的单位的印章代章时填写；用自己的印章不填")
    )
    printed_by = models.CharField(
        _("印发机关"), max_length=80, blank=True, help_text=_("写在版记里；不填就没有版记")
    )
    first_number = models.PositiveIntegerField(
        _("接着编号"), default=1, help_text=_("本系统在“接着编号的年份”编的第一个号；以前的号编到哪里，从下一个写起")
    )  # fmt: skip
    first_year = models.PositiveSmallIntegerField(
        _("接着编号的年份"), default=0, help_text="0: every year begins with 1"
    )

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("发文机关")
        verbose_name_plural = _("发文机关")
        ordering = ("organization__path", "pk")
        constraints = (
            models.CheckConstraint(name="numbers_begin_with_one_or_later", condition=Q(first_number__gte=1)),
        )

    def __str__(self) -> str:
        return self.name

    def begins_with(self, year: int) -> int:
        """The first number that the register of a year gives here."""
        return self.first_number if year == self.first_year else 1


class OfficialDocumentQuerySet(models.QuerySet["OfficialDocument"]):
    def registered(self) -> Self:
        """Those that hold a number: issued, and void ones too."""
        return self.filter(number__isnull=False)

    def drafts(self) -> Self:
        """Those that hold no number yet."""
        return self.filter(number=None)


class OfficialDocument(models.Model):
    """公文: a draft until it is issued; from then on its number, content and file never change."""

    class State(models.TextChoices):
        BUILDING = "building", pgettext_lazy("document", "正在起草")
        FAILED = "failed", pgettext_lazy("document", "起草失败")
        DRAFT = "draft", pgettext_lazy("document", "草稿")
        ISSUED = "issued", pgettext_lazy("document", "已印发")
        VOID = "void", pgettext_lazy("document", "作废")

    organ = models.ForeignKey(
        IssuingOrgan, models.PROTECT, related_name="documents", verbose_name=_("发文机关")
    )
    kind = models.CharField(_("种类"), max_length=40, help_text="code of a kind that a room registered")
    facts = models.JSONField(default=dict, help_text="what its kind was asked to make it from")
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.DRAFT)
    share = models.FloatField(default=0, help_text="how far building it has come, 0 to 1")
    trouble = models.CharField(
        _("原因"), max_length=300, blank=True, help_text="why it could not be built, or has no PDF"
    )
    title = models.CharField(_("标题"), max_length=300, blank=True)
    content = models.JSONField(default=dict, help_text="see `storing`; without number until it is issued")
    version = models.PositiveIntegerField(default=1, help_text="grows with every change of the draft")
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replacements", verbose_name=_("代替的公文")
    )
    created_at = models.DateTimeField(default=now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    year = models.PositiveSmallIntegerField(
        _("年份"), null=True, help_text="of its 成文日期: whose register it is in"
    )
    number = models.PositiveIntegerField(_("序号"), null=True)
    full_number = models.CharField(
        _("发文字号"), max_length=40, blank=True, help_text="as printed: 深科联办〔2024〕4号"
    )
    issued_at = models.DateTimeField(_("印发时间"), null=True, help_text="UTC")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    word = models.FileField(upload_to="documents/%Y/", blank=True)
    word_sha256 = models.CharField(max_length=64, blank=True, help_text="of the Word file as it was issued")
    pdf = models.FileField(upload_to="documents/%Y/", blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pdf_begun_at = models.DateTimeField(
        null=True, help_text="UTC; when a process last took it upon itself to make the PDF"
    )
    voided_at = models.DateTimeField(_("作废时间"), null=True, help_text="UTC")
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    void_reason = models.CharField(_("作废原因"), max_length=300, blank=True)

    objects = OfficialDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("公文")
        verbose_name_plural = _("公文")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("organ", "year", "number"), name="document_register"),)
        constraints = (
            models.UniqueConstraint(fields=("organ", "year", "number"), name="document_number_once"),
            models.CheckConstraint(
                name="issued_means_numbered_and_frozen",
                condition=Q(
                    state__in=("issued", "void"), number__isnull=False, year__isnull=False, issued_at__isnull=False
                )
                & ~Q(full_number="") & ~Q(word="") & ~Q(word_sha256="")
                | Q(state__in=("building", "failed", "draft"), number=None, year=None, issued_at=None,
                    full_number="", word="", word_sha256=""),
            ),
            models.CheckConstraint(
                name="void_says_when_and_why",
                condition=Q(state="void", voided_at__isnull=False) & ~Q(void_reason="")
                | ~Q(state="void") & Q(voided_at=None, void_reason=""),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.full_number} {self.title}".strip()

    @property
    def is_frozen(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.number is not None

    @property
    def file_name(self) -> str:
        """How its files are called where somebody keeps them, without an ending."""
        return "".join(sign for sign in str(self) if sign not in '\\/:*?"<>|\n\r\t')[:80] or "公文"


def full_number(code: str, year: int, number: int) -> str:
    """发文字号 as it is printed (GB/T 9704-2012, 7.2.5): full year in 六角括号, no leading zero, no 第."""
    return f"{code}〔{year}〕{number}号"
