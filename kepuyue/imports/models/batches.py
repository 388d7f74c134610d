from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization

CHOICES = "选项"  # the hidden sheet of our template (`imports.template`) that its drop-down lists come from


class ImportBatch(models.Model):
    """导入批次: one file that somebody sent, from its reading to the activities made of it."""

    class State(models.TextChoices):
        STAGED = "staged", _("待确认")
        COMMITTING = "committing", _("导入中")
        DONE = "done", _("已导入")
        UNDOING = "undoing", _("撤销中")
        UNDONE = "undone", _("已撤销")

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="import_batches", verbose_name=_("填报单位")
    )
    edition = models.ForeignKey(
        Edition, models.PROTECT, null=True, related_name="import_batches", verbose_name=_("届"),
        help_text="None: each row goes into the archive of its own year",
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20, blank=True)
    ignored_sheets = models.JSONField(default=list, help_text="[[sheet, why], …]")
    found_tables = models.JSONField(
        default=list, help_text="[{sheet, headings, columns, …}, …], see imports.reading.Table"
    )
    unsure = models.CharField(
        max_length=300, blank=True, help_text="why no table was found; columns are chosen by hand then"
    )
    unused_columns = models.JSONField(default=list, help_text="[[sheet, heading], …]")
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.STAGED)
    created_at = models.DateTimeField(_("上传时间"), default=now)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.file_name

    @property
    def told_sheets(self) -> list[list[str]]:
        """[[sheet, why], …] of the sheets that were not read, without the lists of choices in our own template."""
        return [one for one in self.ignored_sheets if one[0] != CHOICES]


class SentSheet(models.Model):
    """来件工作表: one sheet of the file as it was sent, for the preview, and for reading it again when it is mended."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="sheets")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("工作表"), max_length=120, blank=True)
    cells = models.BinaryField(help_text="see imports.sent")

    personal_fields = ("cells",)

    class Meta:
        verbose_name = _("来件工作表")
        verbose_name_plural = _("来件工作表")
        ordering = ("batch", "position")
        constraints = (models.UniqueConstraint(fields=("batch", "position"), name="sent_sheet_position"),)

    def __str__(self) -> str:
        return self.name


class Mend(models.Model):
    """单元格改正: what a person typed instead of one cell of the file; the file itself stays as it was sent."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="mends")
    sheet = models.CharField(_("工作表"), max_length=120, blank=True)
    cell = models.CharField(_("单元格"), max_length=10)
    value = models.CharField(_("改为"), max_length=2_000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    personal_fields = ("value",)

    class Meta:
        verbose_name = _("单元格改正")
        verbose_name_plural = _("单元格改正")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("batch", "sheet", "cell"), name="mend_of_cell"),)

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}".lstrip("!")


