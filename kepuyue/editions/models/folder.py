"""What comes from an edition's folder and is not edited on screen."""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kepuyue.editions.models.edition import Edition


class CityMap(models.Model):
    """城市地图: the districts' outlines, kept apart from the edition because they are long and rarely read."""

    edition = models.OneToOneField(Edition, models.CASCADE, related_name="city_map")
    outlines: Any = models.JSONField(default=dict, help_text="GeoJSON, WGS-84: for drawing (land only)")
    boundaries: Any = models.JSONField(
        default=dict, help_text="GeoJSON, WGS-84: for finding a point's district"
    )
    source = models.CharField(_("来源"), max_length=300, blank=True)
    source_en = models.CharField(_("英文来源"), max_length=300, blank=True)
    approval_number = models.CharField(_("审图号"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("城市地图")
        verbose_name_plural = _("城市地图")

    def __str__(self) -> str:
        return f"{self.edition} · {self._meta.verbose_name}"

    @property
    def source_for_reader(self) -> str:
        """Where the outlines come from, in the reader's language."""
        return self.source_en if self.source_en and (get_language() or "").startswith("en") else self.source


class LoadedFolder(models.Model):
    """载入记录: what the edition's folder said when it was last loaded.

    The next loading writes only what changed in the folder since, so that it never undoes what people
    changed on screen meanwhile.
    """

    edition = models.OneToOneField(Edition, models.CASCADE, related_name="loaded_folder")
    values: Any = models.JSONField(default=dict, help_text="{kind: {code: {field: value}}}")

    class Meta:
        verbose_name = _("载入记录")
        verbose_name_plural = _("载入记录")

    def __str__(self) -> str:
        return f"{self.edition} · {self._meta.verbose_name}"
