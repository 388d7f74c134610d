"""What the worker does for the desk, again and again."""

from datetime import timedelta

from django.conf import settings

from kepuyue.activities.actions import escalation, links
from kepuyue.core.duties import duty


@duty(every=timedelta(seconds=20), line="links")
def check_links() -> None:
    """Ask the addresses that wait for it, those of what was just handed in among them."""
    links.ask_for_new()
    links.check_waiting()


@duty(every=timedelta(minutes=15))
def tell_of_late_reviews() -> None:
    """Tell leads and superiors of steps that are late. A demonstration stands still: nothing grows late there."""
    if not settings.DEMO:
        escalation.tell_of_late()