class KnownHeading(models.Model):
    """记住的栏目: what a unit's people said a heading of their own means; their next file is read by it at once."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="known_headings", verbose_name=_("单位")
    )
    heading = models.CharField(_("栏目"), max_length=120, help_text="after imports.headers.plain")
    meaning = models.CharField(
        _("含义"), max_length=30, blank=True, help_text='"" for a column not to be used'
    )

    on_merge = {"organization": "move_unless_there"}

    class Meta:
        verbose_name = _("记住的栏目")
        verbose_name_plural = _("记住的栏目")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("organization", "heading"), name="known_heading_of_unit"),
        )

    def __str__(self) -> str:
        return self.heading


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    def taken(self) -> "ImportRowQuerySet":
        """Rows whose content is in an activity."""
        return self.filter(state__in=TAKEN)

    def written(self) -> "ImportRowQuerySet":
        """Rows that made or changed an activity."""
        return self.filter(state__in=ImportRow.WRITTEN)

    def waiting(self) -> "ImportRowQuerySet":
        """Rows that are still to be imported."""
        return self.filter(state=ImportRow.State.WAITING)


class ImportRow(models.Model):
    """导入行: one row of the file, as it stood there and as it was understood. Every row read has one."""

    class State(models.TextChoices):
        WAITING = "waiting", _("将导入")
        CREATED = "created", _("已新增")
        CHANGED = "changed", _("已更新")
        UNCHANGED = "unchanged", _("没有变化")
        REFUSED = "refused", _("未能导入")
        SKIPPED = "skipped", _("不是活动")
        UNDONE = "undone", _("已撤销")

    WRITTEN = (State.CREATED, State.CHANGED)

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    sheet = models.CharField(_("工作表"), max_length=120, blank=True)
    number = models.PositiveIntegerField(_("行号"))
    cells = models.JSONField(default=dict, help_text="{meaning: address} in the row's sheet")
    raw = models.JSONField(default=dict, help_text="what the cells said, by the meaning of their column")
    content = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="see activities.content; venues still by name"
    )
    problems = models.JSONField(default=list, help_text="[{cell, code, severity, why}, …]")
    refused = models.JSONField(default=dict, help_text="{field: [why it could not be taken]}")
    severity = models.CharField(
        max_length=8, blank=True, help_text="of its gravest fault: error, warning or none"
    )
    outside_key = models.CharField(max_length=200, blank=True)
    archive_year = models.PositiveSmallIntegerField(null=True, help_text="archives only; None: undated")
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(_("原因"), max_length=300, blank=True)
    version = models.PositiveIntegerField(
        null=True,
        help_text="of the activity right after the import; a later one means that people worked on it",
    )
    before = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="what the changed fields said before; see activities.content",
    )
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, related_name="import_rows", verbose_name=_("活动")
    )
    digest = models.CharField(
        max_length=32, blank=True, help_text="of all that was read of the row; equal where it reads as before"
    )

    personal_fields = ("raw", "content", "before")
    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入行")
        verbose_name_plural = _("导入行")
        ordering = ("pk",)
        indexes = (models.Index(fields=("batch", "state"), name="import_row_state"),)
        constraints = (
            models.CheckConstraint(
                name="row_left_out_says_why",
                condition=~models.Q(state__in=("refused", "skipped")) | ~models.Q(why=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.sheet} {self.number}".strip()

    @property
    def stated(self) -> dict[str, Any]:
        """The content without what was filled in from elsewhere, which changes no activity that is there already."""
        filled = {FILLED_IN[problem["code"]] for problem in self.problems if problem["code"] in FILLED_IN}
        return {name: value for name, value in self.content.items() if name not in filled}


# What the file does not say, by the code of the remark that tells of it
FILLED_IN = {"district-by-venue": "district"}
TAKEN = (ImportRow.State.CREATED, ImportRow.State.CHANGED, ImportRow.State.UNCHANGED)


class UnitBatch(models.Model):
    """单位表: one file of units that a superior sent, from its reading to the units made of it."""

    class State(models.TextChoices):
        STAGED = "staged", _("待确认")
        COMMITTING = "committing", _("导入中")
        DONE = "done", _("已导入")

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="unit_batches", verbose_name=_("上级单位"),
        help_text="the superior below which the units are made",
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(_("文件名"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.STAGED)
    created_at = models.DateTimeField(_("上传时间"), default=now)
    finished_at = models.DateTimeField(null=True)

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("单位表")
        verbose_name_plural = _("单位表")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.file_name


class UnitRow(models.Model):
    """单位表的行: one unit of the file, what is doubtful in it, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("将新建")
        HELD = "held", _("疑似重复，请核对")
        CREATED = "created", _("已新建")
        KNOWN = "known", _("已经有了")
        REFUSED = "refused", _("未能新建")
        SKIPPED = "skipped", _("不是单位")

    batch = models.ForeignKey(UnitBatch, models.CASCADE, related_name="rows")
    sheet = models.CharField(_("工作表"), max_length=120, blank=True)
    number = models.PositiveIntegerField(_("行号"))
    values = models.JSONField(default=dict, help_text="see unit_rows; the district by its code")
    problems = models.JSONField(default=list, help_text="[{cell, severity, why}, …]")
    near = models.JSONField(default=list, help_text="[{code, name, why}, …]: units that may be the same")
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(_("原因"), max_length=300, blank=True)
    organization = models.ForeignKey(Organization, models.SET_NULL, null=True, related_name="+")
    is_invited = models.BooleanField(_("已邀请"), default=False)

    personal_fields = ("values",)
    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("单位表的行")
        verbose_name_plural = _("单位表的行")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.sheet} {self.number}".strip()
