"""What a search may be for, told while it is typed: names that contain what is there, and titles that it finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Participation, Venue
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import District
from kepuyue.programme import analysis
from kepuyue.programme.permissions import approved
from kepuyue.programme.search import Query, search

LONGEST = 30  # characters that are looked at
TITLES, NAMES = 5, 3  # shown, the latter of each kind


@dataclass(frozen=True)
class Suggestion:
    """A text to search for, and what it is."""

    value: str
    note: str = ""


def suggestions(edition: Edition, text: str, *, at: datetime) -> list[Suggestion]:
    """At most eleven, each once: classifications, districts, units and venues that have it in their names; titles."""
    typed = analysis.normalize(text[:LONGEST]).strip()
    if not typed:
        return []
    found = dict.fromkeys(one for one in _names(edition, typed))
    result = search(edition, Query(q=typed), at=at, taxonomy_of={})
    keys = [match.entry.pk for match in result.matches[:TITLES]]
    titles = dict(Activity.objects.filter(pk__in=keys).values_list("pk", "title"))
    return [*found, *(Suggestion(titles[key], _("活动")) for key in keys if key in titles)]


def _names(edition: Edition, typed: str) -> Iterator[Suggestion]:
    """Only what some public activity has: a suggestion that finds nothing is none."""
    public = approved().filter(edition=edition)
    kinds: tuple[tuple[Any, str, str], ...] = (
        (District.objects.filter(activities__in=public), "name", _("区")),
        (edition.taxonomies.filter(terms__activities__in=public), "terms__name", _("分类")),
        (Participation.objects.filter(activity__in=public), "name", _("单位")),
        (Venue.objects.filter(city="", sessions__activity__in=public), "name", _("场地")),
    )
    for rows, field, kind in kinds:
        names = (
            rows.filter(**{f"{field}__icontains": typed})
            .order_by(field)
            .values_list(field, flat=True)
            .distinct()
        )
        yield from (Suggestion(name, kind) for name in names[:NAMES])
