from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from kepuyue.activities.models import State
from kepuyue.summaries.models import Figure, Filing, Photo, Summary
from tests.factories.activities import ActivityFactory, drawing


class SummaryFactory(DjangoModelFactory[Summary]):
    """The open summary of a published activity with one session, and its empty draft. `filed="filed"` has it filed
    with 30 people counted; so "accepted" and "returned" (without the next draft)."""

    activity = factory.SubFactory(ActivityFactory, state=State.PUBLISHED, sessions=1)

    class Meta:
        model = Summary
        skip_postgeneration_save = True

    @factory.post_generation
    def filed(self: Summary, create: bool, state: str | None, **_options: object) -> None:
        if not create:
            return
        filing = Filing.objects.create(summary=self, words="来了很多孩子。" if state else "")
        if state is None:
            return
        Figure.objects.create(filing=filing, name="visits", method="count", value=30, origin="typed")
        filing.filed_at = datetime(2024, 9, 27, 2, tzinfo=UTC)
        if state != "filed":
            filing.decision, filing.decided_at = state, datetime(2024, 9, 27, 3, tzinfo=UTC)
            filing.decided_for = self.activity.organization.parent
        filing.save()
        self.state = state
        self.save()


class PhotoFactory(DjangoModelFactory[Photo]):
    """A very small photo that may be published."""

    summary = factory.SubFactory(SummaryFactory)
    file = factory.LazyFunction(drawing)
    caption = "一支水火箭升空"
    rights = Photo.Rights.OWN
    people = Photo.People.NOBODY
    likeness_key = "0" * 16

    class Meta:
        model = Photo
