from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.core import wording
from kepuyue.core.codes import credit_code_fault, new_code
from kepuyue.core.time import now
from kepuyue.organizations import naming


class District(models.Model):
    """区: a district of the city, statutory or functional (新区、合作区)."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=40, unique=True)
    name_en = models.CharField(_("英文名称"), max_length=80)
    adcode = models.CharField(
        _("行政区划代码"), max_length=6, blank=True, help_text="GB/T 2260; functional districts have none"
    )
    lng = models.FloatField(_("经度"), null=True, help_text="label point, WGS-84 degrees; unknown: None")
    lat = models.FloatField(_("纬度"), null=True)
    tile_column = models.PositiveSmallIntegerField(help_text="place in the tile grid, from 0 at the left")
    tile_row = models.PositiveSmallIntegerField(help_text="place in the tile grid, from 0 at the top")
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("区")
        verbose_name_plural = _("各区")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name_for_reader

    @property
    def name_for_reader(self) -> str:
        """The name in the reader's language, Chinese where English is missing."""
        return self.name_en if self.name_en and wording.is_english() else self.name


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def active(self) -> Self:
        """Units whose superior has confirmed them."""
        return self.filter(state=Organization.State.ACTIVE)

    def standing(self) -> Self:
        """All but those that were merged into another: what a list of units shows."""
        rows = self.exclude(level=Organization.Level.ELSEWHERE)
        return rows.exclude(state=Organization.State.MERGED)

    def in_branch(self, top: "Organization") -> Self:
        """The unit itself and all below it."""
        return self.filter(path__startswith=top.path)


