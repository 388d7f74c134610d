"""The rows of the cloud month."""

from kepuyue.cloud.models.item import Air, CloudItem, CloudItemQuerySet, Cover, Kind
from kepuyue.cloud.models.opening import Opening
from kepuyue.cloud.models.question import Question, QuestionQuerySet

__all__ = [
    "Air",
    "CloudItem",
    "CloudItemQuerySet",
    "Cover",
    "Kind",
    "Opening",
    "Question",
    "QuestionQuerySet",
]
