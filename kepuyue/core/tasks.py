from datetime import timedelta

from kepuyue.core import leases, seals
from kepuyue.core.duties import duty


@duty(every=timedelta(seconds=5))
def seal_the_trail() -> int:
    """Add the newest rows of the audit trail to its chain."""
    return seals.seal_new()


@duty(every=timedelta(minutes=5))
def seal_the_late() -> int:
    """Add rows of transactions that were open for long."""
    return seals.seal_late()


@duty(every=timedelta(seconds=30))
def put_back_what_died() -> int:
    """Have queued work done whose worker is gone."""
    return leases.put_back()
