"""What a unit asks for."""

from datetime import date, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
from kepuyue.core.codes import new_code
from kepuyue.core.time import now
from kepuyue.editions.models import Edition, Term
from kepuyue.organizations.models import District, Organization
from kepuyue.resources.models.offer import Kind, Offer


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
