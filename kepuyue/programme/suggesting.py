"""What a search may be for, told while it is typed: names that contain what is there, and titles that it finds.

The names are kept in each process and read again when the programme has changed, so that a letter typed costs no look
through the tables, and both databases answer alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import Activity, Participation, Venue
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import District
from kepuyue.programme import analysis, catalogue
from kepuyue.programme.permissions import approved
from kepuyue.programme.search import best

LONGEST = 30  # characters that are looked at
TITLES, NAMES = 5, 3  # shown, the latter of each kind
MOST_KEPT = 12  # editions
# More names than that are read again no sooner than after this: a busy day would have them read all the time
MANY, SETTLED = 5_000, timedelta(minutes=1)


@dataclass(frozen=True)
class Suggestion:
    """A text to search for, and what it is."""

    value: str
    note: str = ""


@dataclass(frozen=True)
class _Names:
    """The names of each kind, in their order, each with the form that is looked through."""

    mark: Any
    read_at: datetime
    kinds: list[tuple[Any, list[tuple[str, str]]]]

    def are_those_of(self, mark: Any) -> bool:
        if self.mark == mark:
            return True
        is_large = sum(len(names) for _kind, names in self.kinds) > MANY
        return is_large and timedelta() <= now() - self.read_at < SETTLED


_kept: dict[int, _Names] = {}
_reading = Lock()


def suggestions(edition: Edition, text: str, *, at: datetime) -> list[Suggestion]:
    """At most seventeen, each once: districts, classifications, units and venues by their names; titles."""
    typed = analysis.normalize(text[:LONGEST]).strip()
    if not typed:
        return []
    found = dict.fromkeys(
        Suggestion(name, str(kind))
        for kind, names in _names(edition).kinds
        for name in _holding(typed, names)
    )
    keys = best(edition, typed, TITLES, at=at)
    titles = dict(Activity.objects.filter(pk__in=keys).values_list("pk", "title"))
    return [*found, *(Suggestion(titles[key], _("活动")) for key in keys if key in titles)]


def _holding(typed: str, names: list[tuple[str, str]]) -> list[str]:
    """The first names with the text in them."""
    found: list[str] = []
    for form, name in names:
        if typed in form:
            found.append(name)
            if len(found) == NAMES:
                break
    return found


def _names(edition: Edition) -> _Names:
    mark = edition.version, edition.loaded_at, catalogue.load(edition).mark
    found = _kept.get(edition.pk)
    if found is None or not found.are_those_of(mark):
        with _reading:  # who waits finds it done
            found = _kept.get(edition.pk)
            if found is None or not found.are_those_of(mark):
                if len(_kept) >= MOST_KEPT:
                    _kept.clear()
                found = _kept[edition.pk] = _Names(mark, now(), list(_read(edition)))
    return found


def _read(edition: Edition) -> Iterator[tuple[Any, list[tuple[str, str]]]]:
    """Only what some public activity has: a suggestion that finds nothing is none. Four queries."""
    public = approved().filter(edition=edition)
    kinds: tuple[tuple[Any, str, Any], ...] = (
        (District.objects.filter(activities__in=public), "name", gettext_lazy("区")),
        (edition.taxonomies.filter(terms__activities__in=public), "terms__name", gettext_lazy("分类")),
        (Participation.objects.filter(activity__in=public), "name", gettext_lazy("单位")),
        (Venue.objects.filter(city="", sessions__activity__in=public), "name", gettext_lazy("场地")),
    )
    for rows, field, kind in kinds:
        # In the order of the signs themselves, which is the same wherever the database runs
        names = sorted(set(rows.order_by().values_list(field, flat=True).distinct()))
        yield kind, [(analysis.normalize(name), name) for name in names if name]
