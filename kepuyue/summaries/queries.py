"""Reads across summaries; what a person may not see is not in the answer.

`accepted_filings` and what is made of it is what documents and the evaluation count with.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q, QuerySet

from kepuyue.activities.models import Activity, State
from kepuyue.core import audit
from kepuyue.editions.models import Edition, Term
from kepuyue.organizations.models import Organization
from kepuyue.summaries import likeness, measuring
from kepuyue.summaries.figures import KINDS, Kind, kind_of
from kepuyue.summaries.models import (
    ACCEPTED,
    WAITING,
    Figure,
    Filing,
    FilingQuerySet,
    Method,
    Photo,
    Summary,
    SummaryQuerySet,
)
from kepuyue.summaries.permissions import decided_by, filed_by

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def own_summaries(user: "Person", edition: Edition) -> SummaryQuerySet:
    """Those that the person files, of one edition."""
    return with_all(Summary.objects.filter(filed_by(user), activity__edition=edition))


def branch_summaries(user: "Person", edition: Edition) -> SummaryQuerySet:
    """Those that the person decides about."""
    return with_all(Summary.objects.filter(decided_by(user), activity__edition=edition))


def seen_by(user: "Person") -> SummaryQuerySet:
    """Those that the person may open."""
    return with_all(Summary.objects.filter(filed_by(user) | decided_by(user)))


def with_all(rows: SummaryQuerySet) -> SummaryQuerySet:
    """With what pages show of a summary."""
    related = (
        "activity__organization__parent",
        "activity__organization__district",
        "activity__edition__office",
    )
    filings = Filing.objects.select_related("filed_by", "decided_by", "decided_for")
    return rows.select_related(*related).prefetch_related(
        Prefetch("filings", filings.prefetch_related("figures", "annotations"))
    )


@dataclass(frozen=True)
class Line:
    """One figure of a summary as it stands: typed, corrected, or as the system measures it."""

    kind: Kind
    value: int | None
    origin: str = ""
    measured: int | None = None
    reason: str = ""

    @property
    def shown(self) -> str:
        """The value with its unit; a dash where nothing is known."""
        return self.kind.shown(self.value)

    @property
    def shown_measured(self) -> str:
        """What the system measured, with its unit."""
        return self.kind.shown(self.measured)

    @property
    def source(self) -> str:
        """How it was obtained, in the reader's words; of what the system has on record that alone is said."""
        method = str(self.kind.method.label)
        if not self.origin or (self.kind.method == Method.RECORD and self.origin == Figure.Origin.MEASURED):
            return method
        return f"{method} · {Figure.Origin(self.origin).label}"


def lines_of(filing: Filing, measured: Mapping[str, int] | None = None) -> list[Line]:
    """Every kind of figure with what is known: of a draft from `measured` and what was typed, else as filed."""
    known = {kind_of(row.name, row.method).key: row for row in filing.figures.all()}
    lines = []
    for kind in KINDS:
        row = known.get(kind.key)
        told: int | None = (measured or {}).get(kind.key)
        if filing.filed_at is not None:
            told = row.measured if row is not None else None
        if row is not None and not (filing.filed_at is None and told == row.value):
            origin = _origin(row, told) if filing.filed_at is None else row.origin
            lines.append(Line(kind, row.value, origin, told, row.reason))
        elif told is not None:
            lines.append(Line(kind, told, Figure.Origin.MEASURED, told))
        else:
            lines.append(Line(kind, None))
    return lines


def _origin(row: Figure, told: int | None) -> str:
    return Figure.Origin.TYPED if told is None else Figure.Origin.CORRECTED


def before(summary: Summary, version: int) -> dict[str, Any]:
    """What stood in the draft at a version, of that alone which was changed since: {key of a figure, "key:reason" or
    "words": value}.
    """
    found: dict[str, Any] = {}
    for event in audit.trail(summary).filter(version__gt=version, action="summary.change").order_by("pk"):
        for key, (old, _new) in event.changes.items():
            found.setdefault(key, old)
    return found


def filed_by_unit(unit: Organization, edition: Edition) -> SummaryQuerySet:
    """The unit's own summaries, accepted or waiting, of one edition."""
    rows = Summary.objects.filter(activity__organization=unit, activity__edition=edition)
    return rows.filter(state__in=WAITING | ACCEPTED)


def last_filings(unit: Organization, edition: Edition) -> list[Filing]:
    """What the unit filed last of each of its activities, by their titles; with figures and photos."""
    rows = with_all(filed_by_unit(unit, edition)).prefetch_related("photos__summary__activity")
    found = []
    for summary in rows.order_by("activity__title", "pk"):
        filing = last_filed(summary)
        if filing is not None:
            filing.summary = summary
            found.append(filing)
    return found


