"""The main venue of an edition: where and when, its opening ceremony and stage, its zones with their booths."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.core import wording
from kepuyue.editions.models.edition import Edition
from kepuyue.editions.models.vocabulary import LocalizedName
from kepuyue.organizations.models import Organization


def in_reader_s_language(thing: models.Model, name: str) -> str:
    """A field's text in the reader's language, Chinese where English is missing."""
    english: str = getattr(thing, f"{name}_en")
    text: str = getattr(thing, name)
    return english if english and wording.is_english() else text


class MainVenue(LocalizedName):
    """主场: the city's own event with the opening ceremony (notice 三(一): 深圳主场活动, 主场活动及启动仪式)."""

    edition = models.OneToOneField(Edition, models.CASCADE, related_name="main_venue")
    place = models.CharField(_("地点"), max_length=120)
    place_en = models.CharField(_("英文地点"), max_length=160, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    first_day = models.DateField(_("第一天"))
    last_day = models.DateField(_("最后一天"))
    hours = models.CharField(_("开放时间"), max_length=120, blank=True)
    hours_en = models.CharField(_("英文开放时间"), max_length=160, blank=True)
    introduction = models.TextField(_("介绍"), max_length=2000, blank=True)
    introduction_en = models.TextField(_("英文介绍"), max_length=4000, blank=True)
    transport = models.TextField(_("怎样到达"), max_length=2000, blank=True)
    transport_en = models.TextField(_("英文怎样到达"), max_length=4000, blank=True)
    plan = models.ImageField(
        _("平面图"), upload_to="main-venues/", blank=True, width_field="plan_width", height_field="plan_height",
        help_text="re-encoded on the way in",
    )  # fmt: skip
    plan_width = models.PositiveIntegerField(editable=False, null=True)
    plan_height = models.PositiveIntegerField(editable=False, null=True)
    plan_text = models.TextField(
        _("平面图说明"), max_length=1000, blank=True, help_text="read aloud to people who do not see the plan"
    )
    plan_text_en = models.TextField(_("英文平面图说明"), max_length=2000, blank=True)
    is_demonstration = models.BooleanField(
        _("演示内容"), default=False, help_text="made up for the demonstration; the page says so"
    )
    is_published = models.BooleanField(_("向公众公开"), default=False)

    class Meta:
        verbose_name = _("主场")
        verbose_name_plural = _("主场")
        constraints = (
            models.CheckConstraint(
                name="main_venue_days_in_order", condition=Q(first_day__lte=F("last_day")),
                violation_error_message=_("最后一天早于第一天，请核对。"),
            ),
        )  # fmt: skip

    @property
    def place_for_reader(self) -> str:
        return in_reader_s_language(self, "place")

    @property
    def hours_for_reader(self) -> str:
        return in_reader_s_language(self, "hours")

    @property
    def introduction_for_reader(self) -> str:
        return in_reader_s_language(self, "introduction")

    @property
    def transport_for_reader(self) -> str:
        return in_reader_s_language(self, "transport")

    @property
    def plan_text_for_reader(self) -> str:
        return in_reader_s_language(self, "plan_text")


class StageItem(LocalizedName):
    """主场节目: one item of the opening ceremony's run of show, or of the stage's timetable."""

    class Part(models.TextChoices):
        CEREMONY = "ceremony", _("启动仪式")
        STAGE = "stage", _("主舞台")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="stage_items")
    code = models.SlugField(_("代码"), max_length=40)
    part = models.CharField(_("环节"), max_length=10, choices=Part, default=Part.STAGE)
    day = models.DateField(_("日期"))
    starts = models.TimeField(_("开始"), help_text="in the edition's zone")
    ends = models.TimeField(_("结束"), null=True, blank=True, help_text="the same day; None: not stated")
    by = models.CharField(_("演出或主讲"), max_length=120, blank=True)
    by_en = models.CharField(_("英文演出或主讲"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("主场节目")
        verbose_name_plural = _("主场节目")
        ordering = ("day", "starts", "pk")
        constraints = (
            models.UniqueConstraint(fields=("edition", "code"), name="stage_item_code_once"),
            models.CheckConstraint(
                name="stage_item_ends_after_it_starts", condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")),
                violation_error_message=_("结束时间要晚于开始时间。"),
            ),
        )  # fmt: skip

    @property
    def by_for_reader(self) -> str:
        return in_reader_s_language(self, "by")

    def is_on(self, at: datetime) -> bool:
        """Whether it is under way at a moment of the edition's zone; without an end, for half an hour."""
        here = datetime.combine(self.day, at.time())
        start = datetime.combine(self.day, self.starts)
        end = datetime.combine(self.day, self.ends) if self.ends else start + timedelta(minutes=30)
        return self.day == at.date() and start <= here < end


class Zone(LocalizedName):
    """展区: a part of the main venue; its code is its letter on the plan."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="zones")
    code = models.SlugField(_("编号"), max_length=12)
    text = models.TextField(_("介绍"), max_length=600, blank=True)
    text_en = models.TextField(_("英文介绍"), max_length=1200, blank=True)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("展区")
        verbose_name_plural = _("展区")
        ordering = ("position", "code")
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="zone_code_once"),)

    @property
    def number(self) -> str:
        """The letter as the plan and the signs show it."""
        return self.code.upper()

    @property
    def text_for_reader(self) -> str:
        return in_reader_s_language(self, "text")


class Booth(LocalizedName):
    """展位: a place in a zone, what is shown there and by whom."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="booths")
    zone = models.ForeignKey(Zone, models.RESTRICT, related_name="booths", verbose_name=_("展区"))
    code = models.SlugField(_("编号"), max_length=12)
    exhibitor = models.CharField(_("参展单位"), max_length=120)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="booths",
        verbose_name=_("登记的单位"),
    )  # fmt: skip
    text = models.TextField(_("介绍"), max_length=600, blank=True)
    text_en = models.TextField(_("英文介绍"), max_length=1200, blank=True)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("展位")
        verbose_name_plural = _("展位")
        ordering = ("zone", "code")
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="booth_code_once"),)

    @property
    def number(self) -> str:
        """The number as the plan and the signs show it."""
        return self.code.upper()

    @property
    def text_for_reader(self) -> str:
        return in_reader_s_language(self, "text")
