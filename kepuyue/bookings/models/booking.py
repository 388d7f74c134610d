"""One person's seats at one session."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Session
from kepuyue.bookings import phones
from kepuyue.bookings.models.terms import Channel
from kepuyue.core import ciphers
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization

CODE_LENGTH = 8


class State(models.TextChoices):
    CONFIRMED = "confirmed", _("预约成功")
    WAITLISTED = "waitlisted", _("候补中")
    ENTERED = "entered", _("已报名，等待抽签")
    OFFERED = "offered", _("候补到了，等待确认")
    CANCELLED = "cancelled", _("已取消")
    EXPIRED = "expired", _("逾期未确认")
    NOT_DRAWN = "not_drawn", _("未中签")


HOLDING = (State.CONFIRMED, State.OFFERED)
# Neither holds seats yet: they wait for some to come free, or for the draw
WAITING = (State.WAITLISTED, State.ENTERED)
ACTIVE = (*HOLDING, *WAITING)


class Booking(models.Model):
    """预约: seats that somebody holds at a session, or waits for.

    Name and phone are encrypted; `person` finds the number again without telling it. `nth` numbers the sessions of
    one day that the person holds or waits for: together with the constraint it is the wall behind the cap per day.
    """

    State = State

    session = models.ForeignKey(Session, models.PROTECT, related_name="bookings", verbose_name=_("场次"))
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel, default=Channel.ONLINE)
    code = models.CharField(
        _("预约号"), max_length=CODE_LENGTH, unique=True, help_text="read aloud at the door"
    )
    state = models.CharField(_("状态"), max_length=10, choices=State)
    seats = models.PositiveSmallIntegerField(_("人数"), default=1)
    position = models.PositiveIntegerField(
        _("候补号"),
        null=True,
        help_text="number on the waiting list of the session, or in its ballot; kept when they leave it",
    )
    person = models.CharField(max_length=32, help_text="keyed digest of the phone number")
    key = models.CharField(max_length=32, help_text="digest of the Idempotency-Key that it was asked with")
    asked = models.CharField(max_length=32, help_text="digest of what was asked with that key")
    name = models.TextField(_("姓名"), blank=True, help_text="encrypted; empty once erased")
    phone = models.TextField(_("手机号"), blank=True, help_text="encrypted; empty once erased")
    consent = models.CharField(
        _("同意的说明版本"),
        max_length=20,
        blank=True,
        help_text="version of the text on personal data that was agreed to; empty: booked where none is shown",
    )
    children = models.PositiveSmallIntegerField(
        _("14岁以下"), default=0, help_text="seats for children who come along; who books is their guardian"
    )
    school = models.CharField(_("学校"), max_length=80, blank=True, help_text="of a class; empty: none")
    adults = models.PositiveSmallIntegerField(
        _("带队人数"), default=0, help_text="of a class: seats for those who look after it"
    )
    roster = models.TextField(_("名单"), blank=True, help_text="of a class, written later; encrypted")
    day = models.DateField(_("日期"), help_text="the session's first day in the edition's zone")
    nth = models.PositiveSmallIntegerField(
        null=True, help_text="1 … the cap per day; None: no longer counted"
    )
    arrived_at = models.DateTimeField(_("到达时间"), help_text="UTC; when the request came to the queue")
    created_at = models.DateTimeField(_("预约时间"), default=now, help_text="UTC")
    offer_ends_at = models.DateTimeField(
        _("确认期限"), null=True, help_text="UTC; a seat that came free is kept until then"
    )
    ended_at = models.DateTimeField(_("结束时间"), null=True, help_text="UTC; cancelled or expired")
    end_reason = models.CharField(_("原因"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("代办人"),
        help_text="who booked for them; None: they did so themselves",
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+", verbose_name=_("代办单位")
    )

    personal_fields = ("name", "phone", "person", "end_reason", "roster")
    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("预约")
        verbose_name_plural = _("预约")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("session", "person"), condition=Q(state__in=ACTIVE), name="one_booking_per_person"
            ),
            models.UniqueConstraint(fields=("session", "key"), name="one_answer_per_key"),
            models.UniqueConstraint(
                fields=("person", "day", "nth"), condition=Q(nth__isnull=False), name="cap_per_person_and_day"
            ),
            models.UniqueConstraint(
                fields=("session", "position"),
                condition=Q(position__isnull=False),
                name="position_given_once",
            ),
            models.CheckConstraint(name="booking_has_a_seat", condition=Q(seats__gte=1)),
            models.CheckConstraint(
                name="waiting_has_a_position", condition=~Q(state__in=WAITING) | Q(position__isnull=False)
            ),
            models.CheckConstraint(
                name="offer_has_an_end", condition=~Q(state="offered") | Q(offer_ends_at__isnull=False)
            ),
            models.CheckConstraint(
                name="active_is_counted",
                condition=Q(state__in=ACTIVE, nth__isnull=False)
                | (~Q(state__in=ACTIVE) & Q(nth__isnull=True)),
            ),
        )
        indexes = (
            models.Index(fields=("offer_ends_at",), condition=Q(state="offered"), name="offers_that_end"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def is_active(self) -> bool:
        """Whether it holds seats or waits for some."""
        return self.state in ACTIVE

    @property
    def is_class(self) -> bool:
        """Whether a class comes."""
        return bool(self.school)

    @property
    def masked_name(self) -> str:
        """The name as a page shows it: its first character."""
        name = self.plain_name
        return f"{name[0]}{'＊' * min(len(name) - 1, 2)}" if name else ""

    @property
    def masked_phone(self) -> str:
        """The number as a page shows it."""
        return phones.masked(self.plain_phone)

    @property
    def plain_roster(self) -> str:
        """Who is in the class, a name a line; "" where nobody wrote it."""
        return ciphers.decrypted(self.roster) if self.roster else ""

    @property
    def plain_name(self) -> str:
        """The name as it was given; "" once it was erased."""
        return ciphers.decrypted(self.name) if self.name else ""

    @property
    def plain_phone(self) -> str:
        """The number as it was given; "" once it was erased."""
        return ciphers.decrypted(self.phone) if self.phone else ""
