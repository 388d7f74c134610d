"""The public notice of a list, and what is said against it."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.core import ciphers
from kepuyue.core.time import now, today
from kepuyue.evaluation.models.rounds import Candidate, Round


class Notice(models.Model):
    """公示: the list before it is settled, for a number of working days by the holiday calendar."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="notices")
    starts_on = models.DateField(_("公示开始"))
    ends_on = models.DateField(_("公示截止"), help_text="the last day, included, in the edition's zone")
    days = models.PositiveSmallIntegerField(_("工作日"))
    contact = models.CharField(
        _("受理方式"), max_length=200, help_text="an office's address and number, public"
    )
    closed_at = models.DateTimeField(
        null=True, help_text="None: it runs, or what was said is being looked into"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("公示")
        verbose_name_plural = _("公示")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("round",), condition=models.Q(closed_at=None), name="one_notice_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.round} {self.starts_on}"

    def runs_on(self, day: date) -> bool:
        """Whether objections are taken on that day."""
        return self.closed_at is None and self.starts_on <= day <= self.ends_on

    @property
    def is_running(self) -> bool:
        return self.runs_on(today())


class Objection(models.Model):
    """异议: under the real name, in writing, with its grounds (practice of 2019, 2021, 2023: domain notes (d)).

    Name and contact are encrypted, seen only by who looks into it, and erased when the edition's time for them is over.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待核查")
        UPHELD = "upheld", _("异议成立")
        DISMISSED = "dismissed", _("异议不成立")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="objections")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="objections")
    state = models.CharField(_("处理"), max_length=10, choices=State, default=State.OPEN)
    name = models.TextField(_("姓名或单位名称"), help_text="encrypted; empty once erased")
    contact = models.TextField(_("联系方式"), help_text="encrypted; empty once erased")
    text = models.TextField(_("异议内容和依据"), max_length=3000)
    received_at = models.DateTimeField(default=now)
    finding = models.CharField(_("核查结果"), max_length=600, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    personal_fields = ("name", "contact", "text")

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="objection_decided_with_a_finding",
                condition=models.Q(state="open", decided_at=None)
                | (~models.Q(state="open") & models.Q(decided_at__isnull=False) & ~models.Q(finding="")),
            ),
        )

    def __str__(self) -> str:
        return str(self.candidate)

    @property
    def who(self) -> str:
        """The name in the clear; empty once erased."""
        return ciphers.decrypted(self.name) if self.name else ""

    @property
    def reached_by(self) -> str:
        """How to answer, in the clear; empty once erased."""
        return ciphers.decrypted(self.contact) if self.contact else ""
