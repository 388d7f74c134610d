"""What the press is given: stories, and pictures that it may use."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity, Picture
from kepuyue.core import wording
from kepuyue.core.codes import new_code
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization


class PressPictureQuerySet(models.QuerySet["PressPicture"]):
    def usable(self) -> Self:
        """Those that media may take now: the clearance stands, and the activity still shows the picture."""
        return self.filter(
            ended_at=None, picture__is_shown=True, picture__activity__in=Activity.objects.published()
        )


class PressPicture(models.Model):
    """媒体用图: a picture of an activity that media may use, and who cleared it on which ground.

    Two things are asked before: whose the picture is (著作权法第10、24条), and who can be recognized in it
    (肖像权: 民法典第1018–1020条; for children under 14 their guardians decide: 个人信息保护法第31条).
    """

    class Ground(models.TextChoices):
        OWN = "own", _("本单位拍摄，权利属于本单位")
        GRANTED = "granted", _("作者或权利人已书面许可")
        OPEN = "open", _("按公开许可协议发布（如 CC BY）")

    class People(models.TextChoices):
        NOBODY = "nobody", _("看不清具体的人")
        CONSENT = "consent", _("能认出的人都已同意")
        GUARDIANS = "guardians", _("有未成年人，监护人已书面同意")

    picture = models.OneToOneField(Picture, models.CASCADE, related_name="press", verbose_name=_("图片"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="press_pictures", verbose_name=_("届"))
    credit = models.CharField(_("署名"), max_length=80)
    ground = models.CharField(_("权利依据"), max_length=10, choices=Ground)
    evidence = models.CharField(
        _("凭证"),
        max_length=200,
        blank=True,
        help_text="where the grant or consent can be found; never public",
    )
    people = models.CharField(_("画面中的人"), max_length=10, choices=People)
    terms = models.CharField(_("使用要求"), max_length=200, blank=True)
    terms_en = models.CharField(_("使用要求（英文）"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    cleared_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, help_text="from when it may be used no longer")
    end_reason = models.CharField(_("停止原因"), max_length=200, blank=True)

    personal_fields = ("credit", "evidence")

    objects = PressPictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("媒体用图")
        verbose_name_plural = _("媒体用图")
        ordering = ("-cleared_at", "-pk")

    def __str__(self) -> str:
        return self.picture.alt

    @property
    def terms_for_reader(self) -> str:
        return self.terms_en if self.terms_en and wording.is_english() else self.terms


class StoryQuerySet(models.QuerySet["Story"]):
    def shown(self) -> Self:
        """Those that everybody may read by now, the newest first."""
        return self.filter(state=Story.State.RELEASED, appears_at__lte=now()).order_by("-appears_at", "-pk")


class Story(models.Model):
    """新闻稿: what the office, a district or a department tells the press, in its own name."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        RELEASED = "released", _("已发布")
        WITHDRAWN = "withdrawn", _("已撤下")

    code = models.CharField(_("编号"), max_length=12, unique=True, default=new_code)
    token = models.UUIDField(default=uuid4, unique=True, help_text="of the form: sent twice it is one story")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="stories", verbose_name=_("届"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="stories", verbose_name=_("发布单位")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    title = models.CharField(_("标题"), max_length=80)
    title_en = models.CharField(_("标题（英文）"), max_length=160, blank=True)
    summary = models.CharField(_("导语"), max_length=200)
    summary_en = models.CharField(_("导语（英文）"), max_length=400, blank=True)
    body = models.TextField(_("正文"), help_text="Markdown")
    body_en = models.TextField(_("正文（英文）"), blank=True, help_text="Markdown")
    picture = models.ForeignKey(
        PressPicture, models.SET_NULL, null=True, blank=True, related_name="stories", verbose_name=_("主图")
    )
    activities = models.ManyToManyField(
        Activity, blank=True, related_name="stories", verbose_name=_("相关活动")
    )
    is_demonstration = models.BooleanField(_("演示数据"), default=False)
    appears_at = models.DateTimeField(
        _("发布时间"), null=True, help_text="from when everybody reads it, once released"
    )
    end_reason = models.CharField(_("撤下原因"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    on_merge = {"organization": "move"}

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("新闻稿")
        verbose_name_plural = _("新闻稿")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("edition", "state", "appears_at"), name="story_shown"),)
        constraints = (
            models.CheckConstraint(
                name="released_story_has_its_moment",
                condition=~Q(state="released") | Q(appears_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_shown(self) -> bool:
        """Whether everybody can read it now."""
        return self.state == self.State.RELEASED and self.appears_at is not None and self.appears_at <= now()

    @property
    def is_scheduled(self) -> bool:
        """Released for a moment that is still to come."""
        return self.state == self.State.RELEASED and not self.is_shown
