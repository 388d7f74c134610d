"""What an edition says in words: classifications, marks, papers, synonyms."""

from typing import Any

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kepuyue.editions.models.edition import Edition


class LocalizedName(models.Model):
    """A name in Chinese and English; the reader's language decides, Chinese where English is missing."""

    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class Taxonomy(LocalizedName):
    """分类: one way of classifying activities (tier, joint action, content, audience …); edition data."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="taxonomies")
    code = models.SlugField(_("代码"), max_length=40)
    help = models.CharField(_("说明"), max_length=300, blank=True)
    multiple = models.BooleanField(_("可多选"), default=True)
    required = models.BooleanField(_("必填"), default=False)
    is_filter = models.BooleanField(_("用于公众筛选"), default=True)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("分类")
        verbose_name_plural = _("分类")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="taxonomy_code_once"),)

    @property
    def help_for_reader(self) -> str:
        """The help, for who reads Chinese; the notice's clauses that it names have no English."""
        return "" if (get_language() or "").startswith("en") else self.help


class Term(LocalizedName):
    """分类项: one value of a taxonomy, with the words people use for it."""

    taxonomy = models.ForeignKey(Taxonomy, models.CASCADE, related_name="terms")
    code = models.SlugField(_("代码"), max_length=40)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    synonyms = models.JSONField(
        _("同义词"), default=list, blank=True, help_text="words that mean the same, for import and search"
    )
    is_retired = models.BooleanField(
        _("已停用"), default=False, help_text="not offered any more; activities that have it keep it"
    )
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("分类项")
        verbose_name_plural = _("分类项")
        ordering = ("taxonomy", "position", "pk")
        constraints = (models.UniqueConstraint(fields=("taxonomy", "code"), name="term_code_once"),)


class Mark(LocalizedName):
    """标识: a brand that activities use by rule (全国科普日、科普中国、深圳科普月; notice 四(三))."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="marks")
    code = models.SlugField(_("代码"), max_length=40)
    rules = models.TextField(_("使用规范"), blank=True)
    rules_en = models.TextField(_("英文使用规范"), blank=True)
    picture = models.ImageField(
        _("图样"), upload_to="marks/", blank=True, width_field="width", height_field="height",
        help_text="PNG with its transparency, re-encoded on the way in",
    )  # fmt: skip
    width = models.PositiveIntegerField(editable=False, null=True)
    height = models.PositiveIntegerField(editable=False, null=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("标识")
        verbose_name_plural = _("标识")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="mark_code_once"),)

    @property
    def rules_for_reader(self) -> str:
        """The rules in the reader's language, Chinese where English is missing."""
        return self.rules_en if self.rules_en and (get_language() or "").startswith("en") else self.rules


class Paper(models.Model):
    """文件: the notice and its annexes as published to units; and templates of official documents (`filling`)."""

    class Template(models.TextChoices):
        NOTICE = "notice", _("通知模板")
        FORWARDING = "forwarding", _("转发通知模板")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="papers")
    code = models.SlugField(_("代码"), max_length=40)
    title = models.CharField(_("标题"), max_length=200)
    number = models.CharField(_("文号"), max_length=60, blank=True)
    issuer = models.CharField(_("发文机关"), max_length=120, blank=True)
    issued_on = models.DateField(_("成文日期"), null=True, blank=True)
    body = models.TextField(_("正文"), blank=True, help_text="Markdown")
    is_published = models.BooleanField(_("已发布"), default=True)
    template_of = models.CharField(
        _("模板"), max_length=12, choices=Template, blank=True, default="",
        help_text="what is drafted from it; empty: a paper",
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = pgettext_lazy("paper", "文件")
        verbose_name_plural = pgettext_lazy("paper", "文件")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("edition", "code"), name="paper_code_once"),
            models.UniqueConstraint(
                fields=("edition", "template_of"), condition=~models.Q(template_of=""), name="one_template_of_a_kind"
            ),
            models.CheckConstraint(
                name="no_template_is_public", condition=models.Q(template_of="") | models.Q(is_published=False)
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Synonym(models.Model):
    """同义词组: words that a search treats as one (人工智能 / AI)."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="synonyms")
    words: Any = models.JSONField(_("词"), default=list)

    class Meta:
        verbose_name = _("同义词组")
        verbose_name_plural = _("同义词组")

    def __str__(self) -> str:
        return " / ".join(self.words)