class Organization(models.Model):
    """单位: the office, a district, a department, or any unit that holds activities; a node of the tree."""

    class Level(models.TextChoices):
        OFFICE = "office", _("市级统筹单位")
        DISTRICT = "district", _("区级科协")
        DEPARTMENT = "department", _("成员单位")
        UNIT = "unit", _("活动单位")
        ELSEWHERE = "elsewhere", _("其他城市")

    class Type(models.TextChoices):
        ASSOCIATION = "association", _("科协")
        GOVERNMENT = "government", _("党政机关和群团")
        BASE = "base", _("科普基地")
        SOCIETY = "society", _("学会协会")
        ENTERPRISE = "enterprise", _("企业")
        SCHOOL = "school", _("学校")
        RESEARCH = "research", _("高校和科研机构")
        HOSPITAL = "hospital", _("医疗机构")
        GRASSROOTS = "grassroots", _("基层组织")
        MEDIA = "media", _("媒体")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        PENDING = "pending", _("待确认")
        ACTIVE = "active", _("正常")
        REFUSED = "refused", _("未通过")
        CLOSED = "closed", _("已停用")
        MERGED = "merged", _("已合并")

    class NoCode(models.TextChoices):
        """Why a unit has no unified social credit code. GB 32100-2015 gives one to legal persons and other
        organizations that are registered, not to their parts."""

        WORKSTATION = "workstation", _("社区工作站、党群服务中心等")
        INTERNAL = "internal", _("单位的内设机构")
        FOUNDING = "founding", _("正在筹建")
        OVERSEAS = "overseas", _("境外（含港澳台）机构")
        OTHER = "other", _("其他（请写明）")

    code = models.CharField(_("代码"), max_length=40, unique=True, default=new_code)
    name = models.CharField(_("单位名称"), max_length=120, unique=True, help_text="full name, as on the seal")
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    level = models.CharField(_("层级"), max_length=12, choices=Level, default=Level.UNIT)
    type = models.CharField(_("类型"), max_length=12, choices=Type, default=Type.OTHER)
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organizations",
        verbose_name=_("所属区"),
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位")
    )
    path = models.CharField(max_length=255, unique=True, editable=False, help_text="/ids from the top down/")
    credit_code = models.CharField(
        _("统一社会信用代码"), max_length=18, blank=True, help_text="GB 32100-2015, 18 places"
    )
    no_code_reason = models.CharField(_("没有信用代码的原因"), max_length=12, choices=NoCode, blank=True)
    no_code_note = models.CharField(_("原因说明"), max_length=120, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    lng = models.FloatField(_("经度"), null=True, blank=True, help_text="WGS-84 degrees")
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    category = models.CharField(_("类别"), max_length=60, blank=True, help_text="category of a science base")
    designations = models.JSONField(_("称号"), default=list, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.ACTIVE)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_units", verbose_name=_("已并入"),
        help_text="the unit that stands for this one now; its own code and name lead there",
    )  # fmt: skip
    version = models.PositiveIntegerField(
        default=1, help_text="grows with every change of its facts; guards against overwriting"
    )
    created_at = models.DateTimeField(default=now)
    asked_at = models.DateTimeField(
        default=now, help_text="UTC; since when it waits for its superior's confirmation"
    )
    name_key = models.CharField(
        max_length=120, editable=False, default="", db_index=True, help_text="see naming.key"
    )
    initials = models.CharField(
        max_length=120, editable=False, default="", help_text="pinyin initials of the name"
    )

    on_merge = {"parent": "path", "merged_into": "move"}

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ("path",)
        constraints = (
            models.CheckConstraint(
                name="only_the_office_has_no_superior",
                condition=models.Q(parent__isnull=False) | models.Q(level__in=("elsewhere", "office")),
            ),
            models.UniqueConstraint(
                fields=("credit_code",), condition=~models.Q(credit_code=""), name="credit_code_once"
            ),
            models.CheckConstraint(
                name="merged_means_into_another",
                condition=models.Q(state="merged", merged_into__isnull=False)
                | (~models.Q(state="merged") & models.Q(merged_into__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        # Before the constraints are looked at: the same code in small letters is the same code
        self.credit_code = self.credit_code.upper()
        if self.credit_code and (fault := credit_code_fault(self.credit_code)):
            raise ValidationError({"credit_code": fault})
        if self.credit_code and Organization.objects.filter(credit_code=self.credit_code).exclude(pk=self.pk):
            raise ValidationError(
                {"credit_code": _("这个信用代码已经登记过。请联系本单位负责人把您加进来，或请上级科协核对。")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps `path` true (a new unit gets its own once it has a number) and the keys of its name."""
        self.credit_code = self.credit_code.upper()
        self.name_key = naming.key(self.name)[:120]
        self.initials = naming.initials(self.name)[:120]
        if (fields := kwargs.get("update_fields")) is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "name_key", "initials"}
        if self.pk is None:
            self.path = f"new/{new_code(12)}"
            super().save(*args, **kwargs)
            self.path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
            type(self).objects.filter(pk=self.pk).update(path=self.path)
            return
        super().save(*args, **kwargs)

    def is_within(self, top: "Organization") -> bool:
        """Whether `top` is this unit or above it."""
        return self.path.startswith(top.path)


class UnitName(models.Model):
    """别名: another name under which a unit is known: a former one, a short one, that of a unit merged into it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="names")
    name = models.CharField(_("名称"), max_length=120, unique=True)
    name_key = models.CharField(max_length=120, editable=False, db_index=True)
    initials = models.CharField(max_length=120, editable=False)
    since = models.DateTimeField(default=now)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("别名")
        verbose_name_plural = _("别名")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = naming.key(self.name)[:120]
        self.initials = naming.initials(self.name)[:120]
        super().save(*args, **kwargs)


class FactsChange(models.Model):
    """资料变更: what a confirmed unit wants to be called from now on, until its superior confirms it. The public and
    all documents keep to the present name, credit code and type until then."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等上级确认")
        CONFIRMED = "confirmed", _("已确认")
        REFUSED = "refused", _("未确认")
        WITHDRAWN = "withdrawn", _("已撤回")

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="facts_changes")
    wanted = models.JSONField(default=dict, help_text="{field of Organization: value}, confirmed fields only")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=now)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(_("原因"), max_length=300, blank=True, help_text="why it was not confirmed")
    decided_at = models.DateTimeField(null=True)

    on_merge = {"organization": "keep"}

    class Meta:
        verbose_name = _("资料变更")
        verbose_name_plural = _("资料变更")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("organization",), condition=models.Q(state="waiting"), name="one_facts_change_waits"
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} {self.get_state_display()}"

    def differences(self) -> list[tuple[Any, str, str]]:
        """(label, present, wanted) in the reader's words, for each field that differs from the present one."""
        then = Organization(**self.wanted)
        labels = {field.name: field.verbose_name for field in Organization._meta.fields}
        return [
            (labels[name], _shown(self.organization, name), _shown(then, name))
            for name, value in self.wanted.items()
            if value != getattr(self.organization, name)
        ]


def _shown(unit: Organization, name: str) -> str:
    display = getattr(unit, f"get_{name}_display", None)
    return str(display() if display else getattr(unit, name))


class Merger(models.Model):
    """合并: one unit became part of another. `moved` says which rows went over, so that it can be taken back."""

    merged = models.ForeignKey(
        Organization, models.PROTECT, related_name="mergers_away", verbose_name=_("并入的单位")
    )
    survivor = models.ForeignKey(
        Organization, models.PROTECT, related_name="mergers_here", verbose_name=_("保留的单位")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    moved = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="{'room.Model.field': [ids, and whole rows where the survivor had one already]}",
    )
    facts = models.JSONField(default=dict, help_text="what the survivor took over: {field: [its own, taken]}")
    merged_facts = models.JSONField(default=dict, help_text="what the merged unit gave up: {field: value}")
    undone_at = models.DateTimeField(null=True)

    personal_fields = ("moved",)
    on_merge = {"merged": "keep", "survivor": "keep"}

    class Meta:
        verbose_name = _("单位合并")
        verbose_name_plural = _("单位合并")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.merged} → {self.survivor}"
