"""The edition itself, its key dates and the exceptions from them."""

from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
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
    ordinals = models.JSONField(
        _("届次"), default=list, blank=True,
        help_text='[{"name", "name_en", "number"}]; the two texts above are made of it',
    )  # fmt: skip
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
    was_current = models.BooleanField(
        default=False, help_text="it is or once was current: only then does the public see anything of it"
    )
    loaded_at = models.DateTimeField(default=now)
    version = models.PositiveIntegerField(
        default=1, help_text="grows with every change of the edition or of anything that belongs to it"
    )

    objects = EditionQuerySet.as_manager()

    # The office itself is never merged into another unit
    on_merge = {"office": "keep"}

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

    @property
    def today(self) -> date:
        """The present day where the edition is held, whatever zone is active."""
        return now().astimezone(self.zone).date()

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


class Extension(models.Model):
    """延期: an exception from a deadline, for one branch or one tier, until a day and for a reason."""

    # Only what falls due can be put off; what opens, opens for all
    KINDS = (KeyDate.Kind.PLAN_DUE, KeyDate.Kind.REGISTRATION_DUE, KeyDate.Kind.SUMMARY_DUE)

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="extensions")
    kind = models.CharField(_("事项"), max_length=20, choices=[(kind.value, kind.label) for kind in KINDS])
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("单位"),
        help_text="the unit and all below it; None: see tier",
    )  # fmt: skip
    tier = models.SlugField(
        _("活动板块"), max_length=40, blank=True, help_text="code of a term of the taxonomy tier"
    )
    until = models.DateField(_("延至"), help_text="the last day, included")
    reason = models.CharField(_("理由"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=now)

    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("延期")
        verbose_name_plural = _("延期")
        ordering = ("kind", "until", "pk")
        constraints = (
            models.CheckConstraint(
                name="extension_is_for_a_branch_or_a_tier",
                condition=models.Q(organization__isnull=False, tier="")
                | (models.Q(organization__isnull=True) & ~models.Q(tier="")),
            ),
            models.UniqueConstraint(
                fields=("edition", "kind", "organization"),
                condition=models.Q(organization__isnull=False),
                name="one_extension_per_branch",
            ),
            models.UniqueConstraint(
                fields=("edition", "kind", "tier"),
                condition=~models.Q(tier=""),
                name="one_extension_per_tier",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.organization or self.tier} {self.until}"
