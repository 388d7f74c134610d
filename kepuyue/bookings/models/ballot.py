"""The draw of a session whose seats are given out by lot."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.bookings.models.terms import BookingTerms
from kepuyue.core import ciphers


class Ballot(models.Model):
    """抽签: the seed that nobody may know before the draw, what was published of it, and the draw once it was held.

    The seed is chosen when the terms are made, and its digest (`commitment`) is public from then on, so that nobody can
    choose another one later. `record` is the draw as `drawing.Draw` writes it: all that anyone needs to do it again.
    """

    terms = models.OneToOneField(BookingTerms, models.CASCADE, related_name="ballot")
    seed = models.TextField(
        help_text="64 hexadecimal places, encrypted; in `record` in the clear after the draw"
    )
    commitment = models.CharField(_("承诺"), max_length=64, help_text="SHA-256 of the seed; public at once")
    public_source = models.CharField(
        _("公开数值"),
        max_length=120,
        blank=True,
        help_text="which value, that nobody knows before entries close, is mixed in; empty: the list of entries alone",
    )
    public_value = models.CharField(max_length=120, blank=True)
    drawn_at = models.DateTimeField(_("抽签时间"), null=True, help_text="UTC; when it was held")
    told_at = models.DateTimeField(null=True, help_text="UTC; when everybody who entered had been told")
    record = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("抽签")
        verbose_name_plural = _("抽签")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="drawn_ballot_has_a_record", condition=Q(drawn_at__isnull=True) | ~Q(record={})
            ),
        )

    def __str__(self) -> str:
        return f"{self.terms}"

    @property
    def plain_seed(self) -> str:
        """The seed; for the draw alone."""
        return ciphers.decrypted(self.seed)
