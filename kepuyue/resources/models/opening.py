"""How bases open to the public."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization


class Opening(models.Model):
    """开放安排: when and how a base opens to the public in the month (notice 三(四)1: free or discounted).

    `content` is what the unit is writing, `public` what its superior confirmed last and everybody sees:
    a change shows only after it is confirmed, and until then the old text stays.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("填写中")
        FILED = "filed", _("待确认")
        RETURNED = "returned", _("请修改")
        CONFIRMED = "confirmed", _("已公开")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="openings", verbose_name=_("届"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="openings", verbose_name=_("基地")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="grows with every change")
    content = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="see `timetable`")
    public = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="the confirmed content; empty: not public yet"
    )
    remark = models.CharField(_("退回意见"), max_length=300, blank=True)
    filed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    # Where two bases turn out to be one, the survivor's own opening stays
    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("开放安排")
        verbose_name_plural = _("开放安排")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("edition", "organization"), name="one_opening_per_base"),
            models.CheckConstraint(
                name="confirmed_has_its_moment",
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} · {self._meta.verbose_name}"
