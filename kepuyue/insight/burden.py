"""How much a unit has to type, against the forms on paper (`paper`). Counted from the audit trail.

What counts as one field typed:

* a plain field, a chosen classification, a mark, a unit taking part, a fact of a speaker, a picture, a signature;
* of the sessions one field per column (time, place, seats …) however many sessions, as on paper, where one cell
  holds all the times;
* of a summary each figure, reason and text that was typed, four fields a photo; what the system filled in is none;
* typed again it counts again, but saving while typing does not: what the same person does to the same field
  within `SITTING` is one;
* a row of a spreadsheet counts as typed, once. What the program carries over (from last year, from an agreement
  between units, from a subscribed calendar) was typed elsewhere and does not count.

Emptying a field and what superiors write in review are not a unit's typing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Max, QuerySet

from kepuyue.activities.models import Activity, Origin, State
from kepuyue.activities.queries import visible_to
from kepuyue.core.models import AuditEvent
from kepuyue.editions.models import Edition
from kepuyue.insight import paper
from kepuyue.insight.paper import Stage
from kepuyue.organizations.models import Organization
from kepuyue.summaries.models import Summary

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

SITTING = timedelta(minutes=30)
GOAL = 1 / 3  # of what the forms on paper ask for: product text, "type each fact once"
TYPED_ORIGINS = (Origin.FORM, Origin.IMPORT, Origin.DEMO)

# What a unit does with an activity, and the one fact it types there: the sentence that says why, or a signature
REASONS = {"activity.cancel", "activity.withdraw", "activity.waiver_asked", "session.cancelled", "session.postponed",
           "session.retimed", "session.moved"}  # fmt: skip
SINGLE = {"activity.picture.add": "pictures", "activity.sign_off": "signature", "activity.licence": "licence"}
FACTS = {"activity.create", "activity.change"}
SUMMARY_FACTS = {"summary.change", "summary.photo.add"}
UNIT_FACTS = {"unit.register", "unit.create", "unit.edit"}
COLUMNS = {"starts_at": "time", "ends_at": "time", "is_all_day": "time", "venue": "place", "venue_name": "place",
           "place": "place", "online_url": "place"}  # fmt: skip
NOT_STARTED = (State.DRAFT, State.WITHDRAWN)
FEW = 500  # subjects that a query may name
CACHE_SECONDS = 24 * 3600


@dataclass
class Line:
    """One activity, or one unit with all its activities: how many fields were typed."""

    key: str
    name: str
    typed: int = 0
    again: int = 0  # of these, how many in a field that had been typed before
    summed_up: int = 0  # fields typed into the summaries of its activities
    own_facts: int = 0  # of a unit: its own name, address, numbers …, typed once for everything
    activities: int = 0
    large: int = 0
    paper: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.typed + self.summed_up + self.own_facts

    @property
    def on_paper(self) -> int:
        return sum(self.paper.values())

    @property
    def share(self) -> float | None:
        """Typed here, as a part of what paper asks for from registration to recommendation; None without activities."""
        return self.total / self.on_paper if self.on_paper else None

    @property
    def per_activity(self) -> float:
        """Fields typed for one activity, on average."""
        return self.typed / self.activities if self.activities else 0

    @property
    def reaches_goal(self) -> bool:
        return self.share is not None and self.share <= GOAL


@dataclass
class Burden:
    """Of an edition, or of a branch of it."""

    whole: Line
    units: list[Line]
    by_field: list[tuple[str, int]]

    @property
    def stages(self) -> list[tuple[Stage, int, int]]:
        """(stage, fields on paper, fields typed here). Later stages carry over what is typed at registration."""
        typed = {
            Stage.REGISTRATION: self.whole.typed + self.whole.own_facts,
            Stage.SUMMARY: self.whole.summed_up,
        }
        return [(stage, self.whole.paper[stage], typed.get(stage, 0)) for stage in Stage]


def facts_in(event: AuditEvent) -> Iterator[str]:
    """The fields that were typed in one recorded act, by names that tell typing anew from typing again."""
    if event.action in SINGLE:
        yield f"{SINGLE[event.action]}:{event.reason if event.action == 'activity.picture.add' else ''}"
    if event.action in REASONS and event.reason:
        yield "reason"
    if event.action == "summary.photo.add":
        yield from (f"photo:{event.reason}:{part}" for part in ("file", "caption", "rights", "people"))
    if event.action in FACTS | UNIT_FACTS | SUMMARY_FACTS:
        for name, (old, new) in event.changes.items():
            yield from _facts_of(name, old, new)


def _facts_of(name: str, old: Any, new: Any) -> Iterator[str]:
    # A typed 0 is typed; of a box only the tick is
    if new in (None, "", [], {}) or new is False or new == old:
        return
    if not isinstance(new, list):
        yield name
        return
    before = old if isinstance(old, list) else []
    added = [one for one in new if one not in before]
    if name == "sessions":
        known = {key: {str(one.get(key)) for one in before} for one in added for key in one}
        yield from {
            f"sessions:{COLUMNS.get(key, key)}"
            for one in added
            for key, value in one.items()
            if key != "id" and value not in (None, "", False) and str(value) not in known[key]
        }
    elif name == "terms":
        yield from {f"terms:{term.partition(':')[0]}" for term in added}
    elif name == "speakers":
        yield from (
            f"speakers:{one.get('name')}:{key}"
            for one in added
            for key, value in one.items()
            if value and not any(was.get(key) == value for was in before)
        )
    elif name == "pictures":
        return  # counted where they were added
    else:
        yield from (f"{name}:{one}" for one in added)


def of(edition: Edition, user: "Person") -> Burden:
    """What was typed in the units that the person oversees or works in. Kept until something happens."""
    activities = visible_to(user).filter(edition=edition).exclude(state__in=NOT_STARTED)
    newest = AuditEvent.objects.aggregate(newest=Max("pk"))["newest"]
    key = f"burden:{edition.pk}:{user.pk}:{newest}"
    found = cache.get(key)
    if found is None:
        found = _count(edition, activities)
        cache.set(key, found, CACHE_SECONDS)
    return found


def of_edition(edition: Edition) -> Burden:
    """The whole edition, for the operator's command."""
    own = Activity.objects.filter(edition=edition).exclude(origin=Origin.GATHERED)
    return _count(edition, own.exclude(state__in=NOT_STARTED))


