"""Reads for the desk and the command: sources with their figures, words that wait for a decision."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q, QuerySet

from kepuyue.editions.models import Edition, Term
from kepuyue.federation import fault_words
from kepuyue.federation.models import Counterpart, Source
from kepuyue.organizations.models import District


@dataclass(frozen=True)
class Shown:
    """One source as it is shown."""

    source: Source
    tone: str
    label: str
    fault: str
    held: int
    waiting: int


def sources(edition: Edition) -> list[Shown]:
    """All sources of an edition with how many activities they have here, in three queries."""
    return _shown(Source.objects.filter(edition=edition).select_related("district"))


def of_other_editions(edition: Edition) -> list[tuple[Edition, list[Shown]]]:
    """The sources of the editions before this one (or being prepared), the newest edition first, in three queries."""
    rows = Source.objects.exclude(edition=edition).select_related("district", "edition")
    rows = rows.order_by("-edition__starts_on", "edition", "name", "pk")
    return [(one, list(many)) for one, many in groupby(_shown(rows), key=lambda shown: shown.source.edition)]


def _shown(rows: QuerySet[Source]) -> list[Shown]:
    held = _by_source(rows, Count("held"))
    waiting = _by_source(rows, Count("counterparts", filter=Q(counterparts__state=Counterpart.State.WAITING)))
    return [shown(one, held.get(one.pk, 0), waiting.get(one.pk, 0)) for one in rows]


def shown(source: Source, held: int, waiting: int) -> Shown:
    """A source with its state in words."""
    tones = {
        Source.State.TRIED: "submitted",
        Source.State.ON: "published",
        Source.State.PAUSED: "draft",
        Source.State.WITHDRAWN: "withdrawn",
    }
    tone = (
        "returned" if source.fault and source.state == Source.State.ON else tones[Source.State(source.state)]
    )
    return Shown(
        source, tone, str(source.get_state_display()),
        fault_words.fault(source.fault, source.fault_values), held, waiting,
    )  # fmt: skip


def _by_source(rows: QuerySet[Source], count: Count) -> dict[int, int]:
    return dict(rows.order_by().annotate(found=count).values_list("pk", "found"))


def words_of(source: Source) -> list[Counterpart]:
    """The words of a source, what waits for a decision first; what has the same code last."""
    order = {state: place for place, state in enumerate(("waiting", "decided", "left", "within", "same"))}
    rows = source.counterparts.select_related("term", "district")
    return sorted(rows, key=lambda one: (order[one.state], one.taxonomy, one.code))


def choices_for(edition: Edition, words: Iterable[Counterpart]) -> dict[str, list[tuple[str, str]]]:
    """What each taxonomy there could be here, as (value, name); a taxonomy that we lack: all of ours. Two queries."""
    terms = list(
        Term.objects.filter(taxonomy__edition=edition, is_retired=False)
        .select_related("taxonomy")
        .order_by("taxonomy__position", "taxonomy", "position", "pk")
    )
    found: dict[str, list[tuple[str, str]]] = {
        Counterpart.DISTRICT: [(f"d{one.pk}", one.name_for_reader) for one in District.objects.all()]
    }
    for taxonomy in {one.taxonomy for one in words} - {Counterpart.DISTRICT}:
        mine = [one for one in terms if one.taxonomy.code == taxonomy] or terms
        found[taxonomy] = [(f"t{one.pk}", f"{one.taxonomy} · {one}") for one in mine]
    return found
