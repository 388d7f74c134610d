"""A summary, what was filed of it each time, the figures and the remarks."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization


class Name(models.TextChoices):
    """数字名称: what is counted; `figures.KINDS` says in which unit and how."""

    SESSIONS = "sessions", _("举办场次")
    CALLED_OFF = "called_off", _("取消场次")
    UNITS = "units", _("参加单位")
    VISITS = "visits", _("参与群众")
    VIEWS = "views", pgettext_lazy("figure", "线上观看")
    ANSWERS = "answers", _("评价份数")
    SATISFACTION = "satisfaction", _("满意度")
    MEDIA = "media", pgettext_lazy("figure", "媒体报道")
    VOLUNTEERS = "volunteers", _("科普志愿者")
    EXPERTS = "experts", _("专家")
    MATERIALS = "materials", _("发放资料")
    BOARDS = "boards", _("展板、挂图")
    EXHIBITS = "exhibits", _("实验展品")
    CONSULTATIONS = "consultations", _("咨询")
    CLINIC = "clinic", _("义诊")


class Method(models.TextChoices):
    """来源: how a figure was obtained. Figures of different methods are never added up."""

    RECORD = "record", _("系统登记")
    CHECK_IN = "check_in", pgettext_lazy("method", "签到")
    COUNT = "count", _("清点")
    ESTIMATE = "estimate", _("估计")
    VIEWS = "views", _("平台观看数")
    OPENED = "opened", _("本站点开数")


class SummaryQuerySet(models.QuerySet["Summary"]):
    def waiting(self) -> Self:
        """Those that a superior has to look at."""
        return self.filter(state__in=WAITING)

    def due(self) -> Self:
        """Those that the unit has to file."""
        return self.filter(state__in=DUE)

    def in_turn(self) -> Self:
        """Those that a superior has to look at first, then what is missing, then what is settled; by title."""
        turn = Case(When(state__in=WAITING, then=0), When(state__in=DUE, then=1), default=2)
        return self.order_by(turn, "activity__title", "pk")

    def accepted(self) -> Self:
        """Those with which others may count; a supplement may be under way."""
        return self.filter(state__in=ACCEPTED)


class Summary(models.Model):
    """总结: what one activity came to, filed by the unit that registered it."""

    class State(models.TextChoices):
        OPEN = "open", _("待填报")
        FILED = "filed", _("已报送")
        RETURNED = "returned", pgettext_lazy("summary", "退回修改")
        ACCEPTED = "accepted", _("已采纳")
        SUPPLEMENTING = "supplementing", _("补充中")
        SUPPLEMENTED = "supplemented", _("已补报")
        SETTLED = "settled", _("补报已采纳")

    activity = models.OneToOneField(
        Activity, models.CASCADE, related_name="activity_summary", verbose_name=_("活动")
    )
    state = models.CharField(_("状态"), max_length=14, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    opened_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    chased_on = models.DateField(
        null=True, help_text="the day, in the edition's zone, on which its unit was last told that it is late"
    )

    objects = SummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("总结")
        verbose_name_plural = _("总结")
        ordering = ("pk",)
        indexes = (models.Index(fields=("state",), name="summary_state"),)

    def __str__(self) -> str:
        return self.activity.shown_title


# Filed by nobody yet, or given back; in which the unit writes; which a superior has to look at; accepted once
DUE = frozenset({Summary.State.OPEN, Summary.State.RETURNED})
WRITTEN = DUE | {Summary.State.SUPPLEMENTING}
WAITING = frozenset({Summary.State.FILED, Summary.State.SUPPLEMENTED})
ACCEPTED = frozenset({Summary.State.ACCEPTED, Summary.State.SUPPLEMENTING, Summary.State.SETTLED})


class FilingQuerySet(models.QuerySet["Filing"]):
    def standing(self) -> Self:
        """Of each summary the filing that was accepted last: what others may count with."""
        accepted = Filing.objects.filter(summary=OuterRef("summary"), decision=Filing.Decision.ACCEPTED)
        return self.filter(pk=Subquery(accepted.order_by("-decided_at", "-pk").values("pk")[:1]))


class Filing(models.Model):
    """报送: one time that a unit files a summary; a draft until `filed_at`, unchanged from then on."""

    class Kind(models.TextChoices):
        PROVISIONAL = "provisional", _("初报")
        SUPPLEMENT = "supplement", _("补报")

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", _("已采纳")
        RETURNED = "returned", pgettext_lazy("summary", "退回修改")

    summary = models.ForeignKey(Summary, models.CASCADE, related_name="filings")
    kind = models.CharField(_("种类"), max_length=12, choices=Kind, default=Kind.PROVISIONAL)
    words = models.TextField(_("几句话"), max_length=1500, blank=True)
    filed_at = models.DateTimeField(_("报送时间"), null=True, help_text="UTC; None: a draft")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    is_late = models.BooleanField(_("迟报"), default=False, help_text="after the day that held for the unit")
    decision = models.CharField(_("处理"), max_length=10, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_for = models.ForeignKey(
        Organization, models.SET_NULL, null=True, related_name="+", verbose_name=_("处理单位")
    )
    note = models.CharField(_("意见"), max_length=500, blank=True)

    on_merge = {"decided_for": "move"}

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("报送")
        verbose_name_plural = _("报送")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("summary",), condition=Q(filed_at=None), name="one_draft_of_a_summary"
            ),
            models.CheckConstraint(
                name="only_what_was_filed_is_decided", condition=Q(decision="") | Q(filed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="filing_decided_with_its_moment",
                condition=Q(decision="", decided_at=None) | (~Q(decision="") & Q(decided_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.summary} {self.get_kind_display()}"


class Figure(models.Model):
    """数字: how much of something, how it was obtained, and whether it is as the system measured it.

    Of a draft only what somebody typed stands here; what the system measures is read anew until it is filed.
    """

    class Origin(models.TextChoices):
        MEASURED = "measured", _("系统数字")
        CORRECTED = "corrected", _("单位改正")
        TYPED = "typed", _("单位填写")

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="figures")
    name = models.CharField(_("名称"), max_length=14, choices=Name)
    method = models.CharField(_("来源"), max_length=10, choices=Method)
    value = models.PositiveBigIntegerField(
        _("数值"), help_text="in the unit of figures.KINDS; satisfaction in hundredths"
    )
    origin = models.CharField(_("如何得到"), max_length=10, choices=Origin)
    measured = models.PositiveBigIntegerField(
        _("系统数字"), null=True, help_text="what the system knew when it was filed; None: nothing"
    )
    reason = models.CharField(_("改正原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("数字")
        verbose_name_plural = _("数字")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("filing", "name", "method"), name="figure_once_a_filing"),
            models.CheckConstraint(
                name="figure_says_where_it_comes_from",
                condition=Q(origin="typed", measured=None)
                | Q(origin="measured", measured=F("value"), reason="")
                | (Q(origin="corrected", measured__isnull=False) & ~Q(reason="") & ~Q(measured=F("value"))),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_name_display()} {self.value}"


class Annotation(models.Model):
    """批注: what a superior says to one figure or text of a filing."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="annotations")
    field = models.CharField(
        _("位置"), max_length=30, help_text="key of figures.KINDS, or words; empty: the whole"
    )
    text = models.CharField(_("意见"), max_length=300)

    class Meta:
        verbose_name = _("批注")
        verbose_name_plural = _("批注")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text


