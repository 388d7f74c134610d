"""The heart of the room: a place, an activity, its sessions."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.letters import KEY_LENGTH, title_key
from kepuyue.activities.models.choices import (
    PUBLIC_STATES,
    Admission,
    BookingMode,
    Exemption,
    Mode,
    Origin,
    State,
)
from kepuyue.core.codes import new_code
from kepuyue.core.time import now
from kepuyue.editions.models import Edition, Mark, Term
from kepuyue.organizations.models import District, Organization


class Venue(models.Model):
    """场地: a place that several activities use."""

    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    city = models.CharField(_("城市"), max_length=40, blank=True, help_text="empty: the edition's city")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="venues")
    address = models.CharField(_("地址"), max_length=200, blank=True)
    lng = models.FloatField(_("经度"), null=True, blank=True, help_text="WGS-84 degrees")
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    organization = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="venues",
        verbose_name=_("管理单位"),
    )

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("场地")
        verbose_name_plural = _("场地")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("city", "name"), name="venue_once_per_city"),)

    def __str__(self) -> str:
        return self.name


class ActivityQuerySet(models.QuerySet["Activity"]):
    def published(self) -> Self:
        """Our own, approved for the public, cancelled ones included: they stay visible and say so."""
        return self.shown().exclude(origin=Origin.GATHERED)

    def shown(self) -> Self:
        """All that the public may see, with what was taken over from other cities. Only the programme asks for it:
        nothing of it is reviewed, counted or judged as our own.
        """
        return self.filter(state__in=PUBLIC_STATES, published_at__isnull=False)

    def of(self, edition: Edition) -> Self:
        return self.filter(edition=edition)

    def between(self, start: datetime, end: datetime) -> Self:
        """With a session that touches the span [start, end)."""
        return self.filter(pk__in=Session.objects.touching(start, end).values("activity"))

    def in_branch(self, top: Organization) -> Self:
        """Registered by the unit or one below it."""
        return self.filter(organization__path__startswith=top.path)


class Activity(models.Model):
    """活动: what a unit offers to the public, in one or many sessions."""

    code = models.CharField(_("编号"), max_length=12, unique=True, default=new_code)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="activities", verbose_name=_("届"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="activities", verbose_name=_("填报单位"),
        help_text="the unit that registered the activity and may change it",
    )  # fmt: skip
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(
        default=1, help_text="grows with every change; guards against overwriting"
    )
    origin = models.CharField(_("来源"), max_length=8, choices=Origin, default=Origin.FORM)

    title = models.CharField(_("活动名称"), max_length=120)
    title_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    title_key = models.CharField(
        max_length=KEY_LENGTH, blank=True, default="", editable=False,
        help_text="the title as it is compared: letters.title_key",
    )  # fmt: skip
    summary = models.CharField(_("一句话介绍"), max_length=200, blank=True)
    description = models.TextField(_("活动介绍"), blank=True)
    terms = models.ManyToManyField(Term, blank=True, related_name="activities", verbose_name=_("分类"))
    marks = models.ManyToManyField(Mark, blank=True, related_name="activities", verbose_name=_("使用标识"))

    mode = models.CharField(_("参与方式"), max_length=8, choices=Mode, default=Mode.OFFLINE)
    city = models.CharField(
        _("城市"), max_length=40, blank=True,
        help_text="a linked city (联动城市), or the one that it was gathered from; empty: the edition's own",
    )  # fmt: skip
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("所属区")
    )
    dates_as_written = models.CharField(
        _("时间说明"),
        max_length=200,
        blank=True,
        help_text="dates as the source wrote them where they name no day",
    )
    is_year_round = models.BooleanField(_("全年举办"), default=False)
    is_key = models.BooleanField(_("重点活动"), default=False)

    audience_note = models.CharField(_("面向人群说明"), max_length=120, blank=True)
    age_min = models.PositiveSmallIntegerField(_("最小年龄"), null=True, blank=True, help_text="years")
    age_max = models.PositiveSmallIntegerField(_("最大年龄"), null=True, blank=True, help_text="years")
    languages = models.CharField(_("活动语言"), max_length=60, blank=True)
    accessibility_items = models.JSONField(
        _("无障碍条件"), default=list, blank=True, help_text="codes of choices.AccessItem, in its order"
    )
    accessibility = models.CharField(_("无障碍说明"), max_length=200, blank=True)
    admission = models.CharField(_("收费情况"), max_length=10, choices=Admission, default=Admission.UNKNOWN)
    admission_note = models.CharField(_("收费说明"), max_length=120, blank=True)
    booking_mode = models.CharField(
        _("预约方式"), max_length=10, choices=BookingMode, default=BookingMode.UNKNOWN
    )
    booking_url = models.URLField(_("预约网址"), max_length=300, blank=True)
    booking_note = models.CharField(_("预约说明"), max_length=200, blank=True)

    expected_crowd = models.PositiveIntegerField(
        _("预计单场人数"), null=True, blank=True, help_text="people at the largest session"
    )
    safety_plan = models.TextField(_("安全预案"), blank=True)
    licence = models.CharField(
        _("大型活动许可文号"), max_length=80, blank=True,
        help_text="from 1,000 expected people a session: 大型群众性活动安全管理条例, art. 2, 11-13",
    )  # fmt: skip
    licence_papers = models.JSONField(
        _("许可申请材料"), default=list, blank=True, help_text="codes of safety.PAPERS that are ready"
    )
    licence_exempt = models.CharField(
        _("免于许可的情形"), max_length=20, blank=True, choices=Exemption,
        help_text="art. 2 and 25 of the same decree; empty: not exempt",
    )  # fmt: skip
    licence_exempt_note = models.CharField(
        _("免于许可的具体情况"), max_length=200, blank=True,
        help_text="the facts of the case, which the reviewer accepts",
    )  # fmt: skip
    safety_items = models.JSONField(
        _("安全工作方案"), default=dict, blank=True, help_text="{code of safety.ITEMS: text}: art. 6"
    )
    emergency_contact = models.CharField(_("现场安全负责人及电话"), max_length=80, blank=True)
    content_lead = models.CharField(_("内容负责人"), max_length=60, blank=True)
    content_signoff = models.CharField(_("内容审定人"), max_length=60, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(
        _("联系电话"), max_length=40, blank=True, help_text="never shown to the public"
    )
    public_phone = models.CharField(_("公众咨询电话"), max_length=60, blank=True)

    unsaved = models.JSONField(
        default=dict, blank=True,
        help_text="typed values that are not valid yet, {step: {field: text}}: kept so that nothing typed is lost",
    )  # fmt: skip
    to_confirm = models.JSONField(
        default=list,
        blank=True,
        help_text="fields taken over from an earlier activity that nobody has confirmed yet",
    )
    outside_key = models.CharField(
        max_length=200, blank=True, help_text="how the source of an import knows it; importing again finds it"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    published_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)

    personal_fields = (
        "emergency_contact", "content_lead", "content_signoff", "contact_name", "contact_phone", "unsaved",
    )  # fmt: skip
    on_merge = {"organization": "move"}

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动")
        verbose_name_plural = _("活动")
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("edition", "state"), name="activity_edition_state"),
            models.Index(fields=("organization", "state"), name="activity_unit_state"),
            models.Index(fields=("edition", "title_key"), name="activity_same_title"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "organization", "outside_key"),
                condition=~Q(outside_key=""),
                name="imported_once_per_unit_and_edition",
            ),
            models.CheckConstraint(
                name="ages_in_order",
                condition=Q(age_min__isnull=True) | Q(age_max__isnull=True) | Q(age_min__lte=F("age_max")),
            ),
            models.CheckConstraint(
                name="a_linked_city_has_no_district",
                condition=Q(city="") | Q(district__isnull=True) | Q(origin="gathered"),
            ),
            models.CheckConstraint(
                name="published_has_its_moment",
                condition=~Q(state="published") | Q(published_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def shown_title(self) -> str:
        """The title for lists and headings of the desk, where a draft of an import may have none yet."""
        return self.title or gettext("（还没有名称）")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the key of the title true."""
        fields = kwargs.get("update_fields")
        if fields is None or "title" in fields:
            self.title_key = title_key(self.title)
            if fields is not None:
                kwargs["update_fields"] = {*fields, "title_key"}
        super().save(*args, **kwargs)

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it; a draft that was put away never was."""
        return self.state in PUBLIC_STATES and self.published_at is not None

    @property
    def is_linked_city(self) -> bool:
        """Whether it takes place in another city (联动城市); the districts of a province are its cities."""
        return bool(self.city) and self.district_id is None

    @property
    def is_gathered(self) -> bool:
        """Whether it was taken over from another instance, where it is looked after."""
        return self.origin == Origin.GATHERED


class SessionQuerySet(models.QuerySet["Session"]):
    def touching(self, start: datetime, end: datetime) -> Self:
        """Sessions with some moment in [start, end); one without a stated end counts at its start."""
        return self.filter(starts_at__lt=end).filter(Q(ends_at__gt=start) | Q(starts_at__gte=start))

    def held(self) -> Self:
        """Those that are not cancelled."""
        return self.filter(is_cancelled=False)


class Session(models.Model):
    """场次: one time at one place."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField(
        _("开始时间"), help_text="UTC; all-day: the first midnight in the edition's zone"
    )
    ends_at = models.DateTimeField(
        _("结束时间"),
        null=True,
        blank=True,
        help_text="UTC; all-day: the midnight after the last day; None: not stated",
    )
    is_all_day = models.BooleanField(_("全天"), default=False)
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("场地")
    )
    place = models.CharField(
        _("地点"), max_length=200, blank=True, help_text="as written: hall, floor, meeting point"
    )
    online_url = models.URLField(_("线上地址"), max_length=300, blank=True)
    capacity = models.PositiveIntegerField(
        _("名额"), null=True, blank=True, help_text="seats; None: not limited or not stated"
    )
    is_full = models.BooleanField(
        _("已约满"), default=False, help_text="the unit says that no seat is left, wherever one books"
    )
    full_stated_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="when the unit last said that it is full, or that there are seats again",
    )
    note = models.CharField(_("说明"), max_length=120, blank=True)
    is_cancelled = models.BooleanField(_("已取消"), default=False)
    is_postponed = models.BooleanField(
        _("已延期"), default=False, help_text="the time no longer holds and the new one is not fixed"
    )
    safety_plan = models.CharField(
        _("本场安全预案"), max_length=500, blank=True, help_text="empty: the activity's own"
    )
    emergency_contact = models.CharField(
        _("本场安全负责人及电话"), max_length=80, blank=True, help_text="empty: the activity's own"
    )

    personal_fields = ("emergency_contact",)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("场次")
        verbose_name_plural = _("场次")
        ordering = ("starts_at", "pk")
        indexes = (
            models.Index(fields=("starts_at", "ends_at"), name="session_span"),
            models.Index(fields=("place", "starts_at"), name="session_at_place"),
        )
        constraints = (
            models.CheckConstraint(
                name="session_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(
                name="all_day_has_an_end", condition=Q(is_all_day=False) | Q(ends_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.activity} {self.starts_at:%F %R}"

    @property
    def has_begun(self) -> bool:
        """Whether its time has come; one that waits for a new time has not."""
        return not self.is_postponed and self.starts_at <= now()

    @property
    def is_running(self) -> bool:
        """Whether some days of it have been and others are to come, as of an exhibition that is on."""
        first = self.starts_at.astimezone(self.activity.edition.zone).date()
        return self.has_begun and not self.is_over and self.last_day > first

    @property
    def is_over(self) -> bool:
        """Whether it is past. Without a stated end it is once its day is; an exhibition is on until its last day ends.

        One that waits for a new time is not over, whatever the old one was.
        """
        if self.is_postponed:
            return False
        if self.ends_at is not None:
            return self.ends_at <= now()
        return self.last_day < self.activity.edition.today

    @property
    def last_day(self) -> date:
        """The last day it touches, in the edition's zone."""
        zone = self.activity.edition.zone
        if self.ends_at is None:
            return self.starts_at.astimezone(zone).date()
        return (self.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
