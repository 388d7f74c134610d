"""What the room keeps: figures that were published, and what people typed into the annual statistics."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.insight.indicators import is_of_activities
from kepuyue.organizations.models import Organization


class Release(models.Model):
    """数字发布: figures of the board as they were made public at one moment. Never changed; a mistake is put right by a
    release of its own that says why.
    """

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="releases", verbose_name=_("届"))
    token = models.UUIDField(
        default=uuid4, unique=True, help_text="of the form: sent twice it is one release"
    )
    title = models.CharField(_("标题"), max_length=80)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    choice = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="what was counted, as board.Choice: {name: code or ISO day}",
    )
    limits = models.JSONField(
        default=dict, help_text="the same in words, {language: text}; empty: the whole edition"
    )
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="correction", verbose_name=_("更正")
    )
    reason = models.CharField(_("更正原因"), max_length=300, blank=True)
    at = models.DateTimeField(_("发布时间"), default=now, help_text="UTC; the moment that the figures are of")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("数字发布")
        verbose_name_plural = _("数字发布")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="correction_says_why",
                condition=Q(corrects=None, reason="") | (Q(corrects__isnull=False) & ~Q(reason="")),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def limits_for_reader(self) -> str:
        """What was counted, in the reader's language; empty: everything."""
        return str(self.limits.get("en" if wording.is_english() else "zh", ""))

    @property
    def repeats_activities(self) -> bool:
        """Whether some figure counts an activity in full in each of its districts."""
        return any(
            (self.choice.get("district") or any(split["split"] == "district" for split in figure.splits))
            and is_of_activities(figure.code)
            for figure in self.figures.all()
        )

    @property
    def tables(self) -> list[dict[str, Any]]:
        """One table for each split in the reader's language, figures across: {name, heads, rows: [(name, cells)]}."""
        found: dict[str, dict[str, Any]] = {}
        figures = list(self.figures.all())
        for figure in figures:
            for split in figure.splits:
                table = found.setdefault(split["split"], {"name": _word(split), "heads": [], "rows": {}})
                for row in split["rows"]:
                    cells = table["rows"].setdefault(row["key"], (_word(row), ["—"] * len(table["heads"])))[1]
                    cells.append(row["shown"])
                table["heads"].append(figure.said["name"])
                for _name, cells in table["rows"].values():
                    cells.extend(["—"] * (len(table["heads"]) - len(cells)))
        return [table | {"rows": list(table["rows"].values())} for table in found.values()]


def _word(row: Mapping[str, Any]) -> str:
    """The name of a split or of a row in the reader's language; Chinese where English is missing."""
    return str((wording.is_english() and row.get("name_en")) or row["name"])


class ReleasedFigure(models.Model):
    """已发布数字: one indicator of a release, its words and splits as they were, in both languages."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="figures")
    code = models.CharField(max_length=20, help_text="of indicators.INDICATORS when it was published")
    position = models.PositiveSmallIntegerField(default=0)
    value = models.JSONField(null=True, help_text="a number in its unit; null: nothing to take an average of")
    words = models.JSONField(help_text="{language: {name, unit, definition, shown}}")
    splits = models.JSONField(
        default=list, help_text="[{split, name, name_en, rows: [{key, name, name_en, value, shown}]}]"
    )

    class Meta:
        verbose_name = _("已发布数字")
        verbose_name_plural = _("已发布数字")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("release", "code"), name="figure_once_a_release"),)

    def __str__(self) -> str:
        return f"{self.release} {self.code}"

    @property
    def said(self) -> dict[str, str]:
        """Name, unit, definition and number in the reader's language."""
        return dict(self.words["en" if wording.is_english() else "zh"])


class StatisticsReturn(models.Model):
    """统计年报: what one unit typed into the items on activities of the annual national statistics."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="statistics_returns")
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="statistics_returns", verbose_name=_("单位")
    )
    typed = models.JSONField(default=dict, help_text="{code of national.ITEMS: integer}; missing: no value")
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    updated_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("统计年报")
        verbose_name_plural = _("统计年报")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("edition", "organization"), name="one_statistics_return_a_unit"),
        )

    def __str__(self) -> str:
        return f"{self.organization} · {self.edition}"
