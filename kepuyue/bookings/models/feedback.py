"""What visitors say after a session."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Session


class Feedback(models.Model):
    """满意度: one answer after a session, by nobody: no account, no number, no free text, no hour.

    `device` is a digest of a random mark in the browser and of the session, so that one device answers a session once
    and answers of one device at two sessions cannot be put together. Whoever clears the browser may answer again.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="feedback", verbose_name=_("场次"))
    device = models.CharField(max_length=32, help_text="keyed digest; leads to nobody")
    day = models.DateField(_("日期"), help_text="in the edition's zone")
    answers = models.JSONField(
        default=dict, help_text="{number of the question, from 1: 1 (worst) … 5 (best)}"
    )

    class Meta:
        verbose_name = _("满意度")
        verbose_name_plural = _("满意度")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("session", "device"), name="one_answer_per_device"),)

    def __str__(self) -> str:
        return f"{self.session}"
