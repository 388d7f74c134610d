from datetime import timedelta

from kepuyue.core.duties import duty
from kepuyue.messaging.actions import outbox


@duty(every=timedelta(seconds=5))
def deliver() -> int:
    """Send the mails that are due."""
    return outbox.deliver_due()
