"""How seats of a session are given out."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Session


class Channel(models.TextChoices):
    """预约渠道: each has seats of its own, so that the quick do not take those of the old."""

    ONLINE = "online", _("网上预约")
    HELPER = "helper", _("代办和电话预约")
    WALK_IN = "walk_in", _("现场")


class BookingTerms(models.Model):
    """预约规则: when a session's seats can be booked, by how many, and what happens when they are gone.

    The row is also the lock under which its seats are counted: whoever changes a quota or a booking of the session
    holds it (`admission.ledger`). A session that is taken out of a draft takes its terms along; bookings keep it.
    """

    session = models.OneToOneField(
        Session, models.CASCADE, related_name="booking_terms", verbose_name=_("场次")
    )
    opens_at = models.DateTimeField(_("开约时间"), help_text="UTC; to the second")
    closes_at = models.DateTimeField(
        _("停约时间"), null=True, blank=True, help_text="UTC; None: when the session begins"
    )
    most_seats = models.PositiveSmallIntegerField(
        _("每单最多人数"), default=3, help_text="seats of one booking"
    )
    group_most = models.PositiveSmallIntegerField(
        _("班级最多人数"), default=0, help_text="seats of one class with its teachers; 0: classes cannot book"
    )
    per_day = models.PositiveSmallIntegerField(
        _("每人每天最多场次"), default=2, help_text="sessions of one day that one phone number may book"
    )
    waitlist_most = models.PositiveIntegerField(
        _("候补名额"), default=0, help_text="parties that may wait; 0: no waiting list"
    )
    accept_minutes = models.PositiveIntegerField(
        _("候补确认时限"),
        default=720,
        help_text="minutes to take a seat that came free; 0: it is theirs at once",
    )
    last_position = models.PositiveIntegerField(
        default=0, help_text="the last number given on the waiting list; numbers are never used twice"
    )
    draws_at = models.DateTimeField(
        _("抽签时间"),
        null=True,
        blank=True,
        help_text="UTC; not before booking closes. None: first come, first served",
    )
    is_paused = models.BooleanField(_("暂停预约"), default=False)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change of the rules")

    class Meta:
        verbose_name = _("预约规则")
        verbose_name_plural = _("预约规则")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="terms_close_after_they_open",
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
            ),
            models.CheckConstraint(
                name="draw_after_entries_close",
                condition=Q(draws_at__isnull=True)
                | (Q(closes_at__isnull=False) & Q(draws_at__gte=F("closes_at"))),
            ),
            models.CheckConstraint(
                name="terms_let_somebody_in", condition=Q(most_seats__gte=1) & Q(per_day__gte=1)
            ),
        )

    def __str__(self) -> str:
        return f"{self.session}"

    @property
    def is_ballot(self) -> bool:
        """Whether seats are drawn by lot."""
        return self.draws_at is not None

    @property
    def closing(self) -> datetime:
        """When booking ends."""
        return self.closes_at or self.session.starts_at


class Quota(models.Model):
    """名额: the seats of a session that one channel gives out, and how many of them are taken.

    `taken` counts the seats of the bookings that hold some; the constraint is the last wall against giving out more.
    """

    terms = models.ForeignKey(BookingTerms, models.CASCADE, related_name="quotas")
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel)
    capacity = models.PositiveIntegerField(_("名额"))
    taken = models.PositiveIntegerField(_("已约"), default=0)
    waiting = models.PositiveIntegerField(_("候补"), default=0, help_text="parties on the waiting list")

    class Meta:
        verbose_name = _("名额")
        verbose_name_plural = _("名额")
        ordering = ("terms", "channel")
        constraints = (
            models.UniqueConstraint(fields=("terms", "channel"), name="one_quota_per_channel"),
            models.CheckConstraint(name="never_more_than_there_are", condition=Q(taken__lte=F("capacity"))),
        )

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.taken}/{self.capacity}"

    @property
    def free(self) -> int:
        """Seats that nobody holds."""
        return self.capacity - self.taken
