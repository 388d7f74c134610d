from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.core import wording
from kepuyue.core.codes import credit_code_is_valid, new_code
from kepuyue.core.time import now


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
        return self.name

    @property
    def name_for_reader(self) -> str:
        """The name in the reader's language, Chinese where English is missing."""
        return self.name_en if self.name_en and wording.is_english() else self.name


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def active(self) -> Self:
        """Units whose superior has confirmed them."""
        return self.filter(state=Organization.State.ACTIVE)

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
    address = models.CharField(_("地址"), max_length=200, blank=True)
    lng = models.FloatField(_("经度"), null=True, blank=True, help_text="WGS-84 degrees")
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    category = models.CharField(_("类别"), max_length=60, blank=True, help_text="category of a science base")
    designations = models.JSONField(_("称号"), default=list, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.ACTIVE)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ("path",)
        constraints = (
            models.CheckConstraint(
                name="only_the_office_has_no_superior",
                condition=models.Q(parent__isnull=False) | models.Q(level="office"),
            ),
            models.UniqueConstraint(
                fields=("credit_code",), condition=~models.Q(credit_code=""), name="credit_code_once"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        # Before the constraints are looked at: the same code in small letters is the same code
        self.credit_code = self.credit_code.upper()
        if self.credit_code and not credit_code_is_valid(self.credit_code):
            raise ValidationError({"credit_code": _("统一社会信用代码的校验位不对，请对照证书逐位核对。")})
        if self.credit_code and Organization.objects.filter(credit_code=self.credit_code).exclude(pk=self.pk):
            raise ValidationError(
                {"credit_code": _("这个信用代码已经登记过。请联系本单位负责人把您加进来，或请上级科协核对。")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps `path` true: a new unit gets its own once it has a number."""
        self.credit_code = self.credit_code.upper()
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


class Role(models.TextChoices):
    """角色: what a person is in one unit. What each may do stands in `permissions.ROLES`."""

    OFFICE = "office", _("市级管理员")
    OWNER = "owner", _("单位负责人")
    EDITOR = "editor", _("填报人")
    REVIEWER = "reviewer", _("审核人")
    CHECK_IN = "check_in", _("签到员")
    HELPDESK = "helpdesk", _("预约代办员")
    JUDGE = "judge", _("评委")
    MODERATOR = "moderator", _("内容审看员")


class Membership(models.Model):
    """任职: a person has a role in a unit."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    role = models.CharField(_("角色"), max_length=12, choices=Role)
    since = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = (
            models.UniqueConstraint(fields=("user", "organization", "role"), name="one_role_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.organization} · {self.get_role_display()}"
