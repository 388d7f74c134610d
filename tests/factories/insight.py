from typing import Any

import factory
from factory.django import DjangoModelFactory

from kepuyue.insight.models import Release, ReleasedFigure
from tests.factories.editions import EditionFactory


class ReleaseFactory(DjangoModelFactory[Release]):
    """One figure of the edition, 12 activities, by district; to correct another give it `corrects` and `reason`."""

    edition = factory.SubFactory(EditionFactory)
    title = "开幕第一周的数字"
    note = "截至第一周。"

    class Meta:
        model = Release
        skip_postgeneration_save = True

    @factory.post_generation
    def figures(self: Any, create: bool, _given: object, **_options: object) -> None:
        if create:
            words = {
                "zh": {"name": "活动", "unit": "项", "definition": "公开的活动。", "shown": "12"},
                "en": {
                    "name": "Activities",
                    "unit": "activities",
                    "definition": "Public ones.",
                    "shown": "12",
                },
            }
            row = {"key": "futian", "name": "福田区", "name_en": "Futian", "value": 12, "shown": "12"}
            split = {"split": "district", "name": "所属区", "name_en": "District", "rows": [row]}
            ReleasedFigure.objects.create(
                release=self, code="activities", value=12, words=words, splits=[split]
            )
