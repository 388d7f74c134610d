from secrets import randbits

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity
from kepuyue.core.time import now
from kepuyue.editions.models import Edition


def _by_chance() -> int:
    return randbits(62)


class CatalogueChange(models.Model):
    """节目变动: what the public may see of an activity has changed, or of all of them.

    Written in the transaction of the change. Every process keeps the programme in its memory and reads here what it
    has to read again. Older rows are thrown away (`tasks.forget_changes`); who has missed them reads everything.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    activity = models.BigIntegerField(null=True, help_text="its key; None: all of them")
    stamp = models.BigIntegerField(
        default=_by_chance, help_text="so that another history with the same numbers is told apart"
    )
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = "节目变动"
        verbose_name_plural = "节目变动"
        indexes = (models.Index(fields=("edition", "id", "stamp"), name="catalogue_mark"),)

    def __str__(self) -> str:
        return f"{self.edition_id} {self.activity or '*'}"


class PublicChange(models.Model):
    """公开变动: the last change of what the public may see of one activity, for whoever follows the programme.

    One row an activity, for good: of what is no longer public it is all that is left to tell. Transactions end in
    another order than they begin, so a change is only noted in its transaction and numbered afterwards, one after the
    other (`actions.following`). Whoever has read up to a number therefore misses nothing.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    activity = models.BigIntegerField(unique=True, help_text="its key; it may be gone")
    code = models.CharField(max_length=12, help_text="the activity's public code")
    number = models.BigIntegerField(
        default=0, help_text="place in the edition's order of changes, from 1; the newest is the greatest"
    )
    is_noted = models.BooleanField(
        default=True, help_text="changed since it was numbered, and waits for its next number"
    )
    at = models.DateTimeField(default=now, help_text="UTC, when it last changed")

    class Meta:
        verbose_name = "公开变动"
        verbose_name_plural = "公开变动"
        indexes = (
            models.Index(
                fields=("edition", "at"), condition=models.Q(is_noted=True), name="public_change_noted"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "number"), condition=models.Q(number__gt=0), name="public_change_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class IndexedActivity(models.Model):
    """检索条目: what a public activity is found by. Made from the activity and always to be made again.

    The terms stand beside it in a form of the database's own: a full-text table on SQLite, a vector column
    on PostgreSQL (`engines`). The normalized texts here serve to check that a word stands there whole.
    """

    activity = models.OneToOneField(Activity, models.CASCADE, primary_key=True, related_name="+")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    words = models.TextField(help_text="title, units, places and text, normalized, a line each")
    syllables = models.TextField(blank=True, help_text="pinyin of title, units and places")
    initials = models.TextField(blank=True, help_text="initials of the pinyin")

    class Meta:
        verbose_name = "检索条目"
        verbose_name_plural = "检索条目"

    def __str__(self) -> str:
        return self.words.partition("\n")[0]


class IndexedWord(models.Model):
    """检索词: a word in Latin letters that stands in some activity, to which a slip of the finger may be mended.

    Words of activities that are gone stay until the index is made anew; they find nothing.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    word = models.CharField(max_length=64)

    class Meta:
        verbose_name = "检索词"
        verbose_name_plural = "检索词"
        constraints = (models.UniqueConstraint(fields=("edition", "word"), name="indexed_word_once"),)

    def __str__(self) -> str:
        return self.word


class Output(models.Model):
    """产出文件: a large file of public data that is made in the background and kept until what it shows changes.

    Made of what is public alone, and always to be made again.
    """

    class Kind(models.TextChoices):
        HANDBOOK = "handbook", _("节目册")
        OPEN_DATA = "open-data", _("开放数据")

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        WORKING = "working", _("制作中")
        READY = "ready", _("已完成")
        FAILED = "failed", _("没有做成")

    kind = models.CharField(_("种类"), max_length=12, choices=Kind)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", verbose_name=_("届"))
    key = models.CharField(max_length=64, unique=True, help_text="changes with all that the file shows")
    series = models.CharField(
        max_length=64, help_text="the same for files of which the newer takes the place"
    )
    wish = models.JSONField(_("要求"), default=dict, help_text="what was asked for: see actions.outputs")
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.WAITING)
    share = models.FloatField(_("进度"), default=0.0, help_text="how much is done, from 0 to 1; a guess")
    trouble = models.CharField(_("原因"), max_length=300, blank=True)
    file = models.FileField(_("文件"), upload_to="outputs/", blank=True)
    size = models.PositiveIntegerField(_("大小"), default=0, help_text="bytes")
    asked_at = models.DateTimeField(
        default=timezone.now, help_text="by the machine's clock, as the two below"
    )
    moved_at = models.DateTimeField(default=timezone.now, help_text="when its state or share last changed")
    used_at = models.DateTimeField(default=timezone.now, help_text="when somebody last asked for it")

    class Meta:
        verbose_name = _("产出文件")
        verbose_name_plural = _("产出文件")
        indexes = (
            models.Index(fields=("state", "moved_at"), name="output_state"),
            models.Index(fields=("series",), name="output_series"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:12]} {self.state}"

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_failed(self) -> bool:
        return self.state == self.State.FAILED

    @property
    def percent(self) -> int:
        """How much is done, in hundredths."""
        return round(self.share * 100)
