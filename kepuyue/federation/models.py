from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition, Term
from kepuyue.organizations.models import District

MOST_A_PAGE = 200


class SourceQuerySet(models.QuerySet["Source"]):
    def read_now(self) -> "SourceQuerySet":
        """Those that are read at their time."""
        return self.filter(state=Source.State.ON)


class Source(models.Model):
    """来源城市: another instance whose public programme is read and shown here."""

    class State(models.TextChoices):
        TRIED = "tried", _("待确认")
        ON = "on", _("聚合中")
        PAUSED = "paused", _("已暂停")
        WITHDRAWN = "withdrawn", _("已撤下")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="sources", verbose_name=_("届"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("名称"), max_length=40, help_text="the city or province, as people call it")
    address = models.URLField(_("网址"), max_length=300, help_text="scheme, host and folder, no / at the end")
    there = models.CharField(
        _("那边的届"),
        max_length=60,
        blank=True,
        help_text="code of the edition that is read; empty: not known yet",
    )
    instance = models.CharField(
        max_length=300,
        blank=True,
        help_text="what it calls itself; a change means that it moved, or is another one",
    )
    moved_to = models.CharField(
        max_length=300, blank=True, help_text="what it called itself when it was read last, where that is new"
    )
    passes_on = models.BooleanField(
        _("转送其他城市的活动"), default=False,
        help_text="an aggregation itself, as a province is: what it has from others is taken too",
    )  # fmt: skip
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("对应的地区"),
        help_text="where its activities lie here, unless their own district has a counterpart",
    )  # fmt: skip
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.TRIED)
    cursor = models.CharField(
        max_length=60, blank=True, help_text="how far it was read; empty: from the beginning"
    )
    round = models.PositiveIntegerField(default=1, help_text="grows when it is read from the beginning again")
    is_round_open = models.BooleanField(
        default=True,
        help_text="read from the beginning and not at the end yet; there what did not come is dropped",
    )
    round_at = models.DateTimeField(
        null=True, help_text="UTC; when it was last read through from the beginning"
    )
    mapping = models.PositiveIntegerField(
        default=1, help_text="grows with every decision about a counterpart"
    )
    trial = models.JSONField(
        default=dict, help_text="what the first look found, for who decides about it: see actions.trying"
    )
    page_size = models.PositiveSmallIntegerField(
        default=MOST_A_PAGE, help_text="changes asked for at once; halved where an answer is too big"
    )
    fault = models.CharField(max_length=40, blank=True, help_text="why the last reading failed: a code")
    fault_values = models.JSONField(default=dict)
    failures = models.PositiveSmallIntegerField(default=0, help_text="readings in a row that failed")
    taken = models.PositiveBigIntegerField(default=0, help_text="upserts that were written, over all time")
    removed = models.PositiveBigIntegerField(
        default=0, help_text="activities that were taken out, over all time"
    )
    left = models.JSONField(
        default=dict, help_text="{why: how many} of what came in this round and was not taken"
    )
    unreadable = models.JSONField(
        default=list,
        help_text="codes there of what cannot be read as it came last in this round, at most 1000",
    )
    created_at = models.DateTimeField(default=now)
    checked_at = models.DateTimeField(_("上次读取"), null=True, help_text="UTC; with or without success")
    read_at = models.DateTimeField(null=True, help_text="UTC; when it last answered as it should")
    due_at = models.DateTimeField(
        _("下次读取"),
        null=True,
        help_text="a process that reads it moves this on first, so that no other does too",
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("来源城市")
        verbose_name_plural = _("来源城市")
        ordering = ("name", "pk")
        indexes = (models.Index(fields=("due_at",), name="source_due"),)
        constraints = (
            models.UniqueConstraint(fields=("edition", "address"), name="source_once_per_edition"),
            models.UniqueConstraint(fields=("edition", "name"), name="source_name_once_per_edition"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def pace(self) -> timedelta:
        """How long after one reading that went well the next is due."""
        is_over = self.edition.was_current and not self.edition.is_current
        return EVERY_AFTERWARDS if is_over else EVERY


class Place(models.Model):
    """来源地: a city that activities came from; the filter of the programme offers them by name."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="places")
    name = models.CharField(_("名称"), max_length=40)

    class Meta:
        verbose_name = _("来源地")
        verbose_name_plural = _("来源地")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("edition", "name"), name="place_once_per_edition"),)

    def __str__(self) -> str:
        return self.name


class Gathered(models.Model):
    """聚合条目: where an activity that was taken over from another instance comes from, and what is to be known of it.

    The first instance that told of it is kept through any number of aggregations: `instance` and `code` name it for
    good. `through` are the ones between it and us; whoever finds itself there refuses it.
    """

    activity = models.OneToOneField(Activity, models.CASCADE, primary_key=True, related_name="gathered")
    source = models.ForeignKey(Source, models.PROTECT, related_name="held")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="held", verbose_name=_("来源地"))
    instance = models.CharField(
        max_length=300, help_text="address of the instance that it was registered with"
    )
    code = models.CharField(max_length=60, help_text="its code there")
    told_as = models.CharField(
        max_length=60, help_text="its code with the source: another where it was passed on"
    )
    url = models.CharField(_("原网页"), max_length=500, help_text="its page there: the one that counts")
    unit = models.CharField(_("填报单位"), max_length=120, blank=True, help_text="who registered it there")
    unit_code = models.CharField(max_length=60, blank=True, help_text="the unit's code there")
    through = models.JSONField(
        default=list, blank=True, help_text="addresses of the instances between, nearest last"
    )
    waiting = models.JSONField(
        default=list,
        blank=True,
        help_text="[taxonomy, name] of its terms there that have no counterpart here",
    )
    sessions = models.JSONField(
        default=dict, help_text="{id there: our key}: a session keeps its key when it changes"
    )
    digest = models.CharField(
        max_length=32, help_text="of what was told and how it was read; the same needs no write"
    )
    round = models.PositiveIntegerField(help_text="the source's round in which it last came")

    class Meta:
        verbose_name = _("聚合条目")
        verbose_name_plural = _("聚合条目")
        indexes = (
            models.Index(fields=("source", "round"), name="gathered_round"),
            models.Index(fields=("source", "told_as"), name="gathered_told_as"),
        )
        constraints = (
            models.UniqueConstraint(fields=("edition", "instance", "code"), name="gathered_once_per_edition"),
        )

    def __str__(self) -> str:
        return f"{self.place_id} {self.code}"

    @property
    def is_direct(self) -> bool:
        """Whether the source is the instance that it was registered with."""
        return not self.through


class Counterpart(models.Model):
    """对照: what a classification or district of a source is called here.

    Equal codes are the same. Others wait for somebody to decide; what looks alike is proposed. Of a source that lies in
    one of our districts as a whole, the districts within it need none. What has no counterpart is left away, and the
    activity is kept.
    """

    class State(models.TextChoices):
        SAME = "same", _("代码相同")
        WAITING = "waiting", _("待决定")
        DECIDED = "decided", _("已决定")
        LEFT = "left", _("不对照")
        WITHIN = "within", _("在对应的地区内")

    DISTRICT = ""

    source = models.ForeignKey(Source, models.CASCADE, related_name="counterparts")
    taxonomy = models.CharField(
        _("分类"), max_length=40, blank=True, help_text="code of the taxonomy there; empty: a district"
    )
    code = models.CharField(_("代码"), max_length=60)
    name = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=7, choices=State, default=State.WAITING)
    term = models.ForeignKey(
        Term,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="ours; while it waits: proposed",
    )
    district = models.ForeignKey(
        District,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="ours; while it waits: proposed",
    )
    seen_at = models.DateTimeField(default=now, help_text="UTC; when it first came")

    class Meta:
        verbose_name = _("对照")
        verbose_name_plural = _("对照")
        ordering = ("taxonomy", "code")
        constraints = (
            models.UniqueConstraint(fields=("source", "taxonomy", "code"), name="counterpart_once"),
            models.CheckConstraint(
                name="counterpart_is_one_thing", condition=Q(term__isnull=True) | Q(district__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.taxonomy or '区'}:{self.name}"

    @property
    def here(self) -> Any:
        """The term or district of ours; None where there is none."""
        return self.term or self.district

    @property
    def holds(self) -> bool:
        """Whether activities are classified by it."""
        return self.state in (self.State.SAME, self.State.DECIDED) and bool(self.term_id or self.district_id)


EVERY = timedelta(minutes=15)
# Of an edition that is the current one no more; what is taken down there is still to go here
EVERY_AFTERWARDS = timedelta(days=1)
# Read from the beginning so often though nothing asks for it: a source that was restored from a backup and has grown
# past our cursor since says nothing of it
ANEW_EVERY = timedelta(days=7)
