from datetime import date

import factory
from factory.django import DjangoModelFactory

from kepuyue.activities.models import State
from kepuyue.publicity.models import Highlight
from tests.factories.activities import ActivityFactory


class HighlightFactory(DjangoModelFactory[Highlight]):
    """A published activity of 14 September, chosen for that day as its first."""

    activity = factory.SubFactory(ActivityFactory, state=State.PUBLISHED, sessions=1)
    edition = factory.SelfAttribute("activity.edition")
    day = date(2024, 9, 14)
    position = 1
    line = "和工程师一起做水火箭"

    class Meta:
        model = Highlight
