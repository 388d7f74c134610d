from datetime import timedelta

from kepuyue.core.duties import duty
from kepuyue.federation.actions import reading


@duty(every=timedelta(seconds=15), line="sources")
def read_sources() -> None:
    """Read the sources that are due: new ones at once, known ones every quarter of an hour."""
    reading.read_due()