def draft_of(summary: Summary) -> Filing | None:
    """What the unit writes at present."""
    return next((one for one in summary.filings.all() if one.filed_at is None), None)


def last_filed(summary: Summary) -> Filing | None:
    """What was filed last, decided or not."""
    return next((one for one in reversed(list(summary.filings.all())) if one.filed_at is not None), None)


def standing_of(summary: Summary) -> Filing | None:
    """What was accepted last."""
    accepted = [one for one in summary.filings.all() if one.decision == Filing.Decision.ACCEPTED]
    return max(accepted, key=lambda one: (one.decided_at, one.pk), default=None)


def current_lines(summary: Summary) -> list[Line]:
    """The figures of the draft or, without one, of what was filed last."""
    draft = draft_of(summary)
    if draft is not None:
        return lines_of(draft, measuring.measured(summary.activity))
    filed = last_filed(summary)
    return lines_of(filed) if filed else []


def accepted_filings(edition: Edition, branch: Organization | None = None, tier: str = "") -> FilingQuerySet:
    """The accepted filing of each activity, with its figures: of an edition, a branch of it, a tier (code of a term).

    Everything that counts with summaries begins here; each figure leads to its filing and activity.
    """
    rows = Filing.objects.standing().filter(summary__activity__edition=edition)
    if branch is not None:
        rows = rows.filter(summary__activity__organization__path__startswith=branch.path)
    if tier:
        terms = Term.objects.filter(taxonomy__edition=edition, taxonomy__code="tier", code=tier)
        rows = rows.filter(
            summary__activity__in=Activity.terms.through.objects.filter(term__in=terms).values("activity")
        )
    return rows.select_related("summary__activity__organization").prefetch_related("figures").order_by("pk")


@dataclass
class Sum:
    """What one kind of figure comes to over some activities, by how it was obtained. Kinds are never added up."""

    kind: Kind
    total: int = 0
    activities: int = 0
    by_origin: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def shown(self) -> str:
        """The total with its unit."""
        return self.kind.shown(self.total)


class Totals:
    """Totals of accepted figures by kind, filing by filing; a share such as satisfaction has none and is left out."""

    def __init__(self) -> None:
        self._found: dict[str, Sum] = {}

    def add(self, filing: Filing) -> None:
        """Count one more filing."""
        for figure in filing.figures.all():
            kind = kind_of(figure.name, figure.method)
            if kind.is_share:
                continue
            one = self._found.setdefault(kind.key, Sum(kind))
            one.total += figure.value
            one.activities += 1
            one.by_origin[figure.origin] += figure.value

    def sums(self) -> list[Sum]:
        """What was found, in the order of `KINDS`."""
        return [self._found[kind.key] for kind in KINDS if kind.key in self._found]

    @property
    def values(self) -> dict[str, int]:
        """The total of each kind that was found."""
        return {key: one.total for key, one in self._found.items()}


def sums(filings: Iterable[Filing]) -> list[Sum]:
    """The totals over some filings: `Totals`."""
    found = Totals()
    for filing in filings:
        found.add(filing)
    return found.sums()


def activities_without(edition: Edition) -> QuerySet[Activity]:
    """Public activities of the edition for which no summary was opened yet; what was called off needs none."""
    rows = Activity.objects.published().filter(edition=edition).exclude(state=State.CANCELLED)
    return rows.filter(Q(activity_summary=None))


def public_photos(activity: Activity) -> list[Photo]:
    """What everybody may see of how it was: filed with what was accepted, as described then, with consent."""
    if not activity.is_public:
        return []
    standing = Filing.objects.standing().filter(summary__activity=activity).first()
    if standing is None:
        return []
    rows = Photo.objects.filter(summary=standing.summary_id, described_at__lte=standing.filed_at)
    return [one for one in rows if one.may_be_published]


def alike(photos: list[Photo]) -> list[list[Photo]]:
    """For each of these photos the others of its edition, under the same superior, that show nearly the same."""
    if not photos:
        return []
    first = photos[0].summary.activity
    top = first.organization.parent or first.organization
    others = list(
        Photo.objects.filter(
            summary__activity__edition=first.edition_id,
            summary__activity__organization__path__startswith=top.path,
        ).select_related("summary__activity")
    )
    return [
        [it for it in others if it.pk != one.pk and likeness.is_near(it.likeness_key, one.likeness_key)]
        for one in photos
    ]
