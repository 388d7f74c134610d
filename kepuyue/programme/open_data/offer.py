"""The file of the open data that is given out, and when a new one is made."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db.models import Count, Sum
from django.utils import timezone

from kepuyue.activities.models import ChangeNotice, Takedown
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.programme import catalogue
from kepuyue.programme.actions import outputs
from kepuyue.programme.models import Output
from kepuyue.programme.open_data import packing

# Grows with every change of what is written, so that no old file is taken for the new
WRITTEN_AS = 2
# For so long a file is given although something was edited since: on busy days it would never be there otherwise
FRESH = timedelta(hours=1)


def given(edition: Edition) -> Output | None:
    """The last file, as it may be given now. None: it is to be made first (`ask`).

    What people who planned to go have to know (cancelled, moved, postponed) and what was taken down (科学技术普及法,
    art. 36) ends an older one at once. Otherwise it is given until the next one is there.
    """
    last = (
        Output.objects.filter(series=_series(edition), state=Output.State.READY).order_by("-asked_at").first()
    )
    if last is None or last.key == _key(edition):
        return last
    return None if _is_outdated(edition, datetime.fromisoformat(last.wish["at"])) else last


def is_due(edition: Edition, last: Output) -> bool:
    """Whether a new file is to be made: something was edited and the last is `FRESH` no longer."""
    return timezone.now() - last.asked_at >= FRESH and last.key != _key(edition)


def ask(edition: Edition) -> tuple[Output, bool]:
    """The file with all that is public now, and whether the worker is to be told of it. One is made at a time: while it
    is, whoever asks waits for that one, whatever was edited since. Raises `outputs.Busy`.
    """
    on_the_way = Output.objects.filter(
        series=_series(edition), state__in=(Output.State.WAITING, Output.State.WORKING)
    )
    if found := on_the_way.order_by("asked_at").first():
        return found, False
    return outputs.ask(
        Output.Kind.OPEN_DATA,
        edition,
        key=_key(edition),
        series=_series(edition),
        wish={"at": now().isoformat()},
    )


@outputs.maker(Output.Kind.OPEN_DATA)
def made(output: Output, progress: Callable[[float], object]) -> File:
    """The ZIP; its digest, its age and its counts are noted with the wish."""
    file = TemporaryFile()  # noqa: SIM115 (closed by who keeps it)
    try:
        packed = packing.write(output.edition, file, progress)
    except BaseException:
        file.close()
        raise
    noted: dict[str, Any] = {
        "sha256": packed.sha256,
        "changed": packed.changed.isoformat(),
        "counts": packed.counts,
    }
    Output.objects.filter(pk=output.pk).update(wish=output.wish | noted)
    file.seek(0)
    return File(file)


def _is_outdated(edition: Edition, at: datetime) -> bool:
    """Whether something has happened since then that nobody may miss. A clock that was set back says yes."""
    told = ChangeNotice.objects.filter(activity__edition=edition, at__gte=at)
    gone = Takedown.objects.filter(activity__edition=edition, at__gte=at)
    return at > now() or told.exists() or gone.exists()


def _key(edition: Edition) -> str:
    units = Organization.objects.active().aggregate(Count("pk"), Sum("version"))
    return _digest(
        WRITTEN_AS,
        edition.pk,
        edition.version,
        edition.loaded_at,
        catalogue.load(edition).mark,
        sorted(units.items()),
        settings.PUBLIC_URL,
    )


def _series(edition: Edition) -> str:
    return _digest("open data", edition.code)


def _digest(*facts: object) -> str:
    return sha256(repr(facts).encode()).hexdigest()
