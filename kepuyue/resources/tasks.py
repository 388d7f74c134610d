"""What is done again and again in the background."""

from datetime import timedelta

from django.conf import settings

from kepuyue.core.duties import duty
from kepuyue.resources.actions import following_up


@duty(every=timedelta(minutes=10))
def follow_up() -> None:
    """Remind, expire and complete. A demonstration stands still: its month is long past by the machine's clock."""
    if not settings.DEMO:
        following_up.follow_up()
