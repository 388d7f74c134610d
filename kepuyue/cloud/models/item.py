"""What can be followed on a screen."""

from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.activities.models import PUBLIC_STATES, Activity
from kepuyue.activities.models import State as ActivityState
from kepuyue.core.codes import new_code
from kepuyue.core.time import now
from kepuyue.editions.models import Edition, Term
from kepuyue.organizations.models import Organization

# A broadcast runs over; after so long without "ended" it was forgotten
RUNS_OVER = timedelta(hours=1)


class Kind(models.TextChoices):
    """云上种类: the four ways of taking part on a screen that notice 三(四) names."""

    LIVE = "live", pgettext_lazy("cloud", "直播")
    VIDEO = "video", pgettext_lazy("cloud", "短视频")
    EXHIBITION = "exhibition", pgettext_lazy("cloud", "云展览")
    TOPIC = "topic", pgettext_lazy("cloud", "话题")


class Air(models.TextChoices):
    """播出状态: where a broadcast stands, told from the time and from what its unit pressed."""

    SCHEDULED = "scheduled", pgettext_lazy("air", "预告")
    LIVE = "on_air", pgettext_lazy("air", "正在直播")
    ENDED = "ended", pgettext_lazy("air", "已结束")
    REPLAY = "replay", pgettext_lazy("air", "可看回放")
    CANCELLED = "cancelled", pgettext_lazy("air", "已取消")


class CloudItemQuerySet(models.QuerySet["CloudItem"]):
    def public(self) -> Self:
        """What everybody may see: approved, of a unit that is active, and not of an activity that was taken down."""
        return self.filter(
            state__in=CloudItem.PUBLIC_STATES, organization__state=Organization.State.ACTIVE
        ).exclude(activity__state=ActivityState.TAKEN_DOWN)

    def with_facts(self) -> Self:
        """With all that cards and pages read, in a fixed number of queries."""
        return self.select_related("organization", "edition", "activity").prefetch_related(
            "terms__taxonomy", "covers"
        )


