"""What the month tells the world: highlights of days, key activities and the national platform, stories, coverage."""

from kepuyue.publicity.models.coverage import Coverage, CoverageQuerySet
from kepuyue.publicity.models.highlights import Highlight
from kepuyue.publicity.models.national import KeyDecision, PlatformEntry
from kepuyue.publicity.models.press import PressPicture, PressPictureQuerySet, Story, StoryQuerySet

__all__ = [
    "Coverage",
    "CoverageQuerySet",
    "Highlight",
    "KeyDecision",
    "PlatformEntry",
    "PressPicture",
    "PressPictureQuerySet",
    "Story",
    "StoryQuerySet",
]