class Photo(models.Model):
    """照片: a picture of how it was, re-encoded on the way in, with whose it is and who can be recognized in it.

    One that came by mail says neither until the unit has said it; before that it is not for the public.
    """

    class Rights(models.TextChoices):
        OWN = "own", _("本单位拍摄")
        OTHERS = "others", _("别人拍摄，已同意使用")

    class People(models.TextChoices):
        NOBODY = "nobody", _("认不出是谁")
        ADULTS = "adults", _("能认出成年人，已告知并同意")
        CHILDREN = "children", _("能认出14岁以下的孩子")

    summary = models.ForeignKey(Summary, models.CASCADE, related_name="photos")
    file = models.ImageField(
        _("图片"), upload_to="summaries/%Y/%m/", width_field="width", height_field="height"
    )
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    caption = models.CharField(
        _("图片说明"), max_length=100, help_text="read aloud to people who do not see it"
    )
    rights = models.CharField(_("谁拍的"), max_length=8, choices=Rights)
    rights_note = models.CharField(
        _("拍摄人和授权"),
        max_length=120,
        blank=True,
        help_text="not public; needed where somebody else took it",
    )
    people = models.CharField(_("画面中的人"), max_length=10, choices=People)
    guardians_agreed = models.BooleanField(
        _("监护人已同意公开"), default=False, help_text="个人信息保护法 art. 28, 31: of children under 14"
    )
    likeness_key = models.CharField(max_length=16, help_text="see `likeness`")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=now)
    described_at = models.DateTimeField(
        default=now,
        help_text="UTC; when it was added or what is said of it last changed: accepted are those filed later",
    )
    withheld_at = models.DateTimeField(
        null=True, help_text="UTC; since then no longer public, whatever was accepted"
    )

    personal_fields = ("rights_note",)

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="photo_of_others_says_whose", condition=~Q(rights="others") | ~Q(rights_note="")
            ),
            models.CheckConstraint(
                name="guardians_agree_for_children",
                condition=Q(guardians_agreed=False) | Q(people="children"),
            ),
        )

    def __str__(self) -> str:
        return self.caption

    @property
    def is_described(self) -> bool:
        """Whether the unit has said whose it is, who is in it and what it shows."""
        return bool(self.rights and self.people and self.caption)

    @property
    def may_be_published(self) -> bool:
        """Whether it may be shown to all: once it is described, children only with their guardians' consent, and
        nothing that was withheld."""
        agreed = self.people != self.People.CHILDREN or self.guardians_agreed
        return self.is_described and agreed and self.withheld_at is None
