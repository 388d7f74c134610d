from datetime import date, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
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


class RequestQuerySet(models.QuerySet["Request"]):
    def unanswered(self) -> Self:
        """Those that still wait for somebody."""
        return self.filter(state__in=(Request.State.OPEN, Request.State.PROPOSED))

    def for_all(self) -> Self:
        """Those that any unit may answer."""
        return self.unanswered().filter(offer__isnull=True)

    def with_facts(self) -> Self:
        """With all that matching and lists read, in a fixed number of queries."""
        return self.select_related(
            "organization", "district", "edition", "offer__organization"
        ).prefetch_related("terms__taxonomy")


class Request(models.Model):
    """需求: a school, a community or an enterprise asks for one offer, or openly for whoever can help."""

    class State(models.TextChoices):
        OPEN = "open", _("等待答复")
        PROPOSED = "proposed", _("待需求方确认")
        ACCEPTED = "accepted", _("已约定")
        DECLINED = "declined", _("未约成")
        WITHDRAWN = "withdrawn", _("已撤回")
        EXPIRED = "expired", _("已过期")
        FULFILLED = "fulfilled", _("已完成")

    code = models.CharField(_("编号"), max_length=12, unique=True, default=new_code)
    token = models.UUIDField(
        default=uuid4, unique=True, help_text="of the form: sent twice it is one request"
    )
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="requests", verbose_name=_("届"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="requests", verbose_name=_("需求单位")
    )
    offer = models.ForeignKey(
        Offer, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("所约资源"),
        help_text="None: open to all who can answer",
    )  # fmt: skip
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")

    title = models.CharField(_("想办的活动"), max_length=80)
    wishes = models.TextField(_("具体愿望"), blank=True)
    terms = models.ManyToManyField(Term, blank=True, related_name="requests", verbose_name=_("主题和人群"))
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("所在区")
    )
    place = models.CharField(_("地点"), max_length=120, blank=True)
    is_online = models.BooleanField(_("希望线上进行"), default=False)
    audience_note = models.CharField(_("参加的人"), max_length=120, blank=True)
    head_count = models.PositiveIntegerField(_("预计人数"))
    age_min = models.PositiveSmallIntegerField(_("最小年龄"), null=True, blank=True, help_text="years")
    age_max = models.PositiveSmallIntegerField(_("最大年龄"), null=True, blank=True, help_text="years")
    needs = models.CharField(_("其他需要"), max_length=300, blank=True)
    from_day = models.DateField(_("最早哪天"))
    until_day = models.DateField(_("最晚哪天"), help_text="the last day, included")
    time_note = models.CharField(_("时间说明"), max_length=120, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60)
    contact_phone = models.CharField(
        _("联系电话"), max_length=40, help_text="shown to the other side once agreed, never before"
    )

    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, blank=True, related_name="resource_requests",
        verbose_name=_("联合活动"),
    )  # fmt: skip
    end_reason = models.CharField(_("原因"), max_length=200, blank=True)
    waiting_since = models.DateTimeField(default=now, help_text="since when it waits for the present side")
    reminded_at = models.DateTimeField(null=True, help_text="the last reminder of the present wait")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)

    personal_fields = ("contact_name", "contact_phone")

    objects = RequestQuerySet.as_manager()

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("需求")
        verbose_name_plural = _("需求")
        ordering = ("pk",)
        indexes = (models.Index(fields=("edition", "state", "kind"), name="request_state_kind"),)
        constraints = (
            models.CheckConstraint(name="wished_days_in_order", condition=Q(from_day__lte=F("until_day"))),
            models.CheckConstraint(name="somebody_comes", condition=Q(head_count__gte=1)),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        return self.state in (self.State.OPEN, self.State.PROPOSED)

    @property
    def days(self) -> list[date]:
        """Every day that would do."""
        return [self.from_day + timedelta(days=n) for n in range((self.until_day - self.from_day).days + 1)]


class Proposal(models.Model):
    """约定方案: one time and place that a side proposes to the other for one request and one offer.

    A request for a certain offer comes with its own wish as the first proposal. One counter-proposal may
    answer a proposal; it cannot be countered again, so that a talk ends.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("等对方答复")
        ACCEPTED = "accepted", _("已接受")
        DECLINED = "declined", _("已谢绝")
        COUNTERED = "countered", _("对方另提了时间")
        WITHDRAWN = "withdrawn", _("已收回")
        LAPSED = "lapsed", _("已失效")

    request = models.ForeignKey(Request, models.CASCADE, related_name="proposals")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="proposals")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("提出单位")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PENDING)
    starts_at = models.DateTimeField(_("开始时间"), help_text="UTC")
    ends_at = models.DateTimeField(_("结束时间"), help_text="UTC")
    place = models.CharField(_("地点"), max_length=120, blank=True)
    is_online = models.BooleanField(_("线上进行"), default=False)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    counters = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="countered_by",
        help_text="the proposal that this one answers",
    )  # fmt: skip
    reason = models.CharField(_("谢绝原因"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("约定方案")
        verbose_name_plural = _("约定方案")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="proposal_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                fields=("request",), condition=Q(state="accepted"), name="one_agreement_per_request"
            ),
            models.UniqueConstraint(
                fields=("request", "offer"),
                condition=Q(state="pending"),
                name="one_pending_proposal_per_offer",
            ),
        )

    def __str__(self) -> str:
        return f"{self.request} · {self.offer}"

    @property
    def is_from_offering_side(self) -> bool:
        return self.organization_id == self.offer.organization_id

    @property
    def other_side(self) -> Organization:
        """The unit that answers it."""
        return self.request.organization if self.is_from_offering_side else self.offer.organization

    def touched_days(self, zone: Any) -> list[date]:
        """The days it takes, in the edition's zone."""
        first = self.starts_at.astimezone(zone).date()
        last = (self.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]


class PromisedDay(models.Model):
    """约定日期: a day on which an offer is promised. The database keeps it from being promised twice."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="promised_days")
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="promised_days")
    day = models.DateField(_("日期"))
    place_in_day = models.PositiveSmallIntegerField(help_text="1 up to the offer's times a day")

    class Meta:
        verbose_name = _("约定日期")
        verbose_name_plural = _("约定日期")
        ordering = ("day", "place_in_day")
        constraints = (
            models.UniqueConstraint(fields=("offer", "day", "place_in_day"), name="no_day_promised_twice"),
        )

    def __str__(self) -> str:
        return f"{self.offer} {self.day}"


class Opening(models.Model):
    """开放安排: when and how a base opens to the public in the month (notice 三(四)1: free or discounted).

    `content` is what the unit is writing, `public` what its superior confirmed last and everybody sees:
    a change shows only after it is confirmed, and until then the old text stays.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("填写中")
        FILED = "filed", _("待确认")
        RETURNED = "returned", _("请修改")
        CONFIRMED = "confirmed", _("已公开")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="openings", verbose_name=_("届"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="openings", verbose_name=_("基地")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    content = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="see `timetable`")
    public = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="the confirmed content; empty: not public yet"
    )
    remark = models.CharField(_("退回意见"), max_length=300, blank=True)
    filed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    # Where two bases turn out to be one, the survivor's own opening stays
    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("开放安排")
        verbose_name_plural = _("开放安排")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("edition", "organization"), name="one_opening_per_base"),
            models.CheckConstraint(
                name="confirmed_has_its_moment",
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} · {self._meta.verbose_name}"


def local_moment(day: date, clock: Any, edition: Edition) -> datetime:
    """A day and hour as people of the edition's city mean it."""
    return datetime.combine(day, clock, edition.zone)
