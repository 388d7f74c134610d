import zlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from kepuyue.activities.models import State
from kepuyue.core import ciphers
from kepuyue.core.time import today
from kepuyue.editions import scheme
from kepuyue.evaluation import ranking, snapshots
from kepuyue.evaluation.models import Candidate, Honor, Judge, Notice, Objection, Round, Sheet, Snapshot
from tests.factories.accounts import UserFactory
from tests.factories.activities import ActivityFactory
from tests.factories.editions import EditionFactory
from tests.factories.organizations import UnitFactory


class RoundFactory(DjangoModelFactory[Round]):
    """A round of activities with the shipped rules; `state=` as one likes, open for a month. Frozen it has a snapshot."""

    edition = factory.SubFactory(EditionFactory)
    line = "activities"
    name = "优秀活动评选"
    state = Round.State.APPLYING
    rules = factory.LazyAttribute(lambda row: scheme.usual().rules(row.line).model_dump(mode="json"))
    applications_until = factory.LazyFunction(lambda: today() + timedelta(days=30))
    scores_until = factory.LazyFunction(lambda: today() + timedelta(days=30))

    class Meta:
        model = Round


class CandidateFactory(DjangoModelFactory[Candidate]):
    """What a unit puts forward: an activity of it, or itself where the round is one of units."""

    round = factory.SubFactory(RoundFactory)
    organization = factory.SubFactory(UnitFactory)
    activity: Any = factory.LazyAttribute(
        lambda row: (
            ActivityFactory(
                edition=row.round.edition, organization=row.organization, state=State.PUBLISHED, sessions=1
            )
            if row.round.line == "activities"
            else None
        )
    )
    recommender = factory.LazyAttribute(lambda row: row.organization.parent or row.organization)
    deeds = "来了很多孩子。"

    class Meta:
        model = Candidate


class JudgeFactory(DjangoModelFactory[Judge]):
    """Somebody who has accepted to judge."""

    round = factory.SubFactory(RoundFactory)
    user = factory.SubFactory(UserFactory)
    number = factory.Sequence(lambda n: n + 1)
    state = Judge.State.ACCEPTED

    class Meta:
        model = Judge


class SheetFactory(DjangoModelFactory[Sheet]):
    """An empty sheet."""

    judge = factory.SubFactory(JudgeFactory)
    candidate = factory.SubFactory(CandidateFactory)

    class Meta:
        model = Sheet


class NoticeFactory(DjangoModelFactory[Notice]):
    """A notice that runs now."""

    round = factory.SubFactory(RoundFactory, state=Round.State.NOTICED)
    starts_on = factory.LazyFunction(today)
    ends_on = factory.LazyFunction(lambda: today() + timedelta(days=7))
    days = 5
    contact = "市科协科普部"

    class Meta:
        model = Notice


class ObjectionFactory(DjangoModelFactory[Objection]):
    """An objection that waits."""

    notice = factory.SubFactory(NoticeFactory)
    candidate = factory.SubFactory(CandidateFactory)
    name = factory.LazyFunction(lambda: ciphers.encrypted("某市民"))
    contact = factory.LazyFunction(lambda: ciphers.encrypted("a@example.org"))
    text = "人数不实。"

    class Meta:
        model = Objection


class HonorFactory(DjangoModelFactory[Honor]):
    """A city's honor for a unit."""

    edition = factory.SubFactory(EditionFactory)
    line = "units"
    level = Honor.Level.CITY
    title = "优秀组织单位"
    organization = factory.SubFactory(UnitFactory)
    granted_on = date(2024, 12, 1)

    class Meta:
        model = Honor


def freeze(round: Round) -> Snapshot:
    """What a frozen round keeps, whatever is missing."""
    data = snapshots.gathered(round)
    ranked = ranking.rank(data)
    return Snapshot.objects.create(
        round=round, data=zlib.compress(ranking.canonical(data)), digest=ranking.digest(data),
        result_digest=ranking.digest(ranking.plain(ranked)), chosen=[one.number for one in ranked if one.outcome == "chosen"],
        at=datetime(2024, 10, 8, tzinfo=UTC),
    )  # fmt: skip
