"""How often an item was opened."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.cloud.models.item import CloudItem


class Opening(models.Model):
    """点开: how often an item was opened from its page here on one day, by the player or the link out of the house.

    A number and nothing else: no person, network or browser stands in it. What the platform counts is another number.
    """

    item = models.ForeignKey(CloudItem, models.CASCADE, related_name="openings", verbose_name=_("节目"))
    day = models.DateField(_("日期"), help_text="in the edition's zone")
    count = models.PositiveIntegerField(_("次数"), default=0)

    class Meta:
        verbose_name = _("点开")
        verbose_name_plural = _("点开")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("item", "day"), name="openings_of_an_item_and_day"),)

    def __str__(self) -> str:
        return f"{self.item} {self.day}"
