"""What else an activity says: the units that take part, the speakers, the pictures."""

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models.activity import Activity
from kepuyue.core import wording
from kepuyue.organizations.models import Organization


class UnitRole(models.TextChoices):
    """单位角色: the five distinct parts a unit can have in an activity."""

    HOST = "host", _("主办")
    ORGANIZER = "organizer", _("承办")
    CO_ORGANIZER = "co_organizer", _("协办")
    ADVISER = "adviser", _("指导")
    SUPPORTER = "supporter", _("支持")


class Participation(models.Model):
    """参与单位: a unit's part in an activity, by its name as written and, where known, its record."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="participations")
    role = models.CharField(_("角色"), max_length=12, choices=UnitRole)
    name = models.CharField(_("单位名称"), max_length=120)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="participations"
    )
    position = models.PositiveSmallIntegerField(default=0)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("参与单位")
        verbose_name_plural = _("参与单位")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("activity", "role", "name"), name="unit_once_per_role"),
        )

    def __str__(self) -> str:
        return wording.labelled(self.get_role_display(), self.name)


class Speaker(models.Model):
    """主讲人"""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="speakers")
    name = models.CharField(_("姓名"), max_length=60)
    introduction = models.CharField(_("单位和职务"), max_length=120, blank=True)
    is_overseas = models.BooleanField(_("境外（含港澳台）"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    personal_fields = ("name", "introduction")

    class Meta:
        verbose_name = _("主讲人")
        verbose_name_plural = _("主讲人")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class PictureQuerySet(models.QuerySet["Picture"]):
    def shown(self) -> Self:
        """Those that belong to the text that stands, without what waits for review."""
        return self.filter(is_shown=True)


class Picture(models.Model):
    """图片: re-encoded on the way in, without camera data or position."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="pictures")
    file = models.ImageField(upload_to="pictures/%Y/%m/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    alt = models.CharField(_("图片说明"), max_length=120, help_text="read aloud to people who do not see it")
    credit = models.CharField(_("来源"), max_length=80, blank=True)
    rights_confirmed = models.BooleanField(_("已获授权"), default=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_shown = models.BooleanField(
        default=True, help_text="no: added to a published activity and not approved yet, or taken out of it"
    )

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("图片")
        verbose_name_plural = _("图片")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.alt

    def get_absolute_url(self) -> str:
        """Where it is shown, to whoever may see its activity. The folder of uploads itself is never served."""
        return reverse("activities:picture", args=[self.pk])
