from django.db import models

from kepuyue.activities.models import Activity
from kepuyue.editions.models import Edition


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
