"""Reads about the cloud month; what a person may not see is not in the answer."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from kepuyue.activities.models import Activity
from kepuyue.activities.reviewing.words import Finder, Hit, finder_of
from kepuyue.cloud import privacy
from kepuyue.cloud.models import Air, CloudItem, CloudItemQuerySet, Kind, Opening, Question
from kepuyue.cloud.receipts import as_shown, receipt_of
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

# So many questions' state is looked up at once
MOST_CODES = 50
# The longest that a broadcast of ours runs; what began before that is not looked at for "live now"
LONGEST = timedelta(days=2)


# What everybody sees


def public_items(edition: Edition) -> CloudItemQuerySet:
    """The public items of an edition with all that cards read."""
    return CloudItem.objects.filter(edition=edition).public().with_facts()


def live_now(edition: Edition, at: datetime) -> list[CloudItem]:
    """What is live at a moment (aware), the latest start first. For the home page too: one query and its parts."""
    rows = public_items(edition).filter(
        kind=Kind.LIVE, starts_at__gt=at - LONGEST, starts_at__lte=at + timedelta(hours=1)
    )
    found = [item for item in rows if item.air(at) == Air.LIVE]
    return sorted(found, key=lambda item: (item.starts_at or at, item.pk), reverse=True)


def mark(edition: Edition) -> tuple[object, ...]:
    """Changes whenever a public broadcast does: for pages that are kept. One small query."""
    rows = CloudItem.objects.filter(edition=edition, kind=Kind.LIVE, state__in=CloudItem.PUBLIC_STATES)
    return tuple(rows.aggregate(count=Count("pk"), newest=Max("updated_at")).values())


@dataclass(frozen=True)
class Sections:
    """The items of a month as the public page shows them, one list under each heading."""

    live: list[CloudItem] = field(default_factory=list)
    coming: list[CloudItem] = field(default_factory=list)
    replays: list[CloudItem] = field(default_factory=list)
    over: list[CloudItem] = field(default_factory=list)
    videos: list[CloudItem] = field(default_factory=list)
    exhibitions: list[CloudItem] = field(default_factory=list)
    topics: list[CloudItem] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many items there are in all."""
        return sum(map(len, vars(self).values()))


def sections(items: Iterable[CloudItem], at: datetime) -> Sections:
    """Items under their headings: what comes in the order of time, what was with the newest first."""
    found = Sections()
    by_air = {Air.LIVE: found.live, Air.SCHEDULED: found.coming, Air.CANCELLED: found.coming,
              Air.REPLAY: found.replays, Air.ENDED: found.over}  # fmt: skip
    by_kind = {Kind.VIDEO: found.videos, Kind.EXHIBITION: found.exhibitions, Kind.TOPIC: found.topics}
    for item in items:
        air = item.air(at)
        if air is None:
            by_kind[Kind(item.kind)].append(item)
        elif air == Air.CANCELLED and item.starts_at is not None and item.starts_at < at:
            found.over.append(item)
        else:
            by_air[air].append(item)
    for rows, is_reversed in (
        (found.live, True),
        (found.coming, False),
        (found.replays, True),
        (found.over, True),
    ):
        rows.sort(key=lambda item: (item.starts_at or at, item.pk), reverse=is_reversed)
    for rows in (found.videos, found.exhibitions, found.topics):
        rows.sort(key=lambda item: (item.published_at or at, item.pk), reverse=True)
    return found


def of_activity(activity: Activity) -> list[CloudItem]:
    """The public items that belong to an activity."""
    return list(CloudItem.objects.filter(activity=activity).public().with_facts())


def opened_of(activities: Iterable[int]) -> dict[int, int]:
    """{activity: how often its items were opened here}, of those of which any was."""
    rows = (
        Opening.objects.filter(item__activity__in=list(activities)).order_by().values_list("item__activity")
    )
    return dict(rows.annotate(Sum("count")))


def public_questions(item: CloudItem) -> QuerySet[Question]:
    """What was let through under a topic: answered ones first, then by time. No ranking, no counting of likes."""
    return (
        Question.objects.public()
        .filter(item=item)
        .order_by(F("answered_at").desc(nulls_last=True), "asked_at", "pk")
    )


def questions_by_codes(codes: Iterable[str]) -> list[tuple[str, Question]]:
    """The questions that codes (at most 50) belong to, each with its code, the newest first."""
    wanted = {
        receipt_of(code): as_shown(code) for code in list(dict.fromkeys(codes))[:MOST_CODES] if code.strip()
    }
    rows = (
        Question.objects.filter(receipt__in=wanted)
        .exclude(receipt="")
        .select_related("item__organization", "item__activity", "merged_into__item__activity")
    )
    return [(wanted[row.receipt], row) for row in rows.order_by("-asked_at", "-pk")]


# What the desk sees


def items_seen_by(user: "Person") -> CloudItemQuerySet:
    """Those of the person's units, and those that the person reviews."""
    return CloudItem.objects.filter(
        reach(user, "cloud.edit", "organization__path") | reach(user, "cloud.review", "organization__path")
    )


