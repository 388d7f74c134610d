from datetime import timedelta
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from kepuyue.cloud.models import CloudItem, Cover, Kind, Question
from kepuyue.core.time import now
from kepuyue.editions.models import Term
from tests.factories.editions import EditionFactory, png
from tests.factories.organizations import UnitFactory


class CloudItemFactory(DjangoModelFactory[CloudItem]):
    """A draft of a broadcast tomorrow. `state="published"` makes it public, `terms=["audience:children"]` sets terms."""

    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(UnitFactory)
    kind = Kind.LIVE
    state = CloudItem.State.DRAFT
    title = "望远镜里的月亮"
    summary = "边看边讲月亮上的环形山。"
    starts_at = factory.LazyAttribute(
        lambda row: now() + timedelta(days=1) if row.kind == Kind.LIVE else None
    )
    ends_at = factory.LazyAttribute(lambda row: row.starts_at and row.starts_at + timedelta(hours=2))
    url = factory.LazyAttribute(
        lambda row: "" if row.kind == Kind.TOPIC else "https://www.bilibili.com/video/BV1xx411c7mD"
    )
    content_signoff = "内容审定人"
    published_at = factory.LazyAttribute(lambda row: now() if row.state in CloudItem.PUBLIC_STATES else None)

    class Meta:
        model = CloudItem
        skip_postgeneration_save = True

    @factory.post_generation
    def terms(self: Any, create: bool, pairs: list[str] | None, **_options: Any) -> None:
        for pair in pairs or [] if create else []:
            taxonomy, _colon, code = pair.partition(":")
            self.terms.add(
                Term.objects.get(taxonomy__edition=self.edition, taxonomy__code=taxonomy, code=code)
            )


class CoverFactory(DjangoModelFactory[Cover]):
    """A small picture of an item."""

    item = factory.SubFactory(CloudItemFactory)
    alt = "月亮"
    file = factory.LazyFunction(lambda: ContentFile(png("RGB"), name="cover.png"))

    class Meta:
        model = Cover


class QuestionFactory(DjangoModelFactory[Question]):
    """A question that waits, under a public topic. `state="public"` lets it through."""

    item = factory.SubFactory(CloudItemFactory, kind=Kind.TOPIC, state=CloudItem.State.PUBLISHED)
    text = "月亮为什么总是同一面对着我们？"
    decided_at = factory.LazyAttribute(lambda row: None if row.state == Question.State.WAITING else now())
    state = Question.State.WAITING
    answered_at = factory.LazyAttribute(lambda row: now() if row.answer else None)
    answer = ""

    class Meta:
        model = Question
