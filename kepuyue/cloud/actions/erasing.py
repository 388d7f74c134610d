"""What questions keep beside their public words goes after a few days (个人信息保护法 art. 19, 47)."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from kepuyue.cloud.models import Question

State = Question.State


def erase_traces() -> int:
    """Erase what is older than `QUESTION_TRACES_DAYS`; returns how many questions had something to erase.

    Of every question: the digest of the network and the text before it was edited. Of what was refused or merged
    that long ago: its words too; the asker still learns by the code what became of it. By the machine's clock:
    time that a demonstration moves erases nothing.
    """
    before = timezone.now() - timedelta(days=settings.QUESTION_TRACES_DAYS)
    traces = Question.objects.filter(kept_from__lt=before).exclude(source="", original="")
    erased = traces.update(source="", original="")
    closed = Question.objects.filter(state__in=(State.REFUSED, State.MERGED), kept_from__lt=before).filter(
        ~Q(text="") | ~Q(nickname="")
    )
    return erased + closed.update(text="", nickname="")
