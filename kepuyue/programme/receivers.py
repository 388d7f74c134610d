"""What the programme does when a lower room announces something."""

from typing import Any

from django.dispatch import receiver

from kepuyue.activities.models import Activity
from kepuyue.activities.signals import public_content_changed
from kepuyue.programme.actions import indexing


@receiver(public_content_changed)
def follow_change(sender: Any, activity: Activity, **kwargs: Any) -> None:
    """The index follows in the same transaction, so that a search never contradicts a page."""
    indexing.refresh(activity)
