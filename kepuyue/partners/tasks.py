from datetime import timedelta

from kepuyue.core.duties import duty
from kepuyue.partners.actions import delivering


@duty(every=timedelta(seconds=5), line="webhooks")
def deliver_events() -> int:
    """Tell other programs what happened."""
    return delivering.deliver_due()


@duty(every=timedelta(hours=6))
def forget_events() -> int:
    """Throw away what happened a month ago."""
    return delivering.forget()
