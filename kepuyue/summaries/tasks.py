"""What the worker does for summaries, again and again. A demonstration stands still: nothing falls due there."""

from datetime import timedelta

from django.conf import settings

from kepuyue.core.duties import duty
from kepuyue.editions.queries import current_edition
from kepuyue.summaries.actions import opening


@duty(every=timedelta(minutes=15))
def open_summaries() -> None:
    """Open the summaries of what is over or nearly due, and remind of those that are due soon."""
    edition = current_edition()
    if edition is not None and not settings.DEMO:
        opening.open_due(edition)
        opening.remind(edition)
