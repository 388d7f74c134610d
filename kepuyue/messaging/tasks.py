from datetime import timedelta

from kepuyue.core.duties import duty
from kepuyue.messaging.actions import digests, outbox


@duty(every=timedelta(seconds=5), line="mail")
def deliver() -> int:
    """Send the messages that are due."""
    return outbox.deliver_due()


@duty(every=timedelta(minutes=10))
def send_digests() -> int:
    """Write the daily digests once it is time."""
    return digests.send_due()
