"""What a unit can give to others."""

from datetime import date
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.core.codes import new_code
from kepuyue.core.time import now
from kepuyue.editions.models import Edition, Term
from kepuyue.organizations.models import District, Organization


class Kind(models.TextChoices):
    """资源种类: what is offered or asked for. What each kind asks beyond the common fields is in `kinds`."""

    EXPERT = "expert", _("专家讲座")
    EXHIBIT = "exhibit", _("流动展览")
    COURSE = "course", _("课程和工作坊")
    VENUE = "venue", _("场地")
    SITE = "site", _("实验室和参观点")


class OfferQuerySet(models.QuerySet["Offer"]):
    def open(self) -> Self:
        """Those that can be asked for."""
        return self.filter(state=Offer.State.OPEN)

    def with_facts(self) -> Self:
        """With all that matching and lists read, in a fixed number of queries."""
        return self.select_related("organization__district", "edition").prefetch_related(
            "terms__taxonomy", "districts", "promised_days"
        )


class Offer(models.Model):
    """资源: what a unit can give to others: an expert, an exhibit, a course, a venue, a place to visit."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        OPEN = "open", _("开放中")
        PAUSED = "paused", _("暂停")
        CLOSED = "closed", _("已停止")

    code = models.CharField(_("编号"), max_length=12, unique=True, default=new_code)
    token = models.UUIDField(default=uuid4, unique=True, help_text="of the form: sent twice it is one offer")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="offers", verbose_name=_("届"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="offers", verbose_name=_("提供单位")
    )
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")

    title = models.CharField(_("名称"), max_length=80)
    summary = models.CharField(_("一句话介绍"), max_length=200)
    description = models.TextField(_("详细介绍"), blank=True)
    details = models.JSONField(
        _("专项内容"),
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="{field: value} of the kind's own form",
    )
    terms = models.ManyToManyField(Term, blank=True, related_name="offers", verbose_name=_("主题和人群"))
    districts = models.ManyToManyField(
        District,
        blank=True,
        related_name="offers",
        verbose_name=_("可服务的区"),
        help_text="none: the whole city",
    )
    is_online = models.BooleanField(_("可以线上进行"), default=False)
    duration = models.PositiveSmallIntegerField(_("每次时长"), help_text="minutes; an exhibit: of one day")
    people_max = models.PositiveIntegerField(_("每次最多人数"), null=True, blank=True)
    age_min = models.PositiveSmallIntegerField(_("最小年龄"), null=True, blank=True, help_text="years")
    age_max = models.PositiveSmallIntegerField(_("最大年龄"), null=True, blank=True, help_text="years")
    conditions = models.CharField(_("条件和要求"), max_length=300, blank=True)
    safety_note = models.TextField(
        _("安全须知"), blank=True, help_text="start of the joint activity's safety plan"
    )

    weekdays = models.JSONField(_("星期"), default=list, help_text="0 Monday … 6 Sunday; empty: any day")
    hours_from = models.TimeField(_("最早"), null=True, blank=True, help_text="the edition's zone")
    hours_until = models.TimeField(_("最晚"), null=True, blank=True, help_text="the edition's zone")
    first_day = models.DateField(_("从哪天起"), null=True, blank=True, help_text="None: no limit")
    last_day = models.DateField(_("到哪天止"), null=True, blank=True, help_text="the last day, included")
    closed_days = models.JSONField(_("不可约的日期"), default=list, help_text="ISO days")
    per_day = models.PositiveSmallIntegerField(_("一天最多几次"), default=1)
    times_at_most = models.PositiveSmallIntegerField(
        _("一共最多几次"), null=True, blank=True, help_text="None: no limit"
    )
    times_promised = models.PositiveSmallIntegerField(default=0, help_text="agreements that stand")

    picture = models.ImageField(
        _("图片"),
        upload_to="offers/%Y/%m/",
        blank=True,
        width_field="picture_width",
        height_field="picture_height",
    )
    picture_width = models.PositiveIntegerField(editable=False, null=True)
    picture_height = models.PositiveIntegerField(editable=False, null=True)
    picture_alt = models.CharField(
        _("图片说明"), max_length=120, blank=True, help_text="read aloud to people who do not see it"
    )
    picture_credit = models.CharField(_("来源"), max_length=80, blank=True)

    content_lead = models.CharField(_("内容负责人"), max_length=60)
    content_signoff = models.CharField(_("内容审定人"), max_length=60)
    contact_name = models.CharField(_("联系人"), max_length=60)
    contact_phone = models.CharField(
        _("联系电话"), max_length=40, help_text="shown to the other side once agreed, never before"
    )
    close_reason = models.CharField(_("停止原因"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    personal_fields = ("details", "content_lead", "content_signoff", "contact_name", "contact_phone")

    objects = OfferQuerySet.as_manager()

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("资源")
        verbose_name_plural = _("资源")
        ordering = ("pk",)
        indexes = (models.Index(fields=("edition", "state", "kind"), name="offer_state_kind"),)
        constraints = (
            models.CheckConstraint(
                name="never_promised_more_than_offered",
                condition=Q(times_at_most__isnull=True) | Q(times_promised__lte=F("times_at_most")),
            ),
            models.CheckConstraint(name="offered_at_least_once_a_day", condition=Q(per_day__gte=1)),
            models.CheckConstraint(
                name="offer_days_in_order",
                condition=Q(first_day__isnull=True)
                | Q(last_day__isnull=True)
                | Q(first_day__lte=F("last_day")),
            ),
            models.CheckConstraint(
                name="offer_ages_in_order",
                condition=Q(age_min__isnull=True) | Q(age_max__isnull=True) | Q(age_min__lte=F("age_max")),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def times_left(self) -> int | None:
        """How often it can still be promised; None where there is no limit."""
        return None if self.times_at_most is None else self.times_at_most - self.times_promised

    @property
    def travels(self) -> bool:
        """Whether it comes to the one who asks; a venue or a site is come to."""
        return self.kind not in (Kind.VENUE, Kind.SITE)

    def is_free_on(self, day: date) -> bool:
        """Whether it can still be promised on the day, by what it says and by what is promised already."""
        if day.isoformat() in self.closed_days or (self.weekdays and day.weekday() not in self.weekdays):
            return False
        if (self.first_day and day < self.first_day) or (self.last_day and day > self.last_day):
            return False
        return sum(promised.day == day for promised in self.promised_days.all()) < self.per_day
