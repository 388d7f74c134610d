"""How the indicators are read that come to rest: from accepted summaries, from what was held, reported and shown.

A handful of queries for an edition, however many activities it has.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from kepuyue.activities.models import Activity, Origin, Participation, Session
from kepuyue.cloud.models import CloudItem
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.insight.folding import Value
from kepuyue.insight.indicators import INDICATORS, Facts
from kepuyue.publicity.models import Coverage
from kepuyue.summaries.figures import kind_of
from kepuyue.summaries.models import Figure, Filing, Name, Summary

# How a taxonomy feeds an indicator
_TAXONOMIES = {"audience": "audiences", "content": "contents"}


class Known(NamedTuple):
    """What has to be known of an activity beforehand."""

    unit: int
    unit_name: str
    district: str = ""
    "Code of its own district; of its sessions the place says it"


def facts_of(edition: Edition, activities: Iterable[Activity]) -> dict[int, Facts]:
    """{activity: {code: value}} of activities of one edition, of all indicators but the live ones; figures only of
    summaries that were accepted. A handful of queries, however many activities.
    """
    known = {
        one.pk: Known(one.organization_id, one.organization.name, one.district.code if one.district else "")
        for one in activities
    }
    found: dict[int, dict[str, Value]] = {pk: {} for pk in known}
    for code, column in settled(edition, known).items():
        for pk, value in column.items():
            found[pk][code] = value
    return {**found}


def settled(edition: Edition, own: Mapping[int, Known]) -> dict[str, dict[int, Value]]:
    """{code: {activity: value}}: the facts of `facts_of` for activities of which no more is at hand than `Known`."""
    found: dict[str, dict[int, Value]] = defaultdict(dict)
    sources = (
        _from_filings(edition), _from_sessions(edition, own), _from_units(edition, own), _from_coverage(edition),
        _from_cloud(edition), _from_terms(edition),
    )  # fmt: skip
    for pk, code, value in chain(*sources):
        if pk in own:
            column = found[code]
            column[pk] = INDICATORS[code].fold.together((column[pk], value)) if pk in column else value
    return found


Found = Iterator[tuple[int, str, Value]]


def _from_filings(edition: Edition) -> Found:
    codes = {one.figure: one.code for one in INDICATORS.values() if one.figure}
    answers: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Figure.objects.filter(
        filing__in=Filing.objects.standing().filter(summary__activity__edition=edition)
    )
    for pk, name, method, value in rows.values_list("filing__summary__activity", "name", "method", "value"):
        if (code := codes.get(kind_of(name, method).key)) is not None:
            yield pk, code, value
        elif name in (Name.ANSWERS, Name.SATISFACTION):
            answers[pk][name] = value
    for pk, given in answers.items():
        if Name.SATISFACTION in given and (count := given.get(Name.ANSWERS, 0)):
            yield pk, "satisfaction", (given[Name.SATISFACTION] * count, count)


def _from_sessions(edition: Edition, own: Mapping[int, Known]) -> Found:
    held: Counter[int] = Counter()
    days: dict[datetime, frozenset[str]] = {}
    rows = Session.objects.held().filter(activity__edition=edition, is_postponed=False, starts_at__lte=now())
    rows = rows.exclude(activity__origin=Origin.GATHERED)
    for pk, starts_at, district in rows.values_list("activity", "starts_at", "venue__district__code"):
        held[pk] += 1
        if starts_at not in days:
            days[starts_at] = frozenset({starts_at.astimezone(edition.zone).date().isoformat()})
        yield pk, "days", days[starts_at]
        if district:
            yield pk, "districts", frozenset({district})
    for pk, activity in own.items():
        if held[pk] and activity.district:
            yield pk, "districts", frozenset({activity.district})
    first: dict[int, bool] = {}
    filed = Filing.objects.filter(summary__activity__edition=edition, filed_at__isnull=False).order_by("pk")
    for pk, is_late in filed.values_list("summary__activity", "is_late"):
        first.setdefault(pk, is_late)
    for pk in Summary.objects.filter(activity__edition=edition).values_list("activity", flat=True):
        if held[pk]:
            yield pk, "punctual", (100 * held[pk] if first.get(pk) is False else 0, held[pk])


def _from_units(edition: Edition, own: Mapping[int, Known]) -> Found:
    rows = Participation.objects.filter(activity__edition=edition)
    for pk, unit, name in rows.values_list("activity", "organization", "name"):
        if pk in own and unit != own[pk].unit and name != own[pk].unit_name:
            yield pk, "partners", frozenset({str(unit) if unit else name})


def _from_coverage(edition: Edition) -> Found:
    rows = Coverage.objects.confirmed().filter(edition=edition, activities__isnull=False)
    for pk, report in rows.order_by().values_list("activities", "pk"):
        yield pk, "media", frozenset({str(report)})


def _from_cloud(edition: Edition) -> Found:
    rows = CloudItem.objects.public().filter(edition=edition, activity__isnull=False)
    for pk, code in rows.values_list("activity", "code"):
        yield pk, "online", frozenset({code})


def _from_terms(edition: Edition) -> Found:
    rows = Activity.terms.through.objects.filter(
        activity__edition=edition, term__taxonomy__code__in=_TAXONOMIES, term__parent=None
    )
    for pk, taxonomy, code in rows.values_list("activity", "term__taxonomy__code", "term__code"):
        yield pk, _TAXONOMIES[taxonomy], frozenset({code})
