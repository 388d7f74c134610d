"""Who may not book online for a while, why and until when."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now
from kepuyue.editions.models import Edition

# So long what the office answered is shown to the person
ANSWERED = timedelta(days=30)


class BlockQuerySet(models.QuerySet["Block"]):
    """Blocks by whether they hold."""

    def standing(self) -> "BlockQuerySet":
        """Those that hold now."""
        return self.filter(lifted_at=None, until__gt=now())

    def of_interest(self, person: str) -> "BlockQuerySet":
        """To the person behind a number: those that hold, and what was decided of late."""
        answered = Q(decided_at__gt=now() - ANSWERED, appealed_at__isnull=False)
        return self.filter(Q(lifted_at=None, until__gt=now()) | answered, person=person)


class Block(models.Model):
    """预约限制: a phone number that may not book online in an edition until a moment.

    It is bounded (it ends by itself, and telephone and counter stay open) and appealable: whoever is behind the number
    may say why once, and the office decides. Rows stay; the number's digest is erased some time after the end
    (`retention`).
    """

    class Reason(models.TextChoices):
        """Why."""

        NO_SHOW = "no_show", _("预约后多次没有到场")
        ABUSE = "abuse", _("代抢、倒卖或冒用他人")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name=_("届次"))
    person = models.CharField(
        _("手机号摘要"), max_length=64, blank=True, help_text="keyed digest as in bookings; empty once erased"
    )
    reason = models.CharField(_("原因"), max_length=8, choices=Reason)
    note = models.CharField(_("说明"), max_length=200, blank=True, help_text="shown to the person")
    began_at = models.DateTimeField(_("开始"), default=now, help_text="UTC")
    until = models.DateTimeField(_("到"), help_text="UTC; it ends by itself")
    counted_to = models.DateTimeField(
        null=True, help_text="UTC; for no-shows the end of the latest one: those up to it are counted once"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", help_text="None: by the rule"
    )
    appeal = models.CharField(_("申诉"), max_length=500, blank=True, help_text="what the person says, once")
    appealed_at = models.DateTimeField(_("申诉时间"), null=True, help_text="UTC")
    decision = models.CharField(_("处理意见"), max_length=200, blank=True, help_text="shown to the person")
    decided_at = models.DateTimeField(_("处理时间"), null=True, help_text="UTC")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lifted_at = models.DateTimeField(
        _("解除时间"), null=True, help_text="UTC; None: not lifted before its end"
    )

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("预约限制")
        verbose_name_plural = _("预约限制")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("person", "until"), name="block_by_person"),
            # Asked in every batch of bookings: does any hold?
            models.Index(fields=("edition", "until"), condition=Q(lifted_at=None), name="block_that_holds"),
        )
        constraints = (
            models.CheckConstraint(name="block_ends", condition=Q(until__gt=F("began_at"))),
            models.CheckConstraint(
                name="lifted_block_is_decided", condition=Q(lifted_at=None) | Q(decided_at__isnull=False)
            ),
            models.UniqueConstraint(
                fields=("edition", "person", "counted_to"), name="no_show_is_counted_once",
                condition=Q(counted_to__isnull=False) & ~Q(person=""),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.pk}"

    @property
    def is_standing(self) -> bool:
        """Whether it holds now."""
        return self.lifted_at is None and self.until > now()

    @property
    def can_be_appealed(self) -> bool:
        """Whether the person may still say why."""
        return self.is_standing and self.appealed_at is None

    @property
    def waits(self) -> bool:
        """Whether an appeal waits for the office."""
        return self.is_standing and self.appealed_at is not None and self.decided_at is None