def items_of(user: "Person") -> CloudItemQuerySet:
    """Those that the person may change."""
    return CloudItem.objects.filter(reach(user, "cloud.edit", "organization__path"))


def items_to_review(user: "Person", edition: Edition) -> CloudItemQuerySet:
    """Those that wait for the person's units or for one below them, the longest wait first."""
    waiting = CloudItem.objects.filter(edition=edition, state__in=CloudItem.WAITING_STATES)
    above = reach(user, "cloud.review", "organization__parent__path")
    own_top = Q(organization__parent=None) & reach(user, "cloud.review", "organization__path")
    return waiting.filter(above | own_top).order_by("submitted_at", "pk")


def activities_to_join(user: "Person", edition: Edition) -> QuerySet[Activity]:
    """The activities of the person's units that an item may belong to."""
    return (
        Activity.objects.of(edition)
        .filter(reach(user, "cloud.edit", "organization__path"))
        .exclude(state__in=("rejected", "taken_down", "withdrawn"))
        .select_related("organization", "edition")
        .order_by("title", "pk")
    )


def questions_moderated_by(user: "Person") -> QuerySet[Question]:
    """The questions that the person may decide about."""
    return Question.objects.filter(
        reach(user, "content.moderate", "item__organization__path")
    ).select_related("item__organization", "item__edition", "merged_into")


def questions_seen_by(user: "Person") -> QuerySet[Question]:
    """Those that the person moderates, and the public ones that the person may answer."""
    moderated = reach(user, "content.moderate", "item__organization__path")
    answered = reach(user, "cloud.edit", "item__organization__path") & Q(state=Question.State.PUBLIC)
    return Question.objects.filter(moderated | answered).select_related(
        "item__organization", "item__edition", "merged_into"
    )


@dataclass(frozen=True)
class Waiting:
    """A question as the moderator reads it: with the office's words and what may lead to a person."""

    question: Question
    hits: list[Hit]
    hints: list[privacy.Hint]
    alike: list[Question] = field(default_factory=list)
    from_same_source: int = 0


def read_by_moderator(questions: Iterable[Question]) -> list[Waiting]:
    """Questions with what to look at in them; the number of queries does not grow with theirs."""
    rows = list(questions)
    finders: dict[int, Finder] = {}
    for row in rows:
        if row.item.edition_id not in finders:
            finders[row.item.edition_id] = finder_of(row.item.edition)
    topics = {row.item_id for row in rows}
    others = list(
        Question.objects.filter(
            item__in=topics, state__in=(Question.State.WAITING, Question.State.PUBLIC)
        ).order_by("pk")
    )
    sources = dict(
        Question.objects.filter(item__in=topics, state=Question.State.WAITING)
        .exclude(source="")
        .values_list("source")
        .annotate(Count("pk"))
    )
    return [
        Waiting(
            row,
            finders[row.item.edition_id].hits(f"{row.nickname}\n{row.text}" if row.nickname else row.text),
            privacy.hints(row.text),
            _alike(row, others),
            sources.get(row.source, 1) if row.source else 1,
        )
        for row in rows
    ]


def _alike(question: Question, others: list[Question]) -> list[Question]:
    """Others of the topic that ask nearly the same, the likest first: by shared pairs of signs (Jaccard)."""
    own = _pairs(question.text)
    found = []
    for other in others:
        if other.pk != question.pk and other.item_id == question.item_id:
            pairs = _pairs(other.text)
            share = len(own & pairs) / len(own | pairs) if own | pairs else 0.0
            if share >= 0.4:
                found.append((share, other))
    found.sort(key=lambda one: (-one[0], one[1].pk))
    return [other for _share, other in found[:3]]


def _pairs(text: str) -> set[str]:
    plain = [sign for sign in text.lower() if sign.isalnum()]
    return {first + second for first, second in itertools.pairwise(plain)}


@dataclass(frozen=True)
class Work:
    """How much of the cloud month waits for a person."""

    to_review: int
    to_read: int
    to_answer: int

    @property
    def is_any(self) -> bool:
        return bool(self.to_review or self.to_read or self.to_answer)


def work_for(user: "Person", edition: Edition) -> Work:
    """Items to review, questions to read, questions without an answer."""
    unanswered = Question.objects.public().filter(
        reach(user, "cloud.edit", "item__organization__path"), item__edition=edition, answer=""
    )
    return Work(
        items_to_review(user, edition).count(),
        questions_moderated_by(user).filter(item__edition=edition, state=Question.State.WAITING).count(),
        unanswered.count(),
    )


def next_live(units: Iterable[Organization], edition: Edition) -> list[CloudItem]:
    """The broadcasts of units within a day of now: those whose buttons are needed."""
    at = now()
    rows = CloudItem.objects.filter(
        edition=edition, organization__in=list(units), kind=Kind.LIVE, state__in=CloudItem.PUBLIC_STATES,
        starts_at__gte=at - timedelta(hours=24), starts_at__lte=at + timedelta(hours=24),
    )  # fmt: skip
    return list(rows.select_related("organization", "activity").order_by("starts_at", "pk"))
