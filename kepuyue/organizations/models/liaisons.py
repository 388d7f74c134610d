from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now
from kepuyue.organizations.models.units import Organization


class Liaison(models.Model):
    """联络员: who answers for a member unit of the joint conference.

    Each member names a leader in charge (分管领导), a lead office (牵头处室) and a liaison (联络员): rules of the
    city's joint conference on science popularisation (深圳市科普工作联席会议制度). Office numbers only.
    """

    organization = models.OneToOneField(
        Organization, models.CASCADE, related_name="liaison", verbose_name=_("单位")
    )
    leader_name = models.CharField(_("分管领导"), max_length=60, blank=True)
    leader_post = models.CharField(_("分管领导职务"), max_length=60, blank=True)
    lead_office = models.CharField(_("牵头处室"), max_length=80, blank=True)
    name = models.CharField(_("联络员"), max_length=60)
    post = models.CharField(_("联络员职务"), max_length=60, blank=True)
    phone = models.CharField(_("办公电话"), max_length=40)
    email = models.EmailField(_("工作邮箱"), blank=True)
    version = models.PositiveIntegerField(default=1, help_text="guards against overwriting")
    updated_at = models.DateTimeField(default=now)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    personal_fields = ("leader_name", "leader_post", "name", "post", "phone", "email")
    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("联络员")
        verbose_name_plural = _("联络员")
        ordering = ("organization__path",)

    def __str__(self) -> str:
        return self.name
