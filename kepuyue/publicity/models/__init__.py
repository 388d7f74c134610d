"""What the month tells the world: highlights of days, key activities, what stands on the national platform."""

from kepuyue.publicity.models.highlights import Highlight
from kepuyue.publicity.models.national import KeyDecision, PlatformEntry

__all__ = ["Highlight", "KeyDecision", "PlatformEntry"]
