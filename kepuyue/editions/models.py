from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now
from kepuyue.editions.policy import Policy
from kepuyue.organizations.models import Organization


class EditionQuerySet(models.QuerySet["Edition"]):
    def live(self) -> Self:
        """Editions that are run, not archives of single past activities."""
        return self.filter(is_archive=False)


class Edition(models.Model):
    """届: one year's month in one city."""

    code = models.SlugField(_("代码"), max_length=60, unique=True)
    year = models.PositiveSmallIntegerField(_("年份"))
    city = models.CharField(_("城市"), max_length=40)
    city_en = models.CharField(_("城市英文名"), max_length=60)
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160)
    ordinal = models.CharField(
        _("届次"),
        max_length=120,
        blank=True,
        help_text="as in the notice: 第二十一届全国科普日暨第五届深圳科普月",
    )
    ordinal_en = models.CharField(_("英文届次"), max_length=160, blank=True)
    theme = models.CharField(_("主题"), max_length=120, blank=True)
    theme_en = models.CharField(_("英文主题"), max_length=200, blank=True)
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"), help_text="the last day, included")
    time_zone = models.CharField(_("时区"), max_length=40, default="Asia/Shanghai")
    office_name = models.CharField(_("主办单位"), max_length=120, blank=True)
    office_name_en = models.CharField(_("主办单位英文名"), max_length=160, blank=True)
    contact_email = models.EmailField(_("联系邮箱"), blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    office = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
        verbose_name=_("市级统筹单位"),
        help_text="the unit whose people manage the edition; None: an archive",
    )
    policy = models.JSONField(
        _("规则"), default=dict, help_text="review chains and limits; see editions.policy; read it as `rules`"
    )
    is_archive = models.BooleanField(_("存档"), default=False)
    is_current = models.BooleanField(_("本届"), default=False)
    loaded_at = models.DateTimeField(default=now)
    version = models.PositiveIntegerField(
        default=1, help_text="grows with every change; guards against overwriting"
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("届")
        verbose_name_plural = _("各届")
        ordering = ("-starts_on",)
        constraints = (
            models.CheckConstraint(
                name="edition_ends_after_it_starts", condition=models.Q(ends_on__gte=models.F("starts_on"))
            ),
            models.UniqueConstraint(
                fields=("is_current",), condition=models.Q(is_current=True), name="one_current_edition"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name_for_reader(self) -> str:
        """The name in the reader's language, Chinese where English is missing."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name

    @property
    def rules(self) -> Policy:
        """The policy, validated; what it does not state goes by the defaults."""
        return Policy.model_validate(self.policy or {})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def day_bounds(self, day: date) -> tuple[datetime, datetime]:
        """The first moment of a day in the edition's zone, and that of the next day."""
        start = datetime.combine(day, time(), self.zone)
        return start, datetime.combine(day + timedelta(days=1), time(), self.zone)

    @property
    def days(self) -> list[date]:
        """Every day of the month, first to last."""
        return [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]

    def holds(self, day: date) -> bool:
        """Whether the day lies inside the edition's period."""
        return self.starts_on <= day <= self.ends_on


class KeyDate(models.Model):
    """关键日期: a day on which something opens or falls due (the whole last day counts)."""

    class Kind(models.TextChoices):
        REGISTRATION_OPENS = "registration_opens", _("开始申报")
        PLAN_DUE = "plan_due", _("工作方案截止")
        REGISTRATION_DUE = "registration_due", _("申报截止")
        PUBLICITY_OPENS = "publicity_opens", _("开始对外发布")
        SUMMARY_DUE = "summary_due", _("图文总结截止")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="key_dates")
    kind = models.CharField(_("事项"), max_length=20, choices=Kind)
    day = models.DateField(_("日期"))
    source = models.CharField(_("依据"), max_length=120, blank=True, help_text="clause of the notice")

    class Meta:
        verbose_name = _("关键日期")
        verbose_name_plural = _("关键日期")
        ordering = ("day",)
        constraints = (models.UniqueConstraint(fields=("edition", "kind"), name="one_day_per_kind"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"


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
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("分类")
        verbose_name_plural = _("分类")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="taxonomy_code_once"),)


class Term(LocalizedName):
    """分类项: one value of a taxonomy, with the words people use for it."""

    taxonomy = models.ForeignKey(Taxonomy, models.CASCADE, related_name="terms")
    code = models.SlugField(_("代码"), max_length=40)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    synonyms = models.JSONField(
        _("同义词"), default=list, help_text="words that mean the same, for import and search"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("分类项")
        verbose_name_plural = _("分类项")
        ordering = ("taxonomy", "position", "pk")
        constraints = (models.UniqueConstraint(fields=("taxonomy", "code"), name="term_code_once"),)


class Mark(LocalizedName):
    """标识: a brand that activities use by rule (全国科普日、科普中国、深圳科普月; notice 四(三))."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="marks")
    code = models.SlugField(max_length=40)
    rules = models.TextField(_("使用规范"), blank=True)
    rules_en = models.TextField(_("英文使用规范"), blank=True)
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
    """文件: the notice and its annexes as published to units."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="papers")
    code = models.SlugField(max_length=40)
    title = models.CharField(_("标题"), max_length=200)
    number = models.CharField(_("文号"), max_length=60, blank=True)
    issuer = models.CharField(_("发文机关"), max_length=120, blank=True)
    issued_on = models.DateField(_("成文日期"), null=True, blank=True)
    body = models.TextField(_("正文"), blank=True, help_text="Markdown")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = pgettext_lazy("paper", "文件")
        verbose_name_plural = pgettext_lazy("paper", "文件")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="paper_code_once"),)

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


class CityMap(models.Model):
    """城市地图: the districts' outlines, kept apart from the edition because they are long and rarely read."""

    edition = models.OneToOneField(Edition, models.CASCADE, related_name="city_map")
    outlines: Any = models.JSONField(default=dict, help_text="GeoJSON, WGS-84: for drawing (land only)")
    boundaries: Any = models.JSONField(
        default=dict, help_text="GeoJSON, WGS-84: for finding a point's district"
    )
    source = models.CharField(_("来源"), max_length=300, blank=True)
    source_en = models.CharField(_("英文来源"), max_length=300, blank=True)
    approval_number = models.CharField(_("审图号"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("城市地图")
        verbose_name_plural = _("城市地图")

    def __str__(self) -> str:
        return f"{self.edition} · {self._meta.verbose_name}"

    @property
    def source_for_reader(self) -> str:
        """Where the outlines come from, in the reader's language."""
        return self.source_en if self.source_en and (get_language() or "").startswith("en") else self.source


class LoadedFolder(models.Model):
    """载入记录: what the edition's folder said when it was last loaded.

    The next loading writes only what changed in the folder since, so that it never undoes what people
    changed on screen meanwhile.
    """

    edition = models.OneToOneField(Edition, models.CASCADE, related_name="loaded_folder")
    values: Any = models.JSONField(default=dict, help_text="{kind: {code: {field: value}}}")

    class Meta:
        verbose_name = _("载入记录")
        verbose_name_plural = _("载入记录")

    def __str__(self) -> str:
        return f"{self.edition} · {self._meta.verbose_name}"
