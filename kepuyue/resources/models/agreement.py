"""What both sides propose to each other, and the days that are promised."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.resources.models.offer import Offer
from kepuyue.resources.models.request import Request


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


def local_moment(day: date, clock: Any, edition: Edition) -> datetime:
    """A day and hour as people of the edition's city mean it."""
    return datetime.combine(day, clock, edition.zone)
