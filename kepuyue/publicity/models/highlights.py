"""What the office puts before the public on each day."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity, Session
from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition


class Highlight(models.Model):
    """每日热点: an activity that the office puts before the public on one day (天天有热点, notice 三(四))."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="highlights", verbose_name=_("届"))
    day = models.DateField(_("日期"), help_text="in the edition's zone")
    position = models.PositiveSmallIntegerField(_("顺序"), help_text="within the day, from 1")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="highlights", verbose_name=_("活动"))
    session = models.ForeignKey(
        Session,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="highlights",
        verbose_name=_("场次"),
        help_text="one session of the day; None: whichever take place on it",
    )
    line = models.CharField(_("一句话推荐"), max_length=60, blank=True)
    line_en = models.CharField(_("英文一句话推荐"), max_length=120, blank=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    chosen_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now, help_text="of the row in any way; kept pages go by it")

    class Meta:
        verbose_name = _("每日热点")
        verbose_name_plural = _("每日热点")
        ordering = ("day", "position")
        constraints = (
            # Whoever looks at an empty day at the same moment as somebody else cannot fill the same place
            models.UniqueConstraint(fields=("edition", "day", "position"), name="one_highlight_per_place"),
            models.UniqueConstraint(fields=("edition", "day", "activity"), name="highlighted_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.activity}"

    @property
    def line_for_reader(self) -> str:
        """The line in the reader's language, Chinese where English is missing."""
        return self.line_en if self.line_en and wording.is_english() else self.line

    @property
    def line_language(self) -> str:
        """What language the line is in where it is not the page's."""
        return "zh-Hans" if wording.is_english() and self.line and not self.line_en else ""
