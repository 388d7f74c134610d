"""Who came: what the phones at the doors of a session have scanned and counted."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Session
from kepuyue.bookings.models.booking import Booking
from kepuyue.core.time import now


class Result(models.TextChoices):
    FIRST = "first", _("已签到")
    AGAIN = "again", _("重复扫码")
    CONFLICT = "conflict", _("两处都放行")
    WALK_IN = "walk_in", _("现场入场")


class CheckIn(models.Model):
    """签到: one scan of a ticket at a door, or people without a booking who were counted in.

    Of the scans of a booking that were not taken back one is the first; the constraint keeps it one. Rows are never
    deleted: a wrong one is taken back with a reason.
    """

    Result = Result

    session = models.ForeignKey(Session, models.PROTECT, related_name="check_ins", verbose_name=_("场次"))
    booking = models.ForeignKey(
        Booking,
        models.PROTECT,
        null=True,
        related_name="check_ins",
        verbose_name=_("预约"),
        help_text="None: people without a booking",
    )
    device = models.CharField(
        _("设备"), max_length=36, help_text="random, made by the phone; names no person"
    )
    key = models.CharField(
        max_length=36, help_text="made by the phone for each scan; the same again changes nothing"
    )
    door = models.CharField(_("入口"), max_length=40, blank=True, help_text="as the staff call it")
    seats = models.PositiveSmallIntegerField(_("到场人数"), help_text="people who came in")
    beyond = models.PositiveSmallIntegerField(
        _("超出名额"), default=0,
        help_text="of these, people without a booking whom a phone without a network let in where no seats were left",
    )  # fmt: skip
    result = models.CharField(_("结果"), max_length=8, choices=Result)
    scanned_at = models.DateTimeField(
        _("扫码时间"), help_text="UTC by the phone's clock, never later than received"
    )
    received_at = models.DateTimeField(
        _("收到时间"), default=now, help_text="UTC; later than scanned where the network was away"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("签到员")
    )
    undone_at = models.DateTimeField(_("撤销时间"), null=True, help_text="UTC; None: it stands")

    class Meta:
        verbose_name = _("签到")
        verbose_name_plural = _("签到")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("session", "device", "key"), name="one_check_in_per_key"),
            models.UniqueConstraint(
                fields=("booking",), condition=Q(result="first", undone_at=None), name="one_first_scan"
            ),
            models.CheckConstraint(name="somebody_came_in", condition=Q(seats__gte=1)),
            models.CheckConstraint(
                name="beyond_seats_are_walk_ins",
                condition=Q(beyond=0) | Q(result="walk_in", beyond__lte=F("seats")),
            ),
            models.CheckConstraint(
                name="walk_in_has_no_booking",
                condition=Q(result="walk_in", booking=None)
                | (~Q(result="walk_in") & Q(booking__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.booking or self.get_result_display()}"
