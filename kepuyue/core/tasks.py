from datetime import timedelta

from kepuyue.core import seals
from kepuyue.core.duties import duty


@duty(every=timedelta(seconds=5))
def seal_the_trail() -> int:
    """Add the newest rows of the audit trail to its chain."""
    return seals.seal_new()


@duty(every=timedelta(minutes=5))
def seal_the_late() -> int:
    """Add rows of transactions that were open for long."""
    return seals.seal_late()