def by_activity(edition: Edition, user: "Person", unit: Organization) -> list[Line]:
    """The activities of one unit, the heaviest first."""
    activities = visible_to(user).filter(edition=edition, organization=unit).exclude(state__in=NOT_STARTED)
    lines = {
        str(pk): Line(code, title, activities=1, large=int(_is_large(edition, people)))
        for pk, code, title, people in activities.values_list("pk", "code", "title", "expected_crowd")
    }
    for subject, _fact, is_again in _typed(_events("activity", lines), _carried_over(activities)):
        lines[subject].typed += 1
        lines[subject].again += is_again
    for activity, _fact in _summed_up(activities):
        lines[activity].summed_up += 1
    for line in lines.values():
        line.paper = {stage: paper.asked(stage, activities=1, large=line.large, units=0) for stage in Stage}
    return sorted(lines.values(), key=lambda line: (-line.typed, line.name))


def _count(edition: Edition, activities: QuerySet[Activity]) -> Burden:
    unit_of: dict[str, int] = {}
    lines: dict[int, Line] = {}
    for pk, people, unit, code, name in activities.values_list(
        "pk", "expected_crowd", "organization", "organization__code", "organization__name"
    ):
        unit_of[str(pk)] = unit
        line = lines.setdefault(unit, Line(code, name))
        line.activities += 1
        line.large += _is_large(edition, people)
    by_field: Counter[str] = Counter()
    for subject, fact, is_again in _typed(_events("activity", unit_of), _carried_over(activities)):
        lines[unit_of[subject]].typed += 1
        lines[unit_of[subject]].again += is_again
        by_field[_plain_name(fact)] += 1
    for subject, _fact, _again in _typed(_events("organization", {str(pk) for pk in lines}), frozenset()):
        lines[int(subject)].own_facts += 1
    for activity, fact in _summed_up(activities):
        lines[unit_of[activity]].summed_up += 1
        by_field[f"summary:{_plain_name(fact)}"] += 1
    whole = Line("", "")
    for line in lines.values():
        whole.typed += line.typed
        whole.again += line.again
        whole.summed_up += line.summed_up
        whole.own_facts += line.own_facts
        whole.activities += line.activities
        whole.large += line.large
        line.paper = _on_paper(line, units=1)
    whole.paper = _on_paper(whole, units=len(lines))
    units = sorted(lines.values(), key=lambda line: (-(line.share or 0), line.name))
    return Burden(whole, units, by_field.most_common())


def _summed_up(activities: QuerySet[Activity]) -> Iterator[tuple[str, str]]:
    """(activity, field) for each time that somebody typed it into a summary; what is filled in costs nothing."""
    rows = Summary.objects.filter(activity__in=activities).values_list("pk", "activity")
    activity_of = {str(pk): str(activity) for pk, activity in rows}
    for subject, fact, _again in _typed(_events("summary", activity_of), frozenset()):
        yield activity_of[subject], fact


def _on_paper(line: Line, *, units: int) -> dict[str, int]:
    return {
        stage: paper.asked(stage, activities=line.activities, large=line.large, units=units)
        for stage in Stage
    }


def _is_large(edition: Edition, people: int | None) -> bool:
    return edition.rules.crowd.needs_licence(people or 0)


def _carried_over(activities: QuerySet[Activity]) -> frozenset[str]:
    """Those whose first text was not typed for them."""
    return frozenset(
        str(pk) for pk in activities.exclude(origin__in=TYPED_ORIGINS).values_list("pk", flat=True)
    )


def _events(subject_type: str, subjects: Iterable[str]) -> Iterator[AuditEvent]:
    """What people did, in the order of time. Very many subjects are looked up here and not named in the query."""
    wanted = set(subjects)
    actions = {"activity": FACTS | REASONS | set(SINGLE), "summary": SUMMARY_FACTS}.get(
        subject_type, UNIT_FACTS
    )
    rows = AuditEvent.objects.filter(subject_type=subject_type, action__in=actions, actor_id__isnull=False)
    if len(wanted) <= FEW:
        rows = rows.filter(subject_id__in=wanted)
    for event in rows.order_by("pk").iterator(chunk_size=2000):
        if event.subject_id in wanted:
            yield event


def _typed(events: Iterable[AuditEvent], carried_over: frozenset[str]) -> Iterator[tuple[str, str, bool]]:
    """(subject, field, whether somebody had typed it before) for each time that somebody sat down and typed it."""
    known: set[tuple[str, str]] = set()
    last: dict[tuple[str, int | None, str], datetime] = {}
    for event in events:
        if event.action == "activity.create" and event.subject_id in carried_over:
            continue
        for fact in facts_in(event):
            key = (event.subject_id, event.actor_id, fact)
            before = last.get(key)
            last[key] = event.at
            if before is None or event.at - before > SITTING:
                yield event.subject_id, fact, (event.subject_id, fact) in known
            known.add((event.subject_id, fact))


def _plain_name(fact: str) -> str:
    """The field's own name: the sessions' columns apart, other lists as one."""
    name, _colon, _rest = fact.partition(":")
    return fact if name == "sessions" else name
