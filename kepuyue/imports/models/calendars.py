"""Calendars that units keep elsewhere and subscribe to, and the events in them."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization


class CalendarSubscription(models.Model):
    """日历订阅: a calendar of a unit, by its address or as files; its events become drafts when a person says so."""

    class State(models.TextChoices):
        READING = "reading", _("第一次读取")
        ACTIVE = "active", _("按时刷新")
        PAUSED = "paused", _("已暂停")

    class Format(models.TextChoices):
        ICAL = "ical", _("日历文件（iCalendar）")
        SCHEDULE_XML = "schedule-xml", _("会议日程（XML）")
        SCHEDULE_JSON = "schedule-json", _("会议日程（JSON）")
        OPENAGENDA = "openagenda", "OpenAgenda"
        SCHEMA_ORG = "schema-org", _("网页里的活动信息")

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="calendars", verbose_name=_("填报单位")
    )
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="calendars", verbose_name=_("届"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("名称"), max_length=200, blank=True)
    url = models.URLField(
        _("网址"), max_length=500, blank=True, help_text="empty: new files are sent by hand"
    )
    file_name = models.CharField(_("文件名"), max_length=200, blank=True)
    format = models.CharField(_("格式"), max_length=14, choices=Format, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.READING)
    read_for = models.CharField(
        max_length=30, blank=True, help_text="the edition's days, first/last, when the calendar was last read"
    )
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    left = models.JSONField(
        default=list, help_text="[[title, code, values], …]: what gave no activity, the first of them"
    )
    left_count = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=40, blank=True, help_text="why the last reading gave nothing: a code")
    fault_values = models.JSONField(default=dict)
    failures = models.PositiveSmallIntegerField(default=0, help_text="readings in a row that gave nothing")
    created_at = models.DateTimeField(default=now)
    checked_at = models.DateTimeField(_("上次读取"), null=True)
    due_at = models.DateTimeField(
        _("下次刷新"),
        null=True,
        help_text="a process that refreshes it moves this on first, so that no other does too",
    )

    on_merge = {"organization": "move"}

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("due_at",), name="calendar_due"),)
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "edition", "url"),
                condition=~models.Q(url=""),
                name="calendar_once_per_unit_and_edition",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.file_name or self.url


class CalendarItemQuerySet(models.QuerySet["CalendarItem"]):
    def offered(self) -> "CalendarItemQuerySet":
        """Events that nobody has decided about."""
        return self.filter(state=CalendarItem.State.NEW)

    def proposed(self) -> "CalendarItemQuerySet":
        """Activities of which the calendar now says something else."""
        return self.filter(
            state=CalendarItem.State.TAKEN, is_changed=True, vanished_at=None, activity__isnull=False
        )

    def vanished(self) -> "CalendarItemQuerySet":
        """Activities that the calendar names no more."""
        return self.filter(
            state=CalendarItem.State.TAKEN, vanished_at__isnull=False, is_kept=False, activity__isnull=False
        )


class CalendarItem(models.Model):
    """日历条目: one event of a calendar: what it says now, what it said when it became an activity."""

    class State(models.TextChoices):
        NEW = "new", _("可以导入")
        WANTED = "wanted", _("正在导入")
        TAKEN = "taken", _("已导入")
        LEFT = "left", _("不要")
        REFUSED = "refused", _("未能导入")

    calendar = models.ForeignKey(CalendarSubscription, models.CASCADE, related_name="items")
    key = models.CharField(max_length=200, help_text="the event's own name in the calendar (UID)")
    title = models.CharField(_("活动名称"), max_length=300)
    content = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder,
        help_text="what the calendar says now: see activities.content; venues by name, sessions with their key",
    )  # fmt: skip
    taken = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="what it said when it was last taken over"
    )
    refused = models.JSONField(default=dict, help_text="{field: [why it could not be taken]}")
    doubts = models.JSONField(default=list, help_text="[[code, values], …]: what a person must look at")
    declined_digest = models.CharField(
        max_length=64, blank=True, help_text="of a change that the unit does not want"
    )
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.NEW)
    why = models.CharField(_("原因"), max_length=300, blank=True)
    is_changed = models.BooleanField(
        default=False, help_text="what it says now waits for the unit's decision"
    )
    vanished_at = models.DateTimeField(null=True, help_text="since when the calendar names it no more")
    is_kept = models.BooleanField(
        default=False, help_text="the unit has seen that it vanished, and keeps the activity"
    )
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, related_name="calendar_items", verbose_name=_("活动")
    )

    personal_fields = ("content", "taken")
    objects = CalendarItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("日历条目")
        verbose_name_plural = _("日历条目")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("calendar", "key"), name="calendar_names_an_event_once"),
        )

    def __str__(self) -> str:
        return self.title