class CloudItem(models.Model):
    """云上节目: a live broadcast, a short video, a VR or cloud exhibition, or a topic with questions (notice 三(四)).

    The columns are what was approved (of one that was never public: what the unit is writing). What a unit changes
    of a public one stands in `proposed` until its superior has read it, and the public keeps the approved text.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("审核中")
        RETURNED = "returned", pgettext_lazy("state", "退回修改")
        PUBLISHED = "published", _("已发布")
        CHANGING = "changing", _("已发布，有修改")
        CHANGE_SUBMITTED = "change_submitted", _("已发布，修改审核中")
        WITHDRAWN = "withdrawn", _("已撤回")

    PUBLIC_STATES = (State.PUBLISHED, State.CHANGING, State.CHANGE_SUBMITTED)
    WAITING_STATES = (State.SUBMITTED, State.CHANGE_SUBMITTED)

    code = models.CharField(_("编号"), max_length=12, unique=True, default=new_code)
    token = models.UUIDField(default=uuid4, unique=True, help_text="of the form: sent twice it is one item")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="cloud_items", verbose_name=_("届"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="cloud_items", verbose_name=_("主办单位")
    )
    activity = models.ForeignKey(
        Activity,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cloud_items",
        verbose_name=_("所属活动"),
        help_text="the activity of the programme that this is the screen side of",
    )
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    state = models.CharField(_("状态"), max_length=16, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")

    title = models.CharField(_("名称"), max_length=120)
    title_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    summary = models.CharField(_("一句话介绍"), max_length=200)
    summary_en = models.CharField(_("英文介绍"), max_length=300, blank=True)
    description = models.TextField(_("详细介绍"), max_length=5000, blank=True)
    terms = models.ManyToManyField(Term, blank=True, related_name="cloud_items", verbose_name=_("主题和人群"))
    starts_at = models.DateTimeField(
        _("开始时间"), null=True, blank=True, help_text="UTC; a live always has one"
    )
    ends_at = models.DateTimeField(
        _("结束时间"), null=True, blank=True, help_text="UTC; of others: until when it can be seen"
    )
    url = models.URLField(_("网址"), max_length=500, blank=True, help_text="https; empty for a topic")
    replay_url = models.URLField(_("回放网址"), max_length=500, blank=True, help_text="https")
    platform = models.CharField(_("平台"), max_length=40, blank=True)
    duration = models.PositiveSmallIntegerField(_("时长"), null=True, blank=True, help_text="minutes")
    languages = models.CharField(_("语言"), max_length=60, blank=True)
    has_captions = models.BooleanField(_("有字幕"), default=False)
    has_sign_language = models.BooleanField(_("有手语"), default=False)
    accessibility = models.CharField(_("无障碍说明"), max_length=200, blank=True)
    suits_minors = models.BooleanField(_("适合未成年人"), default=False)
    expert = models.CharField(
        _("答疑专家"), max_length=80, blank=True, help_text="shown with the topic; named with consent"
    )
    content_signoff = models.CharField(_("内容审定人"), max_length=60, help_text="never shown to the public")

    on_air_at = models.DateTimeField(null=True, help_text="UTC; the unit pressed: we are live")
    off_air_at = models.DateTimeField(null=True, help_text="UTC; the unit pressed: ended")
    proposed = models.JSONField(
        default=dict,
        blank=True,
        encoder=DjangoJSONEncoder,
        help_text="{field: value} of the change of a public one; empty: none",
    )
    remark = models.CharField(_("退回意见"), max_length=300, blank=True)
    withdraw_reason = models.CharField(_("撤回原因"), max_length=200, blank=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True, help_text="UTC; first approved")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    personal_fields = ("expert", "content_signoff", "proposed")
    on_merge = {"organization": "move"}

    objects = CloudItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("云上节目")
        verbose_name_plural = _("云上节目")
        ordering = ("pk",)
        indexes = (models.Index(fields=("edition", "state", "kind"), name="cloud_state_kind"),)
        constraints = (
            models.CheckConstraint(
                name="cloud_times_in_order",
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(starts_at__lt=F("ends_at")),
            ),
            models.CheckConstraint(
                name="cloud_public_has_its_moment",
                condition=~Q(state__in=("published", "changing", "change_submitted"))
                | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cloud_live_has_a_start",
                condition=~(Q(kind="live") & Q(published_at__isnull=False)) | Q(starts_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether it was approved and still stands; see also `CloudItemQuerySet.public`."""
        return self.state in self.PUBLIC_STATES

    @property
    def is_cancelled(self) -> bool:
        """Whether the activity that it belongs to was called off."""
        return self.activity is not None and self.activity.state == ActivityState.CANCELLED

    @property
    def shown_activity(self) -> Activity | None:
        """The activity that it belongs to, where the public may know of it."""
        found = self.activity
        is_known = found is not None and found.state in PUBLIC_STATES and found.published_at is not None
        return found if is_known else None

    def air(self, at: datetime) -> Air | None:
        """Where a broadcast stands at a moment; None for what is no broadcast.

        By the clock it is live from its start to its end. "We are live" begins it earlier and carries it up to an hour
        past its end; "ended" ends it. Afterwards there is the replay, once there is an address of one.
        """
        if self.kind != Kind.LIVE or self.starts_at is None:
            return None
        if self.is_cancelled:
            return Air.CANCELLED
        after = Air.REPLAY if self.replay_url else Air.ENDED
        if self.off_air_at is not None and self.off_air_at <= at:
            return after
        until = self.ends_at or self.starts_at + timedelta(minutes=self.duration or 60)
        if self.on_air_at is not None and self.on_air_at <= at:
            return Air.LIVE if at < max(until, self.on_air_at) + RUNS_OVER else after
        if at < self.starts_at:
            return Air.SCHEDULED
        return Air.LIVE if at < until else after

    @property
    def cover(self) -> "Cover | None":
        """The picture that the public sees (of one that was never public: the one that it would)."""
        return next((one for one in self.covers.all() if one.is_shown), None)

    @property
    def waiting_cover(self) -> "Cover | None":
        """The picture that waits with the change."""
        return next((one for one in self.covers.all() if not one.is_shown), None)


class Cover(models.Model):
    """封面: the picture of an item, re-encoded on the way in. A new one of a public item waits with its change."""

    item = models.ForeignKey(CloudItem, models.CASCADE, related_name="covers")
    file = models.ImageField(_("图片"), upload_to="cloud/%Y/%m/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False, null=True)
    height = models.PositiveIntegerField(editable=False, null=True)
    alt = models.CharField(_("图片说明"), max_length=120, help_text="read aloud to people who do not see it")
    credit = models.CharField(_("来源"), max_length=80, blank=True)
    is_shown = models.BooleanField(default=True, help_text="False: waits with the change")

    class Meta:
        verbose_name = _("封面")
        verbose_name_plural = _("封面")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("item", "is_shown"), name="one_cover_shown_one_waiting"),
        )

    def __str__(self) -> str:
        return self.alt

    def get_absolute_url(self) -> str:
        return reverse("cloud:cover", args=[self.pk])
